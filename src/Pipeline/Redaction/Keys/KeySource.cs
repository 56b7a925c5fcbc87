using Microsoft.Extensions.Options;

namespace Weir.Pipeline.Redaction.Keys;

/// <summary>Finds the key ring that a reference names.</summary>
internal static class KeySource
{
    /// <param name="reference"><c>file:PATH</c> or <c>env:NAME</c>; in the variable, ';' may stand for the end of a line.</param>
    /// <param name="dataDirectory">Where relative paths begin.</param>
    /// <exception cref="OptionsValidationException">There is no key there, or it cannot be read. The message names the setting and never holds the key.</exception>
    public static KeyRing Open(string reference, string dataDirectory)
    {
        try
        {
            if (reference.StartsWith("env:", StringComparison.Ordinal))
            {
                var name = reference[4..];
                var text = Environment.GetEnvironmentVariable(name) ?? throw new FormatException($"the environment variable {name} is not set");
                return KeyRing.Parse(text.Replace(';', '\n'));
            }

            if (!reference.StartsWith("file:", StringComparison.Ordinal) || reference.Length == 5)
            {
                throw new FormatException("a reference is 'file:PATH' or 'env:NAME'");
            }

            return KeyRing.OpenFile(PathOf(reference, dataDirectory));
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException(RedactionOptions.Section, typeof(RedactionOptions), [$"Redaction:KeyReference: {e.Message}"]);
        }
    }

    /// <summary>The file of a <c>file:</c> reference.</summary>
    public static string PathOf(string reference, string dataDirectory) => Path.Combine(dataDirectory, reference[5..]);
}

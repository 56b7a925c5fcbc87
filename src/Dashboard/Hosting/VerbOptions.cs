namespace Weir.Dashboard.Hosting;

/// <summary>The options behind a verb: <c>--name value</c> and <c>--switch</c>. Whatever nobody asked for is an error, so that a typing mistake is never ignored.</summary>
internal sealed class VerbOptions
{
    private readonly List<string> _left;

    public VerbOptions(IEnumerable<string> args) => _left = [.. args];

    /// <summary>Whether the switch is there.</summary>
    public bool Has(string name) => _left.Remove(name);

    /// <summary>The value behind a name, null when it is not there. Throws <see cref="UsageException"/> when the value is missing.</summary>
    public string? Value(string name)
    {
        var at = _left.IndexOf(name);
        if (at < 0)
        {
            return null;
        }

        if (at + 1 >= _left.Count || _left[at + 1].StartsWith("--", StringComparison.Ordinal))
        {
            throw new UsageException($"{name} needs a value.");
        }

        var value = _left[at + 1];
        _left.RemoveRange(at, 2);
        return value;
    }

    /// <summary>The value behind a name. Throws <see cref="UsageException"/> when it is not there.</summary>
    public string Required(string name) => Value(name) ?? throw new UsageException($"{name} is missing.");

    /// <summary>The number behind a name, null when it is not there. Throws <see cref="UsageException"/> when it is none.</summary>
    public double? Number(string name) =>
        Value(name) is not { } text ? null
        : double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number
        : throw new UsageException($"{name} is a number, not '{text}'.");

    /// <summary>Throws <see cref="UsageException"/> when something is left that nobody asked for.</summary>
    public void End()
    {
        if (_left is [var first, ..])
        {
            throw new UsageException($"'{first}' is not known here.");
        }
    }
}

/// <summary>The words on the command line are wrong; the message says which.</summary>
internal sealed class UsageException(string message) : Exception(message);

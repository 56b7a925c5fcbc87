using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weir.Pipeline.Ingest;

/// <summary>A compiled JSON pointer (<see href="https://www.rfc-editor.org/rfc/rfc6901">RFC 6901</see>) that finds a scalar in a record without building a document.</summary>
internal sealed class JsonPointer
{
    /// <summary>The longest text it returns; longer counts as too long for a key anyway.</summary>
    public const int MaxTextBytes = 1536;

    private readonly (byte[] Name, int Index)[] _steps;

    private JsonPointer((byte[] Name, int Index)[] steps) => _steps = steps;

    /// <summary>Parses <c>/a/b~1c/0</c>. Throws <see cref="FormatException"/> when it is not a pointer.</summary>
    public static JsonPointer Parse(string text)
    {
        if (text.Length == 0 || text[0] != '/')
        {
            throw new FormatException($"'{text}' is not a JSON pointer: it begins with '/'.");
        }

        return new JsonPointer([.. text[1..].Split('/').Select(step =>
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var isIndex = int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && (step.Length == 1 || step[0] != '0');
            return (Encoding.UTF8.GetBytes(name), isIndex ? index : -1);
        })]);
    }

    /// <summary>Writes the text of the value found: a string unescaped, a number or boolean as it stands. False when there is none, or none of those. The JSON must be well-formed.</summary>
    public bool TryFind(scoped ReadOnlySpan<byte> json, scoped Span<byte> text, out int length)
    {
        length = 0;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        if (!reader.Read())
        {
            return false;
        }

        foreach (var (name, index) in _steps)
        {
            if (!(reader.TokenType switch
            {
                JsonTokenType.StartObject => EnterMember(ref reader, name),
                JsonTokenType.StartArray => EnterElement(ref reader, index),
                _ => false,
            }))
            {
                return false;
            }
        }

        return TryCopy(ref reader, text, out length);
    }

    /// <summary>Copies a scalar's text. False for objects, arrays, null, broken escapes and what is too long.</summary>
    public static bool TryCopy(ref Utf8JsonReader reader, scoped Span<byte> text, out int length)
    {
        length = 0;
        if (reader.ValueSpan.Length > text.Length)
        {
            return false;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                try
                {
                    length = reader.CopyString(text);
                    return true;
                }
                catch (InvalidOperationException)
                {
                    // Half of a surrogate pair, escaped: no text.
                    return false;
                }

            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                reader.ValueSpan.CopyTo(text);
                length = reader.ValueSpan.Length;
                return true;

            default:
                return false;
        }
    }

    private static bool EnterMember(ref Utf8JsonReader reader, byte[] name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var here = Matches(ref reader, name);
            if (!reader.Read())
            {
                return false;
            }

            if (here)
            {
                return true;
            }

            if (!reader.TrySkip())
            {
                return false;
            }
        }

        return false;
    }

    private static bool EnterElement(ref Utf8JsonReader reader, int index)
    {
        if (index < 0)
        {
            return false;
        }

        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (i == index)
            {
                return true;
            }

            if (!reader.TrySkip())
            {
                return false;
            }
        }

        return false;
    }

    private static bool Matches(ref Utf8JsonReader reader, byte[] name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}

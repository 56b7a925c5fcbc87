using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace Weir.Dashboard.Shell;

/// <summary>Reads and writes the query of a page's address. What is at its default is left out, so that addresses stay short.</summary>
public sealed class Query
{
    private const string Instant = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The query of an absolute or relative address.</summary>
    public static Query Of(string uri)
    {
        var query = new Query();
        var mark = uri.IndexOf('?', StringComparison.Ordinal);
        if (mark >= 0)
        {
            var end = uri.IndexOf('#', mark);
            foreach (var (name, value) in QueryHelpers.ParseQuery(end < 0 ? uri[mark..] : uri[mark..end]))
            {
                query._values[name] = value.ToString();
            }
        }

        return query;
    }

    /// <summary>Text, null when absent or blank.</summary>
    public string? Text(string name) => _values.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value : null;

    public bool Flag(string name, bool otherwise) => Text(name) switch
    {
        "1" => true,
        "0" => false,
        _ => otherwise,
    };

    public long? Number(string name) => long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A time to the second: <c>2026-03-01T12:00:00Z</c>.</summary>
    public DateTimeOffset? Time(string name) =>
        DateTimeOffset.TryParseExact(Text(name), Instant, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>One of the words, the first when absent or another.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> words)
    {
        var value = Text(name);
        foreach (var word in words)
        {
            if (word == value)
            {
                return word;
            }
        }

        return words[0];
    }

    public Query With(string name, string? value, string? otherwise = null)
    {
        if (!string.IsNullOrWhiteSpace(value) && value != otherwise)
        {
            _values[name] = value;
        }

        return this;
    }

    public Query With(string name, DateTimeOffset? time) => With(name, time?.UtcDateTime.ToString(Instant, CultureInfo.InvariantCulture));

    public Query With(string name, bool value, bool otherwise) => With(name, value ? "1" : "0", otherwise ? "1" : "0");

    public string On(string path) => QueryHelpers.AddQueryString(path, _values.Select(p => KeyValuePair.Create(p.Key, (string?)p.Value)));
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Weir.Pipeline.Redaction.Rules;

/// <summary>
/// A regular expression from outside. It runs without backtracking, so its time is linear; what it costs per byte and in memory is measured before it may be used.
/// </summary>
internal sealed class CustomPattern
{
    private const int LongestPattern = 500;
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(250);

    /// <summary>A mebibyte in a second is what one shard takes in; a pattern that needs more than a quarter of it holds the shard up.</summary>
    private static readonly TimeSpan MostPerMebibyte = TimeSpan.FromMilliseconds(250);

    private const long MostMemory = 8 << 20;

    /// <summary>The best of several runs counts, so that a machine that is busy with other things does not refuse what is fast.</summary>
    private const int MeasuredRuns = 5;

    /// <summary>The whole of a run over the corpus may take this long, however busy the machine.</summary>
    private static readonly TimeSpan MeasuringTimeout = TimeSpan.FromSeconds(5);

    private const int MostRemembered = 4096;

    /// <summary>What has been measured and may be used: a set is looked at several times before it is in force, and mostly one rule of it is new.</summary>
    private static readonly ConcurrentDictionary<(string Pattern, string Anchor), bool> Measured = [];

    /// <summary>How a pattern of ASCII asks for characters beyond it.</summary>
    private static readonly string[] WideClasses = ["\\u", "\\x", "\\p", "\\P"];

    private readonly Regex _regex;
    private readonly byte[] _anchor;
    private readonly string? _anchorOfAnyCase;

    private CustomPattern(Regex regex, string pattern, string anchor)
    {
        _regex = regex;
        _anchor = Encoding.UTF8.GetBytes(anchor);
        _anchorOfAnyCase = IgnoresCase(pattern) ? anchor : null;
        AsWritten = !Ascii.IsValid(anchor) || !Ascii.IsValid(pattern) || WideClasses.Any(c => pattern.Contains(c, StringComparison.Ordinal));
    }

    /// <summary>It may ask for characters that readers take for others: values are tried as they are written too.</summary>
    public bool AsWritten { get; }

    /// <summary>The anchor stands in a text, in any case where some of the pattern is read so.</summary>
    public bool MayMatch(ReadOnlySpan<byte> text) =>
        _anchorOfAnyCase is null ? text.IndexOf(_anchor) >= 0 : text.Length >= _anchor.Length && Encoding.UTF8.GetString(text).Contains(_anchorOfAnyCase, StringComparison.OrdinalIgnoreCase);

    /// <summary>A pattern that was not refused.</summary>
    /// <param name="timeout">Of one look at a value; null for a quarter of a second.</param>
    public static CustomPattern Build(string pattern, string anchor, TimeSpan? timeout = null) => new(Compile(pattern, timeout ?? Timeout), pattern, anchor);

    /// <summary>Why the pattern cannot be used, and which field is wrong; null when it can.</summary>
    public static (string Field, string Why)? Refusal(string pattern, string? anchor)
    {
        if (pattern.Length is 0 or > LongestPattern)
        {
            return ("pattern", $"must have 1 to {LongestPattern} characters");
        }

        if (anchor is null || anchor.Length is < 2 or > 64)
        {
            return ("anchor", "must be given with a pattern: 2 to 64 characters that stand in all it matches");
        }

        if (Measured.ContainsKey((pattern, anchor)))
        {
            return null;
        }

        CustomPattern built;
        try
        {
            built = Build(pattern, anchor);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return ("pattern", $"cannot be used: {e.Message}");
        }

        if (built._regex.IsMatch(""))
        {
            return ("pattern", "matches nothing at all, and so everything");
        }

        if (Cost(Compile(pattern, MeasuringTimeout), anchor) is { } tooMuch)
        {
            return tooMuch;
        }

        if (Measured.Count >= MostRemembered)
        {
            Measured.Clear();
        }

        Measured[(pattern, anchor)] = true;
        return null;
    }

    /// <summary>The pattern holds an inline option 'i', as in <c>(?i)</c>, <c>(?im:...)</c>.</summary>
    private static bool IgnoresCase(string pattern)
    {
        for (var at = pattern.IndexOf("(?", StringComparison.Ordinal); at >= 0; at = pattern.IndexOf("(?", at + 2, StringComparison.Ordinal))
        {
            for (var i = at + 2; i < pattern.Length && char.IsAsciiLetterLower(pattern[i]); i++)
            {
                if (pattern[i] == 'i')
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Where it matches, in bytes.</summary>
    /// <exception cref="RegexMatchTimeoutException">It took longer than it may.</exception>
    public List<(int Start, int End)> Matches(ReadOnlySpan<byte> text)
    {
        var characters = Encoding.UTF8.GetString(text);
        var found = new List<(int, int)>();
        int bytes = 0, chars = 0;
        foreach (var match in _regex.EnumerateMatches(characters))
        {
            if (match.Length == 0)
            {
                continue;
            }

            var start = bytes + Encoding.UTF8.GetByteCount(characters.AsSpan(chars, match.Index - chars));
            var end = start + Encoding.UTF8.GetByteCount(characters.AsSpan(match.Index, match.Length));
            found.Add((start, end));
            (bytes, chars) = (end, match.Index + match.Length);
        }

        return found;
    }

    /// <summary>Runs over 64 KiB of text made to disagree with it: long runs of letters, digits and the anchor itself.</summary>
    private static (string Field, string Why)? Cost(Regex regex, string anchor)
    {
        var random = new Random(1);
        var corpus = new StringBuilder(1 << 16);
        while (corpus.Length < 1 << 16)
        {
            var letters = (corpus.Length >> 12) switch { < 4 => "a", < 8 => "ab01", _ => "abcdefgh 0123456789-.@_:/" };
            corpus.Append(letters[random.Next(letters.Length)]);
            if (corpus.Length % 97 == 0)
            {
                corpus.Append(anchor);
            }
        }

        var text = corpus.ToString();
        try
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _ = regex.Count(text);
            var memory = GC.GetAllocatedBytesForCurrentThread() - before;
            if (memory > MostMemory)
            {
                return ("pattern", $"needs {memory >> 20} MiB of memory; at most {MostMemory >> 20} are allowed");
            }

            // From the second run on it is as records will see it: the automaton is built.
            var fastest = TimeSpan.MaxValue;
            for (var run = 0; run < MeasuredRuns && fastest > MostPerMebibyte / 16; run++)
            {
                var started = Stopwatch.GetTimestamp();
                _ = regex.Count(text);
                fastest = TimeSpan.FromTicks(Math.Min(fastest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
            }

            var perMebibyte = fastest * 16;
            return perMebibyte > MostPerMebibyte ? ("pattern", $"takes {perMebibyte.TotalMilliseconds:0} ms per MiB; at most {MostPerMebibyte.TotalMilliseconds:0} are allowed") : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return ("pattern", "takes too long");
        }
    }

    private static Regex Compile(string pattern, TimeSpan timeout) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, timeout);
}

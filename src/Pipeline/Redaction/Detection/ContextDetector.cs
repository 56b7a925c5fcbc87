using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Weir.Pipeline.Redaction.Detection.National;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>
/// Finds what needs a name beside it: in a value whose key names an entity, or in text near whole words that do.
/// A number is tried as one token or as several that only the entity's own signs join.
/// </summary>
internal static class ContextDetector
{
    private static readonly System.Buffers.SearchValues<byte> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF"u8);

    private const int MostTokens = 256;
    private const int TokensAfter = 14;
    private const int TokensBefore = 8;
    private const int MostJoined = 16;

    private struct Token
    {
        public int Start;
        public int End;
    }

    /// <summary>A key that names the entity is evidence enough to look at its value.</summary>
    public static bool DecidesByKey(int id) => id == EntityId.ApiKey || EntityCatalogue.All[id].Evidence == Evidence.ByName || EntityCatalogue.All[id].Format is not null;

    /// <summary>Words in running text lead to it.</summary>
    public static bool FindsByWords(int id) => id is EntityId.ApiKey or EntityId.AwsKey || id == BirthDate || EntityCatalogue.All[id].Format is not null;

    private static readonly int BirthDate = EntityCatalogue.Find("DATE_OF_BIRTH")!.Id;

    /// <summary>The value's key names the entities.</summary>
    public static void ByKey(ReadOnlySpan<byte> text, int start, int end, int[] entities, Pool<Finding> findings)
    {
        foreach (var id in entities)
        {
            var entity = EntityCatalogue.All[id];
            if (id == EntityId.ApiKey)
            {
                // A secret has no shape: what a key calls one is one.
                if (end - start >= 3)
                {
                    findings.Add(new Finding(start, end, id));
                }
            }
            else if (entity.Evidence == Evidence.ByName)
            {
                if (NameDetector.Holds(id, text[start..end]))
                {
                    findings.Add(new Finding(start, end, id));
                }
            }
            else if (entity.Format is { } format)
            {
                var value = text[start..end].Trim(" \t"u8);
                if (format.Matches(value))
                {
                    findings.Add(new Finding(start, end, id));
                }
                else if (value.Length > format.Min)
                {
                    Search(text, start, end, id, format, findings);
                }
            }
        }
    }

    /// <summary>Every token of a text whose key named the entity.</summary>
    [SkipLocalsInit]
    private static void Search(ReadOnlySpan<byte> text, int start, int end, int id, NationalFormat format, Pool<Finding> findings)
    {
        Span<Token> tokens = stackalloc Token[MostTokens];
        var count = Tokens(text, start, end, tokens);
        for (var i = 0; i < count; i++)
        {
            if (Longest(text, tokens[..count], i, format) is var last and >= 0)
            {
                findings.Add(new Finding(tokens[i].Start, tokens[last].End, id));
                i = last;
            }
        }
    }

    /// <summary>Words of the text name entities; their numbers stand near.</summary>
    /// <param name="names">How the names of the entities looked for begin.</param>
    [SkipLocalsInit]
    public static void ByWords(ReadOnlySpan<byte> text, int start, int end, BlockMasks masks, bool[] looked, NameStarts names, Pool<Finding> findings)
    {
        Span<Token> tokens = stackalloc Token[MostTokens];
        for (var chunk = start; chunk < end;)
        {
            var count = masks.AnyNonAscii ? Tokens(text, chunk, end, tokens) : Tokens(masks, chunk, end, tokens);
            Near(text, end, tokens[..count], looked, names, findings);
            if (count < MostTokens)
            {
                return;
            }

            // The next chunk overlaps, so that no word loses its number.
            chunk = tokens[MostTokens - TokensAfter - TokensBefore - 8].Start;
        }
    }

    private static void Near(ReadOnlySpan<byte> text, int end, ReadOnlySpan<Token> tokens, bool[] looked, NameStarts names, Pool<Finding> findings)
    {
        Span<char> phrase = stackalloc char[80];
        for (var i = 0; i < tokens.Length; i++)
        {
            // No name begins with a number.
            if (!names.May(text, tokens[i].Start, tokens[i].End - tokens[i].Start) || HasDigit(text[tokens[i].Start..tokens[i].End]))
            {
                continue;
            }

            var length = 0;
            for (var j = i; j < Math.Min(tokens.Length, i + 4); j++)
            {
                // A phrase holds together: nothing but blanks, dashes, dots, slashes and apostrophes between its words.
                if (j > i && !Joined(text[tokens[j - 1].End..tokens[j].Start]))
                {
                    break;
                }

                if (!Append(text[tokens[j].Start..tokens[j].End], phrase, ref length))
                {
                    break;
                }

                foreach (var id in ContextWords.Of(phrase[..length]))
                {
                    if (looked[id] && id is EntityId.ApiKey or EntityId.AwsKey && SecretAfter(text[..end], tokens[j].End) is var secret and > 0)
                    {
                        findings.Add(new Finding(secret, SecretEnd(text[..end], secret), id));
                    }
                    else if (id == BirthDate && looked[id])
                    {
                        if (WrittenDate.TryFind(text[..end], tokens[j].End, out var from, out var to))
                        {
                            findings.Add(new Finding(from, to, id));
                        }
                    }
                    else if (looked[id] && EntityCatalogue.All[id].Format is { } format)
                    {
                        Around(text, tokens, i, j, id, format, findings);
                    }
                }
            }
        }
    }

    /// <summary>Where a secret begins after its name and an equals sign or colon, as in <c>password=hunter22</c>; 0 without one.</summary>
    private static int SecretAfter(ReadOnlySpan<byte> text, int at)
    {
        var sign = false;
        while (at < text.Length && text[at] is (byte)' ' or (byte)'=' or (byte)':' or (byte)'"' or (byte)'\'')
        {
            sign |= text[at++] is (byte)'=' or (byte)':';
        }

        // Authorization: Bearer ...
        foreach (var scheme in Schemes)
        {
            if (text[at..].StartsWith(scheme))
            {
                at += scheme.Length;
            }
        }

        return sign && SecretEnd(text, at) - at >= 6 && !IsCode(text[at..]) ? at : 0;
    }

    /// <summary>What stands for no value in a program: <c>pwd=None):</c>, <c>pwd = self.pwd</c>.</summary>
    private static bool IsCode(ReadOnlySpan<byte> text)
    {
        foreach (var word in NoValues)
        {
            if (text.StartsWith(word) && (text.Length == word.Length || !char.IsAsciiLetterOrDigit((char)text[word.Length])))
            {
                return true;
            }
        }

        return text.StartsWith("self."u8) || text.StartsWith("this."u8);
    }

    private static readonly byte[][] NoValues = [.. new[] { "None", "null", "nullptr", "undefined", "True", "False", "true", "false" }.Select(Encoding.ASCII.GetBytes)];

    private static readonly byte[][] Schemes = ["Bearer "u8.ToArray(), "Basic "u8.ToArray(), "Token "u8.ToArray()];

    private static int SecretEnd(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] > (byte)' ' && text[at] is not ((byte)'"' or (byte)'\'' or (byte)';' or (byte)',' or (byte)'&' or (byte)'<'))
        {
            at++;
        }

        return at;
    }

    private static void Around(ReadOnlySpan<byte> text, ReadOnlySpan<Token> tokens, int first, int last, int id, NationalFormat format, Pool<Finding> findings)
    {
        // What has hardly any check of its own must follow its name, and the next its like: "passports X1 and X2".
        var weak = EntityCatalogue.All[id].ChanceRate > 0.3;
        var found = -1;
        for (var i = last + 1; i < Math.Min(tokens.Length, last + 1 + TokensAfter); i++)
        {
            if (!IsPart(text, tokens, i) && Longest(text, tokens, i, format) is var until and >= 0)
            {
                findings.Add(new Finding(tokens[i].Start, tokens[until].End, id));
                found = i = until;
            }
            else if (weak && (found >= 0 && i > found + 1 || NearWords.NamesOther(text[tokens[i].Start..tokens[i].End])))
            {
                break;
            }
        }

        if (weak)
        {
            return;
        }

        for (var i = Math.Max(0, first - TokensBefore); i < first; i++)
        {
            if (Longest(text, tokens, i, format) is var until and >= 0 && until < first)
            {
                findings.Add(new Finding(tokens[i].Start, tokens[until].End, id));
                i = until;
            }
        }
    }

    /// <summary>A piece of a UUID: hexadecimal digits before and behind it, letters among them.</summary>
    private static bool IsPart(ReadOnlySpan<byte> text, ReadOnlySpan<Token> tokens, int index)
    {
        var token = tokens[index];
        if (token.End - token.Start is not (4 or 8 or 12))
        {
            return false;
        }

        // With both neighbours, or the first or last of them with the two next to it.
        return Dashed(text, tokens, index - 1, index + 1) || Dashed(text, tokens, index, index + 2) || Dashed(text, tokens, index - 2, index);

        static bool Dashed(ReadOnlySpan<byte> text, ReadOnlySpan<Token> tokens, int first, int last) =>
            first >= 0 && last < tokens.Length && tokens[last].End - tokens[first].Start is 14 or 18 or 22 && IsHexadecimal(text, tokens[first], tokens[first + 1]) && IsHexadecimal(text, tokens[first + 1], tokens[last])
            && (text[tokens[first].Start..tokens[last].End].ContainsAnyInRange((byte)'a', (byte)'f') || text[tokens[first].Start..tokens[last].End].ContainsAnyInRange((byte)'A', (byte)'F'));

        // Both of hexadecimal digits, with a dash between.
        static bool IsHexadecimal(ReadOnlySpan<byte> text, Token first, Token second) =>
            second.Start == first.End + 1 && text[first.End] == (byte)'-' && IsDigits(text[first.Start..first.End]) && IsDigits(text[second.Start..second.End]);

        static bool IsDigits(ReadOnlySpan<byte> word) => !word.ContainsAnyExcept(HexDigits);
    }

    /// <summary>The last token of the longest number of this format that starts with token <paramref name="first"/>; -1 for none.</summary>
    private static int Longest(ReadOnlySpan<byte> text, ReadOnlySpan<Token> tokens, int first, NationalFormat format)
    {
        Span<byte> compact = stackalloc byte[64];
        var length = 0;
        var best = -1;
        var digits = false;
        for (var i = first; i < Math.Min(tokens.Length, first + MostJoined); i++)
        {
            if (i > first)
            {
                var gap = text[tokens[i - 1].End..tokens[i].Start];
                if (gap.Length > 4 || !Allowed(gap, format, compact, ref length))
                {
                    break;
                }
            }

            var token = text[tokens[i].Start..tokens[i].End];
            if (length + token.Length > Math.Min(63, format.Max + format.Prefix.Length))
            {
                break;
            }

            // Short capitals may begin or end a number, words may not.
            var digit = HasDigit(token);
            digits |= digit;
            if (!digit && !Capitals(token))
            {
                break;
            }

            foreach (var b in token)
            {
                compact[length++] = (byte)char.ToUpperInvariant((char)b);
            }

            if (digits && length >= format.Min && format.MatchesCompact(compact[..length]) && (format.InText is null || format.InText(compact[..length])))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>Only the format's signs stand between two tokens; the plus and dash of Finnish and Swedish numbers are part of the number when they are no sign of it.</summary>
    private static bool Allowed(ReadOnlySpan<byte> gap, NationalFormat format, Span<byte> compact, ref int length)
    {
        foreach (var b in gap)
        {
            if (format.Signs.Contains((char)b, StringComparison.Ordinal))
            {
                continue;
            }

            if (b is not ((byte)'-' or (byte)'+') || gap.Length != 1 || length >= 63)
            {
                return false;
            }

            compact[length++] = b;
        }

        return true;
    }

    private static bool HasDigit(ReadOnlySpan<byte> token) => token.ContainsAnyInRange((byte)'0', (byte)'9');

    private static int Tokens(ReadOnlySpan<byte> text, int start, int end, Span<Token> tokens)
    {
        var count = 0;
        for (var i = start; i < end && count < tokens.Length; i++)
        {
            if (!Word(text[i]))
            {
                continue;
            }

            var from = i;
            while (i < end && Word(text[i]))
            {
                i++;
            }

            tokens[count++] = new Token { Start = from, End = i };
        }

        return count;
    }

    /// <summary>The same of a text of ASCII, whose letters and digits the masks know.</summary>
    private static int Tokens(BlockMasks masks, int start, int end, Span<Token> tokens)
    {
        var count = 0;
        var from = -1;
        var within = ulong.MaxValue << (start & 63);
        ulong before = 0;
        for (var block = start >> 6; block << 6 < end; block++)
        {
            var word = (masks.Letters[block] | masks.Digits[block]) & within;
            within = ulong.MaxValue;
            if (end - (block << 6) < 64)
            {
                word &= (1UL << end) - 1;
            }

            // Where a word begins or the byte behind one stands.
            var edges = word ^ (word << 1 | before);
            before = word >> 63;
            for (; edges != 0; edges &= edges - 1)
            {
                var at = (block << 6) + BitOperations.TrailingZeroCount(edges);
                if (from < 0)
                {
                    from = at;
                    continue;
                }

                tokens[count++] = new Token { Start = from, End = at };
                if (count == tokens.Length)
                {
                    return count;
                }

                from = -1;
            }
        }

        if (from >= 0)
        {
            tokens[count++] = new Token { Start = from, End = end };
        }

        return count;
    }

    private static bool Capitals(ReadOnlySpan<byte> token) => token.Length <= 3 && !token.ContainsAnyExceptInRange((byte)'A', (byte)'Z');

    private static bool Word(byte b) => b >= 0x80 || char.IsAsciiLetterOrDigit((char)b);

    private static bool Joined(ReadOnlySpan<byte> gap)
    {
        foreach (var b in gap)
        {
            if (b is not ((byte)' ' or (byte)'-' or (byte)'.' or (byte)'/' or (byte)'\'' or (byte)'_'))
            {
                return false;
            }
        }

        return gap.Length <= 3;
    }

    private static bool Append(ReadOnlySpan<byte> word, Span<char> phrase, ref int length)
    {
        if (length + word.Length > phrase.Length)
        {
            return false;
        }

        var into = phrase[length..];
        for (var i = 0; i < word.Length; i++)
        {
            if (word[i] >= 0x80)
            {
                var written = Encoding.UTF8.GetChars(word, into);
                foreach (ref var c in into[..written])
                {
                    c = char.ToLowerInvariant(c);
                }

                length += written;
                return true;
            }

            into[i] = (char)(word[i] | (word[i] is >= (byte)'A' and <= (byte)'Z' ? 0x20 : 0));
        }

        length += word.Length;
        return true;
    }
}

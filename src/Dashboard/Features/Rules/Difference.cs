namespace Weir.Dashboard.Features.Rules;

/// <summary>Which parts of a text are not in the one it was made from, by words: enough to mark what redaction wrote.</summary>
internal static class Difference
{
    private const int MaxWords = 2000;

    /// <summary>The new text in parts; those that changed are new or differ.</summary>
    public static IReadOnlyList<(string Text, bool Changed)> Of(string old, string now)
    {
        var (a, b) = (Words(old), Words(now));
        if (a.Count > MaxWords || b.Count > MaxWords)
        {
            return [(now, false)];
        }

        // The longest common subsequence of words.
        var length = new int[a.Count + 1, b.Count + 1];
        for (var i = a.Count - 1; i >= 0; i--)
        {
            for (var j = b.Count - 1; j >= 0; j--)
            {
                length[i, j] = a[i] == b[j] ? length[i + 1, j + 1] + 1 : Math.Max(length[i + 1, j], length[i, j + 1]);
            }
        }

        var parts = new List<(string Text, bool Changed)>();
        void Add(string word, bool changed)
        {
            if (parts.Count > 0 && parts[^1].Changed == changed)
            {
                parts[^1] = (parts[^1].Text + word, changed);
            }
            else
            {
                parts.Add((word, changed));
            }
        }

        for (int i = 0, j = 0; j < b.Count;)
        {
            if (i < a.Count && a[i] == b[j])
            {
                Add(b[j], false);
                i++;
                j++;
            }
            else if (i < a.Count && length[i + 1, j] > length[i, j + 1])
            {
                i++;
            }
            else
            {
                Add(b[j], true);
                j++;
            }
        }

        return parts;
    }

    /// <summary>Quotes, brackets, commas and spaces stand alone; everything else sticks together.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '"' or '{' or '}' or '[' or ']' or ',' or ' ' or '\n' or '\t' or '\r')
            {
                if (i > start)
                {
                    words.Add(text[start..i]);
                }

                words.Add(text[i].ToString());
                start = i + 1;
            }
        }

        if (start < text.Length)
        {
            words.Add(text[start..]);
        }

        return words;
    }
}

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>How a number is written and decided.</summary>
/// <param name="Check">Over the compact form.</param>
/// <param name="Min">Characters of the shortest compact form.</param>
/// <param name="Max">Characters of the longest.</param>
/// <param name="Signs">What may stand between its characters.</param>
/// <param name="Prefix">What may stand before it and is no part of it, <c>PL</c> for one.</param>
/// <param name="PrefixNeeded">The number is only one with its prefix.</param>
internal sealed record NationalFormat(Check Check, int Min, int Max, string Signs = " -", string Prefix = "", bool PrefixNeeded = false)
{
    private const int Longest = 64;

    /// <summary>What must hold besides for a number that is found in text: issued numbers without a check digit are accepted when someone vouches for them.</summary>
    public Check? InText { get; init; }

    /// <summary>True when the text, folded to ASCII, is such a number with nothing around it but blanks.</summary>
    public bool Matches(ReadOnlySpan<byte> text)
    {
        if (text.Length > Longest)
        {
            return false;
        }

        Span<byte> compact = stackalloc byte[Longest];
        var length = 0;
        foreach (var b in text)
        {
            if (b is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' ? Signs.Contains(' ', StringComparison.Ordinal) : Signs.Contains((char)b, StringComparison.Ordinal))
            {
                continue;
            }

            compact[length++] = (byte)char.ToUpperInvariant((char)b);
        }

        return MatchesCompact(compact[..length]);
    }

    /// <summary>As <see cref="Matches"/> for a text that is compact and in upper case already.</summary>
    public bool MatchesCompact(ReadOnlySpan<byte> n)
    {
        if (Prefix.Length > 0 && n.Length >= Prefix.Length && Has(n, Prefix))
        {
            n = n[Prefix.Length..];
        }
        else if (PrefixNeeded)
        {
            return false;
        }

        return n.Length >= Min && n.Length <= Max && Check(n);
    }

    private static bool Has(ReadOnlySpan<byte> n, string prefix)
    {
        for (var i = 0; i < prefix.Length; i++)
        {
            if (n[i] != prefix[i])
            {
                return false;
            }
        }

        return true;
    }
}

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>National numbers that their grouping gives away, with no word beside them.</summary>
internal static class GroupedNumbers
{
    public static readonly int Finnish = EntityCatalogue.Find("FI_PERSONAL_IDENTITY_CODE")!.Id;
    private static readonly int Swedish = EntityCatalogue.Find("SE_PERSONNUMMER")!.Id;
    private static readonly int Korean = EntityCatalogue.Find("KR_RRN")!.Id;
    private static readonly int Swiss = EntityCatalogue.Find("CH_SSN")!.Id;
    private static readonly int Itin = EntityCatalogue.Find("US_ITIN")!.Id;

    /// <summary>National numbers whose grouping, date and check together hardly occur by chance.</summary>
    public static bool TryGrouped(ReadOnlySpan<byte> text, int at, int to, ref NumberRun run, bool[] looked, out int end, out int entity)
    {
        int first = run.GroupLength(0), second = run.Groups > 1 ? run.GroupLength(1) : 0;
        var sign = second > 0 ? text[run.Position(first - 1) + 1] : (byte)0;
        var dashed = sign is (byte)'-' or (byte)'+';
        var (length, alternative) = (first, second) switch
        {
            (6, 4) or (8, 4) when dashed => (first + 5, Swedish),
            (6, 7) when dashed => (14, Korean),
            (3, 4) when run.Digits.StartsWith("756"u8) => (16, Swiss),
            (3, 2) when dashed && run.Digits[0] == (byte)'9' => (11, Itin),
            _ => (0, -1),
        };
        return alternative >= 0 && Stands(text, at, to, length, alternative, looked, out end, out entity)
            || first == 6 && Stands(text, at, to, 11, Finnish, looked, out end, out entity)
            || None(at, out end, out entity);
    }

    /// <summary>Finnish and Swedish numbers of people born before their century's sign was a dash: 131052+308T, 640823+3234.</summary>
    public static bool TryPlus(ReadOnlySpan<byte> text, int plus, int from, int to, bool[] looked, out int start, out int end, out int entity)
    {
        foreach (var (before, length, candidate) in (ReadOnlySpan<(int, int, int)>)[(6, 11, Finnish), (6, 11, Swedish), (8, 13, Swedish)])
        {
            start = plus - before;
            if (start >= from && (start == from || !char.IsAsciiLetterOrDigit((char)text[start - 1])) && Stands(text, start, to, length, candidate, looked, out end, out entity))
            {
                return true;
            }
        }

        (start, end, entity) = (plus, plus, -1);
        return false;
    }

    public static bool Stands(ReadOnlySpan<byte> text, int at, int to, int length, int candidate, bool[] looked, out int end, out int entity)
    {
        (end, entity) = (at + length, candidate);
        return looked[candidate] && end <= to && (end == to || !char.IsAsciiLetterOrDigit((char)text[end])) && EntityCatalogue.All[candidate].Format!.Matches(text[at..end]);
    }

    private static bool None(int at, out int end, out int entity)
    {
        (end, entity) = (at, -1);
        return false;
    }
}

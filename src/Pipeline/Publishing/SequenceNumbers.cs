namespace Weir.Pipeline.Publishing;

/// <summary>Sequence numbers are decimal text; inside one shard the longer, then the greater text is the later.</summary>
internal static class SequenceNumbers
{
    public static bool IsBefore(string a, string b) => a.Length != b.Length ? a.Length < b.Length : string.CompareOrdinal(a, b) < 0;
}

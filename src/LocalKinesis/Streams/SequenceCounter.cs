namespace Weir.LocalKinesis.Streams;

/// <summary>
/// Gives the indexes in sequence numbers. As on the service, five neighbours by index share one, so that an index is never given twice among them and a
/// shard's own indexes may have gaps. Used under the stream's gate.
/// </summary>
internal sealed class SequenceCounter
{
    /// <summary>How many shards share a counter.</summary>
    public const int Shards = 5;

    /// <summary>The next index to give; 0 is the shard's start and no record's.</summary>
    public ulong Next { get; private set; } = 1;

    public ulong Take(int count)
    {
        var first = Next;
        Next += (ulong)count;
        return first;
    }

    /// <summary>Goes on after an index that was given before a restart.</summary>
    public void Pass(ulong next) => Next = Math.Max(Next, next);
}

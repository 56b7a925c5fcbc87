using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Tasks.Sources;

namespace Weir.Pipeline.Spool;

/// <summary>The stream's answer for one record: completes with where it stands, or null when the stream refused it for good.</summary>
internal sealed class StreamAck
{
    private readonly TaskCompletionSource<ShardMark?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ShardMark?> Answer => _answer.Task;

    public void Set(ShardMark? mark) => _answer.TrySetResult(mark);
}

/// <summary>What became of an idempotent request: new, answered before with the same body, or with another.</summary>
internal enum IdempotencyOutcome
{
    New, Replayed, Conflict,
}

/// <summary>The records of one request on their way into the spool: one pooled buffer, one commit, durable whole or not at all.</summary>
internal sealed class SpoolBatch : IDisposable, IValueTaskSource
{
    private readonly byte[] _streamName;
    private readonly SpoolSeal _seal;
    private readonly List<Slot> _slots;
    private ManualResetValueTaskSourceCore<bool> _durable = new() { RunContinuationsAsynchronously = true };
    private byte[] _buffer;
    private int _used;

    /// <param name="stream">The stream's name, ASCII, up to 128 characters.</param>
    /// <param name="acceptedAt">When the request arrived.</param>
    /// <param name="expectedBytes">About how many bytes the entries will take.</param>
    /// <param name="seal">Encrypts the entries when a key is configured.</param>
    /// <param name="expectedRecords">About how many there will be.</param>
    public SpoolBatch(string stream, DateTimeOffset acceptedAt, int expectedBytes, SpoolSeal seal, int expectedRecords = 1)
    {
        Stream = stream;
        _seal = seal;
        _streamName = Encoding.ASCII.GetBytes(stream);
        AcceptedAtMilliseconds = acceptedAt.ToUnixTimeMilliseconds();
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(expectedBytes, 256));
        _slots = new(expectedRecords);
    }

    private struct Slot
    {
        public int Offset, Length;
        public ushort HashPrefix;
        public UInt128 Id;
        public bool IsDuplicate;
        public long Position;
    }

    public string Stream { get; }

    public long AcceptedAtMilliseconds { get; }

    public int Count => _slots.Count;

    /// <summary>Bytes of the entries as they will stand in the log.</summary>
    public int Bytes => _used;

    /// <summary>The same with what the log adds to each.</summary>
    public long CommitBytes => _used + ((long)CommitLog.CommitLog.EntryOverheadBytes * Count);

    /// <summary>Whether any record has an id of its own.</summary>
    public bool HasIds { get; private set; }

    /// <summary>Hash of the request's idempotency key with partner and stream; null without one.</summary>
    public UInt128? IdempotencyKey { get; set; }

    public UInt128 BodyHash { get; set; }

    /// <summary>Writes the answer, which is kept with the idempotency key; called by the spool's writer once it knows which records are duplicates.</summary>
    public Func<byte[]>? Answer { get; set; }

    public bool NeedsDedupe => HasIds || IdempotencyKey is not null;

    /// <summary>Known once durable.</summary>
    public IdempotencyOutcome Outcome { get; set; }

    /// <summary>The answer that the request got the first time, when it was replayed.</summary>
    public byte[] Replay { get; set; } = [];

    /// <summary>The number of the first record; the others follow. Given by the spool.</summary>
    public long FirstNumber { get; set; }

    /// <summary>Where the stream's answer for each record goes; null when the sender does not wait for it.</summary>
    public StreamAck[]? Acks { get; private set; }

    /// <summary>Completes when the entries are durable; fails as the log did. To be awaited once.</summary>
    public ValueTask Durable => new(this, _durable.Version);

    /// <summary>Adds a record; returns its index in this batch. <paramref name="id"/> is the hash of its own id, zero for none.</summary>
    public int Add(ReadOnlySpan<byte> partitionKey, UInt128 hashKey, bool hasExplicitHashKey, ReadOnlySpan<byte> data, UInt128 id = default)
    {
        var size = SpooledRecord.SizeOf(_streamName.Length, partitionKey.Length, data.Length, _seal);
        if (_buffer.Length - _used < size)
        {
            Grow(size);
        }

        SpooledRecord.Write(_buffer.AsSpan(_used, size), _streamName, AcceptedAtMilliseconds, hashKey, hasExplicitHashKey, partitionKey, data, _seal);
        _slots.Add(new Slot { Offset = _used, Length = size, HashPrefix = Waiting.PrefixOf(hashKey), Id = id });
        HasIds |= id != 0;
        _used += size;
        return _slots.Count - 1;
    }

    /// <summary>Asks to be told when the stream has each record. Called after the last <see cref="Add"/>.</summary>
    public void RequestAcks() => Acks = [.. Enumerable.Range(0, Count).Select(_ => new StreamAck())];

    public ReadOnlyMemory<byte> Entry(int index) => _buffer.AsMemory(_slots[index].Offset, _slots[index].Length);

    public ushort HashPrefix(int index) => _slots[index].HashPrefix;

    public UInt128 Id(int index) => _slots[index].Id;

    /// <summary>Whether a record of the same id was taken before; it is not kept again.</summary>
    public bool IsDuplicate(int index) => _slots[index].IsDuplicate;

    public void MarkDuplicate(int index) => CollectionsMarshal.AsSpan(_slots)[index].IsDuplicate = true;

    public int Duplicates
    {
        get
        {
            var count = 0;
            for (var i = 0; HasIds && i < _slots.Count; i++)
            {
                count += _slots[i].IsDuplicate ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>Where the record stands in the log; known once durable, unless it is a duplicate.</summary>
    public long Position(int index) => _slots[index].Position;

    public void Place(int index, long position) => CollectionsMarshal.AsSpan(_slots)[index].Position = position;

    public void Complete() => _durable.SetResult(true);

    public void Fail(Exception error) => _durable.SetException(error);

    void IValueTaskSource.GetResult(short token) => _durable.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _durable.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _durable.OnCompleted(continuation, state, token, flags);

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _used + needed));
        _buffer.AsSpan(0, _used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

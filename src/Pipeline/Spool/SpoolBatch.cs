using System.Buffers;
using System.Text;

namespace Weir.Pipeline.Spool;

/// <summary>The stream's answer for one record: completes with where it stands, or null when the stream refused it for good.</summary>
internal sealed class StreamAck
{
    private readonly TaskCompletionSource<ShardMark?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ShardMark?> Answer => _answer.Task;

    public void Set(ShardMark? mark) => _answer.TrySetResult(mark);
}

/// <summary>The records of one request on their way into the spool: one pooled buffer, one commit, durable whole or not at all.</summary>
internal sealed class SpoolBatch : IDisposable
{
    private readonly byte[] _streamName;
    private readonly long _acceptedAtMilliseconds;
    private readonly List<(int Offset, int Length, uint HashPrefix)> _entries;
    private readonly TaskCompletionSource<bool> _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _buffer;
    private int _used;
    private long[] _positions = [];
    private int _firstPosition;

    /// <param name="stream">The stream's name, ASCII, up to 128 characters.</param>
    /// <param name="acceptedAt">When the request arrived.</param>
    /// <param name="expectedBytes">About how many bytes the entries will take.</param>
    /// <param name="expectedRecords">About how many there will be.</param>
    public SpoolBatch(string stream, DateTimeOffset acceptedAt, int expectedBytes, int expectedRecords = 1)
    {
        Stream = stream;
        _streamName = Encoding.ASCII.GetBytes(stream);
        _acceptedAtMilliseconds = acceptedAt.ToUnixTimeMilliseconds();
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(expectedBytes, 256));
        _entries = new(expectedRecords);
    }

    public string Stream { get; }

    public int Count => _entries.Count;

    /// <summary>Bytes of the entries as they will stand in the log.</summary>
    public int Bytes => _used;

    /// <summary>Adds a record; returns its index in this batch.</summary>
    public int Add(ReadOnlySpan<byte> partitionKey, UInt128 hashKey, bool hasExplicitHashKey, ReadOnlySpan<byte> data)
    {
        var size = SpooledRecord.SizeOf(_streamName.Length, partitionKey.Length, data.Length);
        if (_buffer.Length - _used < size)
        {
            Grow(size);
        }

        SpooledRecord.Write(_buffer.AsSpan(_used, size), _streamName, _acceptedAtMilliseconds, hashKey, hasExplicitHashKey, partitionKey, data);
        _entries.Add((_used, size, Waiting.PrefixOf(hashKey)));
        _used += size;
        return _entries.Count - 1;
    }

    public ReadOnlyMemory<byte> Entry(int index) => _buffer.AsMemory(_entries[index].Offset, _entries[index].Length);

    public uint HashPrefix(int index) => _entries[index].HashPrefix;

    /// <summary>Where the record stands in the log; known once durable.</summary>
    public long Position(int index) => _positions[_firstPosition + index];

    /// <summary>Where the stream's answer for each record goes; null when the sender does not wait for it.</summary>
    public StreamAck[]? Acks { get; private set; }

    /// <summary>Asks to be told when the stream has each record. Called after the last <see cref="Add"/>.</summary>
    public void RequestAcks() => Acks = [.. Enumerable.Range(0, Count).Select(_ => new StreamAck())];

    /// <summary>Completes when the entries are durable; fails as the log did.</summary>
    public Task Durable => _durable.Task;

    public void Placed(long[] positions, int first)
    {
        _positions = positions;
        _firstPosition = first;
    }

    public void Complete() => _durable.TrySetResult(true);

    public void Fail(Exception error) => _durable.TrySetException(error);

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

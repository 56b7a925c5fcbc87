using System.Globalization;
using System.Text;
using Weir.Aws.Kinesis;
using Record = Weir.Aws.Kinesis.Record;

namespace Weir.Pipeline.Tests.Consuming;

/// <summary>Streams in memory: shards with a lineage, iterators that expire, closed shards that end. What a test wants to go wrong it asks for.</summary>
internal sealed class MemoryKinesis(TimeProvider time) : IKinesis
{
    private static readonly TimeSpan IteratorLife = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, (DateTimeOffset Created, List<MemoryShard> Shards)> _streams = [];
    private Int128 _sequence = Int128.Parse("99999999999999999999999999999990", CultureInfo.InvariantCulture);

    /// <summary>Called before each read with shard and the position in it; may throw.</summary>
    public Action<MemoryShard, int>? OnRead { get; set; }

    /// <summary>Most records of one answer.</summary>
    public int PageSize { get; set; } = 1000;

    public IReadOnlyList<MemoryShard> Open(string stream) => [.. _streams[stream].Shards.Where(s => !s.Closed)];

    public MemoryShard Shard(string stream, string id) => _streams[stream].Shards.Single(s => s.Id == id);

    public void Create(string stream, int shards)
    {
        var list = new List<MemoryShard>();
        var width = (UInt128.MaxValue / (UInt128)shards) + (shards == 1 ? UInt128.Zero : UInt128.One);
        for (var i = 0; i < shards; i++)
            list.Add(new MemoryShard(stream, Name(i), width * (UInt128)i, i == shards - 1 ? UInt128.MaxValue : (width * (UInt128)(i + 1)) - 1, [], (++_sequence).ToString(CultureInfo.InvariantCulture)));
        _streams[stream] = (time.GetUtcNow(), list);
    }

    public void Delete(string stream) => _streams.Remove(stream);

    public Record Put(string stream, string key, string data) => Put(stream, key, Encoding.UTF8.GetBytes(data));

    public Record Put(string stream, string key, byte[] data)
    {
        var hash = HashKey.Of(key);
        var record = new Record((++_sequence).ToString(CultureInfo.InvariantCulture), time.GetUtcNow(), data, key);
        Open(stream).Single(s => s.Start <= hash && hash <= s.End).Records.Add(record);
        return record;
    }

    public void Split(string stream, MemoryShard shard)
    {
        var middle = shard.Start + ((shard.End - shard.Start) / 2);
        Add(stream, shard.Start, middle, [shard]);
        Add(stream, middle + 1, shard.End, [shard]);
        shard.Closed = true;
    }

    public void Merge(string stream, MemoryShard left, MemoryShard right)
    {
        Add(stream, left.Start, right.End, [left, right]);
        left.Closed = right.Closed = true;
    }

    public Task<ListStreamsResponse> ListStreamsAsync(ListStreamsRequest request, CancellationToken cancellationToken) => Task.FromResult(
        new ListStreamsResponse([.. _streams.Keys], false, null, [.. _streams.Select(s => new StreamSummary(s.Key, "arn:" + s.Key, StreamStatuses.Active, null, s.Value.Created))]));

    public Task<ListShardsResponse> ListShardsAsync(ListShardsRequest request, CancellationToken cancellationToken) => _streams.TryGetValue(request.StreamName!, out var stream)
        ? Task.FromResult(new ListShardsResponse([.. stream.Shards.Select(s => new Shard(
            s.Id,
            new HashKeyRange(s.Start.ToString(CultureInfo.InvariantCulture), s.End.ToString(CultureInfo.InvariantCulture)),
            new SequenceNumberRange(s.FirstSequence, s.Closed ? s.Records.LastOrDefault()?.SequenceNumber ?? s.FirstSequence : null),
            s.Parents.ElementAtOrDefault(0)?.Id,
            s.Parents.ElementAtOrDefault(1)?.Id))]))
        : throw NotFound();

    public Task<GetShardIteratorResponse> GetShardIteratorAsync(GetShardIteratorRequest request, CancellationToken cancellationToken)
    {
        if (!_streams.TryGetValue(request.StreamName!, out var stream) || stream.Shards.Find(s => s.Id == request.ShardId) is not { } shard)
            throw NotFound();
        var at = request.ShardIteratorType switch
        {
            ShardIteratorTypes.TrimHorizon => 0,
            ShardIteratorTypes.Latest => shard.Records.Count,
            ShardIteratorTypes.AtTimestamp => Find(shard, r => r.ApproximateArrivalTimestamp >= request.Timestamp),
            ShardIteratorTypes.AtSequenceNumber => Find(shard, r => Compare(r.SequenceNumber, request.StartingSequenceNumber!) >= 0),
            _ => Find(shard, r => Compare(r.SequenceNumber, request.StartingSequenceNumber!) > 0),
        };
        return Task.FromResult(new GetShardIteratorResponse(Iterator(shard, at)));
    }

    public Task<GetRecordsResponse> GetRecordsAsync(GetRecordsRequest request, CancellationToken cancellationToken)
    {
        var parts = request.ShardIterator.Split('|');
        if (!_streams.TryGetValue(parts[0], out var stream) || stream.Shards.Find(s => s.Id == parts[1]) is not { } shard)
            throw NotFound();
        if (long.Parse(parts[3], CultureInfo.InvariantCulture) < time.GetUtcNow().UtcTicks)
            throw new KinesisException(KinesisErrorCodes.ExpiredIterator, "Iterator expired.");
        var at = int.Parse(parts[2], CultureInfo.InvariantCulture);
        OnRead?.Invoke(shard, at);
        Record[] records = [.. shard.Records.Skip(at).Take(Math.Min(PageSize, request.Limit ?? 10_000))];
        var left = shard.Records.Count - at - records.Length;
        return Task.FromResult(shard.Closed && left == 0
            ? new GetRecordsResponse(records, null, 0, [.. stream.Shards.Where(s => s.Parents.Contains(shard)).Select(s => new ChildShard(s.Id, [.. s.Parents.Select(p => p.Id)], new HashKeyRange("0", "1")))])
            : new GetRecordsResponse(records, Iterator(shard, at + records.Length), left > 0 ? 1000 : 0));
    }

    public Task CreateStreamAsync(CreateStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task DeleteStreamAsync(DeleteStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<DescribeStreamResponse> DescribeStreamAsync(DescribeStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<DescribeStreamSummaryResponse> DescribeStreamSummaryAsync(DescribeStreamSummaryRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<PutRecordResponse> PutRecordAsync(PutRecordRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<PutRecordsResponse> PutRecordsAsync(PutRecordsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<UpdateShardCountResponse> UpdateShardCountAsync(UpdateShardCountRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task SplitShardAsync(SplitShardRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task MergeShardsAsync(MergeShardsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    private void Add(string stream, UInt128 start, UInt128 end, MemoryShard[] parents)
    {
        var shards = _streams[stream].Shards;
        shards.Add(new MemoryShard(stream, Name(shards.Count), start, end, parents, (++_sequence).ToString(CultureInfo.InvariantCulture)));
    }

    private string Iterator(MemoryShard shard, int at) => $"{shard.Stream}|{shard.Id}|{at}|{(time.GetUtcNow() + IteratorLife).UtcTicks}";

    private static int Find(MemoryShard shard, Predicate<Record> first) => shard.Records.FindIndex(first) is >= 0 and var at ? at : shard.Records.Count;

    private static int Compare(string left, string right) => Int128.Parse(left, CultureInfo.InvariantCulture).CompareTo(Int128.Parse(right, CultureInfo.InvariantCulture));

    private static string Name(int index) => $"shardId-{index:D12}";

    private static KinesisException NotFound() => new(KinesisErrorCodes.ResourceNotFound, "Not found.");
}

internal sealed record MemoryShard(string Stream, string Id, UInt128 Start, UInt128 End, IReadOnlyList<MemoryShard> Parents, string FirstSequence)
{
    public bool Closed { get; set; }
    public List<Record> Records { get; } = [];
}

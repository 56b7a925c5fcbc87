using System.Globalization;
using Weir.Aws.Kinesis;
using Record = Weir.Aws.Kinesis.Record;

namespace Weir.Pipeline.Tests.Publishing;

/// <summary>A stream service in memory whose refusals a test decides; what it holds is what the tests look at.</summary>
internal sealed class ScriptedKinesis : IKinesis
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<HeldShard>> _streams = new(StringComparer.Ordinal);
    private readonly TimeProvider _time = TimeProvider.System;
    private long _sequence = 1000;

    /// <summary>Decides over each record of a call: an error code, or null to take it.</summary>
    public Func<HeldShard, PutRecordsRequestEntry, string?> Refuse { get; set; } = (_, _) => null;

    /// <summary>Called before a call is carried out; what it throws the caller gets.</summary>
    public Func<PutRecordsRequest, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called after a call is carried out; what it throws hides the answer.</summary>
    public Func<PutRecordsRequest, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before records are read; what it throws the caller gets.</summary>
    public Action BeforeReading { get; set; } = () => { };

    public int Calls { get; private set; }

    public sealed class HeldShard(int number, UInt128 start, UInt128 end)
    {
        public string Id { get; } = string.Create(CultureInfo.InvariantCulture, $"shardId-{number:d12}");
        public UInt128 Start { get; } = start;
        public UInt128 End { get; } = end;
        public bool Closed { get; set; }
        public List<Record> Records { get; } = [];
    }

    public void Create(string stream, int shards)
    {
        lock (_gate)
        {
            _streams[stream] = [.. Ranges(shards).Select((r, i) => new HeldShard(i, r.Start, r.End))];
        }
    }

    public void Delete(string stream)
    {
        lock (_gate)
        {
            _streams.Remove(stream);
        }
    }

    /// <summary>Closes every open shard and opens so many new ones.</summary>
    public void Reshard(string stream, int shards)
    {
        lock (_gate)
        {
            var held = _streams[stream];
            held.ForEach(s => s.Closed = true);
            held.AddRange(Ranges(shards).Select((r, i) => new HeldShard(held.Count + i, r.Start, r.End)).ToList());
        }
    }

    /// <summary>Everything in the stream: shards in the order of their making, records in theirs.</summary>
    public IReadOnlyList<Record> All(string stream)
    {
        lock (_gate)
        {
            return [.. _streams[stream].SelectMany(s => s.Records)];
        }
    }

    /// <summary>The stream's shards as they are now, with copies of their records.</summary>
    public IReadOnlyList<(UInt128 Start, UInt128 End, IReadOnlyList<Record> Records)> Shards(string stream)
    {
        lock (_gate)
        {
            return [.. _streams[stream].Select(s => (s.Start, s.End, (IReadOnlyList<Record>)s.Records.ToList()))];
        }
    }

    public async Task<PutRecordsResponse> PutRecordsAsync(PutRecordsRequest request, CancellationToken cancellationToken)
    {
        await Before(request);
        PutRecordsResponse response;
        lock (_gate)
        {
            Calls++;
            var shards = Held(request.StreamName!);
            var results = request.Records.Select(entry =>
            {
                var hash = HashKey.Of(entry.PartitionKey, entry.ExplicitHashKey);
                var shard = shards.First(s => !s.Closed && hash >= s.Start && hash <= s.End);
                if (Refuse(shard, entry) is { } code)
                {
                    return new PutRecordsResultEntry(ErrorCode: code, ErrorMessage: "As scripted.");
                }

                var number = (++_sequence).ToString(CultureInfo.InvariantCulture);
                shard.Records.Add(new Record(number, _time.GetUtcNow(), entry.Data.ToArray(), entry.PartitionKey));
                return new PutRecordsResultEntry(number, shard.Id);
            }).ToList();
            response = new PutRecordsResponse(results.Count(r => r.ErrorCode is not null), results);
        }

        await After(request);
        return response;
    }

    public Task<ListStreamsResponse> ListStreamsAsync(ListStreamsRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(new ListStreamsResponse([.. _streams.Keys.Order(StringComparer.Ordinal)], false));
        }
    }

    public Task<DescribeStreamSummaryResponse> DescribeStreamSummaryAsync(DescribeStreamSummaryRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var open = Held(request.StreamName!).Count(s => !s.Closed);
            return Task.FromResult(new DescribeStreamSummaryResponse(new StreamDescriptionSummary(request.StreamName!, "arn:" + request.StreamName, StreamStatuses.Active, 24, _time.GetUtcNow(), [], open)));
        }
    }

    public Task<ListShardsResponse> ListShardsAsync(ListShardsRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(new ListShardsResponse([.. Held(request.StreamName!).Select(s => new Shard(
                s.Id,
                new HashKeyRange(s.Start.ToString(CultureInfo.InvariantCulture), s.End.ToString(CultureInfo.InvariantCulture)),
                new SequenceNumberRange("1", s.Closed ? "2" : null)))]));
        }
    }

    /// <summary>An iterator is <c>stream|shard|index</c>.</summary>
    public Task<GetShardIteratorResponse> GetShardIteratorAsync(GetShardIteratorRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var records = Held(request.StreamName!).First(s => s.Id == request.ShardId).Records;
            var index = request.ShardIteratorType == ShardIteratorTypes.AfterSequenceNumber
                ? records.FindIndex(r => r.SequenceNumber == request.StartingSequenceNumber) + 1
                : records.FindIndex(r => r.ApproximateArrivalTimestamp >= request.Timestamp) is var at and >= 0 ? at : records.Count;
            return Task.FromResult(new GetShardIteratorResponse($"{request.StreamName}|{request.ShardId}|{index}"));
        }
    }

    public Task<GetRecordsResponse> GetRecordsAsync(GetRecordsRequest request, CancellationToken cancellationToken)
    {
        BeforeReading();
        var parts = request.ShardIterator.Split('|');
        lock (_gate)
        {
            var records = Held(parts[0]).First(s => s.Id == parts[1]).Records;
            var from = int.Parse(parts[2], CultureInfo.InvariantCulture);
            var page = records.Skip(from).Take(100).ToList();
            return Task.FromResult(new GetRecordsResponse(page, $"{parts[0]}|{parts[1]}|{from + page.Count}", from + page.Count < records.Count ? 1000 : 0));
        }
    }

    public Task CreateStreamAsync(CreateStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task DeleteStreamAsync(DeleteStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<DescribeStreamResponse> DescribeStreamAsync(DescribeStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<PutRecordResponse> PutRecordAsync(PutRecordRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<UpdateShardCountResponse> UpdateShardCountAsync(UpdateShardCountRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task SplitShardAsync(SplitShardRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task MergeShardsAsync(MergeShardsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    private List<HeldShard> Held(string stream) =>
        _streams.TryGetValue(stream, out var shards) ? shards : throw new KinesisException(KinesisErrorCodes.ResourceNotFound, $"Stream {stream} under account 000000000000 not found.");

    private static IEnumerable<(UInt128 Start, UInt128 End)> Ranges(int shards)
    {
        var width = UInt128.MaxValue / (UInt128)shards;
        for (var i = 0; i < shards; i++)
        {
            yield return ((UInt128)i * width + (i == 0 ? 0u : 1u), i == shards - 1 ? UInt128.MaxValue : (UInt128)(i + 1) * width);
        }
    }
}

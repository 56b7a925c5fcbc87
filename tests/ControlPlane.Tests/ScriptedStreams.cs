using System.Globalization;
using Weir.Aws.Kinesis;

namespace Weir.ControlPlane.Tests;

/// <summary>Streams in memory that change when a test says so: for what the engine cannot be brought to do on demand, such as staying UPDATING or failing a call.</summary>
internal sealed class ScriptedStreams : IKinesis
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Shard>> _shards = [];
    private int _next;

    /// <summary>Each call, in words.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The status that a stream shows; ACTIVE without one.</summary>
    public Dictionary<string, string> Status { get; } = [];

    public string Mode { get; set; } = "PROVISIONED";

    /// <summary>Thrown by the call of this name, once each.</summary>
    public Queue<(string Call, Exception Error)> Failures { get; } = new();

    /// <summary>Called before a shard count changes.</summary>
    public Action? BeforeUpdate { get; set; }

    public int OpenShards(string stream) => _shards[stream].Count(s => s.SequenceNumberRange.EndingSequenceNumber is null);

    public void Add(string stream, int shards)
    {
        lock (_gate)
        {
            _shards[stream] = [];
            Even(stream, shards);
        }
    }

    public void Add(string stream, params (string Start, string End)[] ranges)
    {
        lock (_gate)
        {
            _shards[stream] = [.. ranges.Select(r => Make(UInt128.Parse(r.Start, CultureInfo.InvariantCulture), UInt128.Parse(r.End, CultureInfo.InvariantCulture)))];
        }
    }

    public Task CreateStreamAsync(CreateStreamRequest request, CancellationToken cancellationToken)
    {
        Called($"CreateStream {request.StreamName} {request.ShardCount}");
        Add(request.StreamName, request.ShardCount ?? 4);
        return Task.CompletedTask;
    }

    public Task DeleteStreamAsync(DeleteStreamRequest request, CancellationToken cancellationToken)
    {
        Called($"DeleteStream {request.StreamName}");
        Find(request.StreamName);
        _shards.Remove(request.StreamName!);
        return Task.CompletedTask;
    }

    public Task<ListStreamsResponse> ListStreamsAsync(ListStreamsRequest request, CancellationToken cancellationToken)
    {
        Called("ListStreams");
        return Task.FromResult(new ListStreamsResponse([.. _shards.Keys.Order(StringComparer.Ordinal)], false));
    }

    public Task<DescribeStreamSummaryResponse> DescribeStreamSummaryAsync(DescribeStreamSummaryRequest request, CancellationToken cancellationToken)
    {
        Called($"DescribeStreamSummary {request.StreamName}");
        lock (_gate)
        {
            Find(request.StreamName);
            var name = request.StreamName!;
            return Task.FromResult(new DescribeStreamSummaryResponse(new StreamDescriptionSummary(
                name, $"arn:aws:kinesis:us-east-1:000000000000:stream/{name}", Status.GetValueOrDefault(name, StreamStatuses.Active), 24, DateTimeOffset.UnixEpoch, [], OpenShards(name), new StreamModeDetails(Mode))));
        }
    }

    public Task<ListShardsResponse> ListShardsAsync(ListShardsRequest request, CancellationToken cancellationToken)
    {
        Called($"ListShards {request.StreamName}");
        lock (_gate)
        {
            return Task.FromResult(new ListShardsResponse([.. Find(request.StreamName)]));
        }
    }

    public Task<UpdateShardCountResponse> UpdateShardCountAsync(UpdateShardCountRequest request, CancellationToken cancellationToken)
    {
        BeforeUpdate?.Invoke();
        Called($"UpdateShardCount {request.StreamName} {request.TargetShardCount}");
        lock (_gate)
        {
            var before = OpenShards(request.StreamName!);
            if (request.TargetShardCount > before * 2 || request.TargetShardCount < (before + 1) / 2)
            {
                throw new KinesisException(KinesisErrorCodes.InvalidArgument, "At most double, at least half.");
            }

            Close(request.StreamName!, _ => true);
            Even(request.StreamName!, request.TargetShardCount);
            return Task.FromResult(new UpdateShardCountResponse(request.StreamName!, before, request.TargetShardCount));
        }
    }

    public Task SplitShardAsync(SplitShardRequest request, CancellationToken cancellationToken)
    {
        Called($"SplitShard {request.ShardToSplit} {request.NewStartingHashKey}");
        return Task.CompletedTask;
    }

    public Task MergeShardsAsync(MergeShardsRequest request, CancellationToken cancellationToken)
    {
        Called($"MergeShards {request.ShardToMerge} {request.AdjacentShardToMerge}");
        return Task.CompletedTask;
    }

    public Task<DescribeStreamResponse> DescribeStreamAsync(DescribeStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PutRecordResponse> PutRecordAsync(PutRecordRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PutRecordsResponse> PutRecordsAsync(PutRecordsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<GetShardIteratorResponse> GetShardIteratorAsync(GetShardIteratorRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<GetRecordsResponse> GetRecordsAsync(GetRecordsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    private void Called(string call)
    {
        lock (_gate)
        {
            Calls.Add(call);
            if (Failures.TryPeek(out var failure) && call.StartsWith(failure.Call, StringComparison.Ordinal))
            {
                Failures.Dequeue();
                throw failure.Error;
            }
        }
    }

    private List<Shard> Find(string? stream) => stream is not null && _shards.TryGetValue(stream, out var shards)
        ? shards
        : throw new KinesisException(KinesisErrorCodes.ResourceNotFound, $"Stream {stream} not found.");

    private void Close(string stream, Func<Shard, bool> which) => _shards[stream] = [.. _shards[stream].Select(s =>
        s.SequenceNumberRange.EndingSequenceNumber is null && which(s) ? s with { SequenceNumberRange = s.SequenceNumberRange with { EndingSequenceNumber = "9" } } : s)];

    private void Even(string stream, int count)
    {
        var width = (UInt128.MaxValue / (UInt128)count) + (UInt128.MaxValue % (UInt128)count == (UInt128)count - 1 ? 1u : 0u);
        for (var i = 0; i < count; i++)
        {
            _shards[stream].Add(Make(width * (UInt128)i, i == count - 1 ? UInt128.MaxValue : (width * (UInt128)(i + 1)) - 1));
        }
    }

    private Shard Make(UInt128 start, UInt128 end) =>
        new($"shardId-{_next++:000000000000}", new HashKeyRange(start.ToString(CultureInfo.InvariantCulture), end.ToString(CultureInfo.InvariantCulture)), new SequenceNumberRange("1"));
}

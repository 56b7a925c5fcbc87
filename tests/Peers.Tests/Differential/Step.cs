using System.Globalization;
using System.Text;
using Weir.Aws.Kinesis;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests.Differential;

/// <summary>One call with everything that decides its outcome, so that two services can be asked the same.</summary>
/// <param name="Operation">Which call.</param>
/// <param name="Stream">On which stream.</param>
/// <param name="Shard">Index of the first shard meant.</param>
/// <param name="Other">Index of the second, or a count.</param>
/// <param name="Key">A partition key, a hash key or a tag.</param>
internal sealed record Step(Operation Operation, string Stream, int Shard, int Other, string Key)
{
    /// <summary>Makes the call and tells what came of it, without what may differ from service to service: sequence numbers, iterators, times and words.</summary>
    public async Task<string> RunAsync(KinesisClient kinesis)
    {
        try
        {
            var outcome = await CallAsync(kinesis);
            if (Operation is Operation.Create or Operation.Split or Operation.Merge or Operation.Scale or Operation.Lengthen or Operation.Shorten)
                await kinesis.ActiveAsync(Stream);
            return outcome;
        }
        catch (KinesisException e)
        {
            return e.Code;
        }
    }

    private static string ShardId(int index) => "shardId-" + index.ToString("D12", CultureInfo.InvariantCulture);

    private async Task<string> CallAsync(KinesisClient kinesis)
    {
        switch (Operation)
        {
            case Operation.Create:
                await kinesis.CreateStreamAsync(new CreateStreamRequest(Stream, Other), default);
                return "ok";
            case Operation.Delete:
                await kinesis.DeleteStreamAsync(new DeleteStreamRequest(Stream), default);
                while (await ExistsAsync(kinesis))
                    await Task.Delay(20);
                return "ok";
            case Operation.ListStreams:
                return string.Join(' ', (await kinesis.ListStreamsAsync(new ListStreamsRequest(), default)).StreamNames);
            case Operation.Describe:
                var stream = (await kinesis.DescribeStreamAsync(new DescribeStreamRequest(Stream), default)).StreamDescription;
                return $"{stream.StreamStatus} {stream.RetentionPeriodHours} h {string.Join(", ", stream.Shards.Select(Text))}";
            case Operation.Summary:
                var summary = (await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(Stream), default)).StreamDescriptionSummary;
                return $"{summary.StreamStatus} {summary.OpenShardCount} {summary.RetentionPeriodHours} h";
            case Operation.ListShards:
                return string.Join(", ", (await kinesis.ListShardsAsync(new ListShardsRequest(Stream), default)).Shards.Select(Text));
            case Operation.Put:
                return (await kinesis.PutRecordAsync(new PutRecordRequest(Encoding.UTF8.GetBytes(Key), Key, Stream), default)).ShardId;
            case Operation.PutAtHash:
                return (await kinesis.PutRecordAsync(new PutRecordRequest(Encoding.UTF8.GetBytes(Key), "k", Stream, ExplicitHashKey: Key), default)).ShardId;
            case Operation.PutMany:
                var put = await kinesis.PutRecordsAsync(
                    new PutRecordsRequest([.. Enumerable.Range(0, Other).Select(i => new PutRecordsRequestEntry(Encoding.UTF8.GetBytes($"{Key}-{i}"), $"{Key}-{i}"))], Stream), default);
                return $"{put.FailedRecordCount} {string.Join(' ', put.Records.Select(r => r.ShardId))}";
            case Operation.Read:
                return string.Join(' ', (await kinesis.ReadAllAsync(Stream, ShardId(Shard))).Select(r => $"{r.PartitionKey}={Encoding.UTF8.GetString(r.Data.Span)}"));
            case Operation.ReadFrom:
                return await ReadFromAsync(kinesis);
            case Operation.Split:
                await kinesis.SplitShardAsync(new SplitShardRequest(ShardId(Shard), Key, Stream), default);
                return "ok";
            case Operation.Merge:
                await kinesis.MergeShardsAsync(new MergeShardsRequest(ShardId(Shard), ShardId(Other), Stream), default);
                return "ok";
            case Operation.Scale:
                var scaled = await kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(Other, StreamName: Stream), default);
                return $"{scaled.CurrentShardCount} -> {scaled.TargetShardCount}";
            case Operation.Lengthen:
                await kinesis.SendAsync(KinesisOperations.IncreaseStreamRetentionPeriod, new IncreaseStreamRetentionPeriodRequest(Other, Stream), default);
                return "ok";
            case Operation.Shorten:
                await kinesis.SendAsync(KinesisOperations.DecreaseStreamRetentionPeriod, new DecreaseStreamRetentionPeriodRequest(Other, Stream), default);
                return "ok";
            case Operation.Tag:
                await kinesis.SendAsync(KinesisOperations.AddTagsToStream, new AddTagsToStreamRequest(new Dictionary<string, string> { [Key] = $"{Other}" }, Stream), default);
                return "ok";
            case Operation.Tags:
                var tags = (await kinesis.SendAsync(KinesisOperations.ListTagsForStream, new ListTagsForStreamRequest(Stream), default)).Tags;
                return string.Join(' ', tags.Select(t => $"{t.Key}={t.Value}").Order(StringComparer.Ordinal));
            default:
                throw new InvalidOperationException($"{Operation} is not a call");
        }
    }

    /// <summary>Reads behind the n-th record, by its own sequence number, which each service has chosen for itself.</summary>
    private async Task<string> ReadFromAsync(KinesisClient kinesis)
    {
        var all = await kinesis.ReadAllAsync(Stream, ShardId(Shard));
        if (all.Count == 0)
            return "nothing";
        var type = Other % 2 == 0 ? ShardIteratorTypes.AtSequenceNumber : ShardIteratorTypes.AfterSequenceNumber;
        var iterator = await kinesis.GetShardIteratorAsync(
            new GetShardIteratorRequest(ShardId(Shard), type, Stream, StartingSequenceNumber: all[Other % all.Count].SequenceNumber), default);
        var answer = await kinesis.GetRecordsAsync(new GetRecordsRequest(iterator.ShardIterator, 3), default);
        return string.Join(' ', answer.Records.Select(r => r.PartitionKey));
    }

    private async Task<bool> ExistsAsync(KinesisClient kinesis)
    {
        try
        {
            await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(Stream), default);
            return true;
        }
        catch (KinesisException e) when (e.Code == KinesisErrorCodes.ResourceNotFound)
        {
            return false;
        }
    }

    private static string Text(Shard s) =>
        $"{s.ShardId["shardId-".Length..].TrimStart('0').PadLeft(1, '0')}[{s.HashKeyRange.StartingHashKey}-{s.HashKeyRange.EndingHashKey}]"
        + $"<{s.ParentShardId?[^2..]}+{s.AdjacentParentShardId?[^2..]}{(s.SequenceNumberRange.EndingSequenceNumber is null ? "" : " closed")}";
}

/// <summary>The calls compared.</summary>
internal enum Operation
{
    Create,
    Delete,
    ListStreams,
    Describe,
    Summary,
    ListShards,
    Put,
    PutAtHash,
    PutMany,
    Read,
    ReadFrom,
    Split,
    Merge,
    Scale,
    Lengthen,
    Shorten,
    Tag,
    Tags,
}

using System.Collections.Frozen;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Weir.LocalKinesis.Actions;
using Contract = Weir.Aws.Kinesis.KinesisOperations;

namespace Weir.LocalKinesis.Wire;

/// <summary>Every operation that answers once, by name.</summary>
internal static class Operations
{
    public static readonly Operation<CreateStreamRequest, Nothing> CreateStream = new(Contract.CreateStream, InputShapes.CreateStream, Actions.CreateStream.RunAsync);
    public static readonly Operation<DeleteStreamRequest, Nothing> DeleteStream = new(Contract.DeleteStream, InputShapes.DeleteStream, Actions.DeleteStream.RunAsync);
    public static readonly Operation<ListStreamsRequest, ListStreamsResponse> ListStreams = new(Contract.ListStreams, InputShapes.ListStreams, Actions.ListStreams.RunAsync);
    public static readonly Operation<DescribeStreamRequest, DescribeStreamResponse> DescribeStream = new(Contract.DescribeStream, InputShapes.DescribeStream, Actions.DescribeStream.RunAsync);
    public static readonly Operation<DescribeStreamSummaryRequest, DescribeStreamSummaryResponse> DescribeStreamSummary = new(Contract.DescribeStreamSummary, InputShapes.StreamOnly, Actions.DescribeStreamSummary.RunAsync);
    public static readonly Operation<ListShardsRequest, ListShardsResponse> ListShards = new(Contract.ListShards, InputShapes.ListShards, Actions.ListShards.RunAsync);
    public static readonly Operation<PutRecordRequest, PutRecordResponse> PutRecord = new(Contract.PutRecord, InputShapes.PutRecord, Actions.PutRecord.RunAsync);
    public static readonly Operation<PutRecordsRequest, PutRecordsResponse> PutRecords = new(Contract.PutRecords, InputShapes.PutRecords, Actions.PutRecords.RunAsync);
    public static readonly Operation<GetShardIteratorRequest, GetShardIteratorResponse> GetShardIterator = new(Contract.GetShardIterator, InputShapes.GetShardIterator, Actions.GetShardIterator.RunAsync);
    public static readonly Operation<GetRecordsRequest, GetRecordsResponse> GetRecords = new(Contract.GetRecords, InputShapes.GetRecords, Actions.GetRecords.RunAsync);
    public static readonly Operation<UpdateShardCountRequest, UpdateShardCountResponse> UpdateShardCount = new(Contract.UpdateShardCount, InputShapes.UpdateShardCount, Actions.UpdateShardCount.RunAsync);
    public static readonly Operation<SplitShardRequest, Nothing> SplitShard = new(Contract.SplitShard, InputShapes.SplitShard, Actions.SplitShard.RunAsync);
    public static readonly Operation<MergeShardsRequest, Nothing> MergeShards = new(Contract.MergeShards, InputShapes.MergeShards, Actions.MergeShards.RunAsync);

    private static readonly FrozenDictionary<string, Operation> ByName = new Operation[]
    {
        CreateStream,
        DeleteStream,
        ListStreams,
        DescribeStream,
        DescribeStreamSummary,
        ListShards,
        PutRecord,
        PutRecords,
        GetShardIterator,
        GetRecords,
        UpdateShardCount,
        SplitShard,
        MergeShards,
    }.ToFrozenDictionary(o => o.Name, StringComparer.Ordinal);

    public static Operation? Find(string name) => ByName.GetValueOrDefault(name);
}

using Weir.Aws.Protocol;

namespace Weir.Aws.Kinesis;

/// <summary>Every operation with its shapes: the client sends them, the embedded engine serves them.</summary>
public static class KinesisOperations
{
    /// <summary>What stands before the operation's name in <c>X-Amz-Target</c>.</summary>
    public const string TargetPrefix = "Kinesis_20131202.";

    private static KinesisJson Json => KinesisJson.Default;

    public static AwsJsonOperation<CreateStreamRequest, Nothing> CreateStream { get; } = new("CreateStream", Json.CreateStreamRequest, Json.Nothing);
    public static AwsJsonOperation<DeleteStreamRequest, Nothing> DeleteStream { get; } = new("DeleteStream", Json.DeleteStreamRequest, Json.Nothing);
    public static AwsJsonOperation<ListStreamsRequest, ListStreamsResponse> ListStreams { get; } = new("ListStreams", Json.ListStreamsRequest, Json.ListStreamsResponse);
    public static AwsJsonOperation<DescribeStreamRequest, DescribeStreamResponse> DescribeStream { get; } = new("DescribeStream", Json.DescribeStreamRequest, Json.DescribeStreamResponse);
    public static AwsJsonOperation<DescribeStreamSummaryRequest, DescribeStreamSummaryResponse> DescribeStreamSummary { get; } = new("DescribeStreamSummary", Json.DescribeStreamSummaryRequest, Json.DescribeStreamSummaryResponse);
    public static AwsJsonOperation<ListShardsRequest, ListShardsResponse> ListShards { get; } = new("ListShards", Json.ListShardsRequest, Json.ListShardsResponse);
    public static AwsJsonOperation<PutRecordRequest, PutRecordResponse> PutRecord { get; } = new("PutRecord", Json.PutRecordRequest, Json.PutRecordResponse);
    public static AwsJsonOperation<PutRecordsRequest, PutRecordsResponse> PutRecords { get; } = new("PutRecords", Json.PutRecordsRequest, Json.PutRecordsResponse);
    public static AwsJsonOperation<GetShardIteratorRequest, GetShardIteratorResponse> GetShardIterator { get; } = new("GetShardIterator", Json.GetShardIteratorRequest, Json.GetShardIteratorResponse);
    public static AwsJsonOperation<GetRecordsRequest, GetRecordsResponse> GetRecords { get; } = new("GetRecords", Json.GetRecordsRequest, Json.GetRecordsResponse);
    public static AwsJsonOperation<UpdateShardCountRequest, UpdateShardCountResponse> UpdateShardCount { get; } = new("UpdateShardCount", Json.UpdateShardCountRequest, Json.UpdateShardCountResponse);
    public static AwsJsonOperation<SplitShardRequest, Nothing> SplitShard { get; } = new("SplitShard", Json.SplitShardRequest, Json.Nothing);
    public static AwsJsonOperation<MergeShardsRequest, Nothing> MergeShards { get; } = new("MergeShards", Json.MergeShardsRequest, Json.Nothing);
}

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
    public static AwsJsonOperation<AddTagsToStreamRequest, Nothing> AddTagsToStream { get; } = new("AddTagsToStream", Json.AddTagsToStreamRequest, Json.Nothing);
    public static AwsJsonOperation<RemoveTagsFromStreamRequest, Nothing> RemoveTagsFromStream { get; } = new("RemoveTagsFromStream", Json.RemoveTagsFromStreamRequest, Json.Nothing);
    public static AwsJsonOperation<ListTagsForStreamRequest, ListTagsForStreamResponse> ListTagsForStream { get; } = new("ListTagsForStream", Json.ListTagsForStreamRequest, Json.ListTagsForStreamResponse);
    public static AwsJsonOperation<TagResourceRequest, Nothing> TagResource { get; } = new("TagResource", Json.TagResourceRequest, Json.Nothing);
    public static AwsJsonOperation<UntagResourceRequest, Nothing> UntagResource { get; } = new("UntagResource", Json.UntagResourceRequest, Json.Nothing);
    public static AwsJsonOperation<ListTagsForResourceRequest, ListTagsForResourceResponse> ListTagsForResource { get; } = new("ListTagsForResource", Json.ListTagsForResourceRequest, Json.ListTagsForResourceResponse);
    public static AwsJsonOperation<RegisterStreamConsumerRequest, RegisterStreamConsumerResponse> RegisterStreamConsumer { get; } = new("RegisterStreamConsumer", Json.RegisterStreamConsumerRequest, Json.RegisterStreamConsumerResponse);
    public static AwsJsonOperation<DeregisterStreamConsumerRequest, Nothing> DeregisterStreamConsumer { get; } = new("DeregisterStreamConsumer", Json.DeregisterStreamConsumerRequest, Json.Nothing);
    public static AwsJsonOperation<DescribeStreamConsumerRequest, DescribeStreamConsumerResponse> DescribeStreamConsumer { get; } = new("DescribeStreamConsumer", Json.DescribeStreamConsumerRequest, Json.DescribeStreamConsumerResponse);
    public static AwsJsonOperation<ListStreamConsumersRequest, ListStreamConsumersResponse> ListStreamConsumers { get; } = new("ListStreamConsumers", Json.ListStreamConsumersRequest, Json.ListStreamConsumersResponse);
    public static AwsJsonOperation<IncreaseStreamRetentionPeriodRequest, Nothing> IncreaseStreamRetentionPeriod { get; } = new("IncreaseStreamRetentionPeriod", Json.IncreaseStreamRetentionPeriodRequest, Json.Nothing);
    public static AwsJsonOperation<DecreaseStreamRetentionPeriodRequest, Nothing> DecreaseStreamRetentionPeriod { get; } = new("DecreaseStreamRetentionPeriod", Json.DecreaseStreamRetentionPeriodRequest, Json.Nothing);
    public static AwsJsonOperation<EnableEnhancedMonitoringRequest, EnhancedMonitoringResponse> EnableEnhancedMonitoring { get; } = new("EnableEnhancedMonitoring", Json.EnableEnhancedMonitoringRequest, Json.EnhancedMonitoringResponse);
    public static AwsJsonOperation<DisableEnhancedMonitoringRequest, EnhancedMonitoringResponse> DisableEnhancedMonitoring { get; } = new("DisableEnhancedMonitoring", Json.DisableEnhancedMonitoringRequest, Json.EnhancedMonitoringResponse);
    public static AwsJsonOperation<StartStreamEncryptionRequest, Nothing> StartStreamEncryption { get; } = new("StartStreamEncryption", Json.StartStreamEncryptionRequest, Json.Nothing);
    public static AwsJsonOperation<StopStreamEncryptionRequest, Nothing> StopStreamEncryption { get; } = new("StopStreamEncryption", Json.StopStreamEncryptionRequest, Json.Nothing);
    public static AwsJsonOperation<UpdateStreamModeRequest, Nothing> UpdateStreamMode { get; } = new("UpdateStreamMode", Json.UpdateStreamModeRequest, Json.Nothing);
    public static AwsJsonOperation<UpdateMaxRecordSizeRequest, Nothing> UpdateMaxRecordSize { get; } = new("UpdateMaxRecordSize", Json.UpdateMaxRecordSizeRequest, Json.Nothing);
    public static AwsJsonOperation<UpdateStreamWarmThroughputRequest, UpdateStreamWarmThroughputResponse> UpdateStreamWarmThroughput { get; } = new("UpdateStreamWarmThroughput", Json.UpdateStreamWarmThroughputRequest, Json.UpdateStreamWarmThroughputResponse);
    public static AwsJsonOperation<DescribeLimitsRequest, DescribeLimitsResponse> DescribeLimits { get; } = new("DescribeLimits", Json.DescribeLimitsRequest, Json.DescribeLimitsResponse);
    public static AwsJsonOperation<DescribeAccountSettingsRequest, DescribeAccountSettingsResponse> DescribeAccountSettings { get; } = new("DescribeAccountSettings", Json.DescribeAccountSettingsRequest, Json.DescribeAccountSettingsResponse);
    public static AwsJsonOperation<UpdateAccountSettingsRequest, UpdateAccountSettingsResponse> UpdateAccountSettings { get; } = new("UpdateAccountSettings", Json.UpdateAccountSettingsRequest, Json.UpdateAccountSettingsResponse);
    public static AwsJsonOperation<PutResourcePolicyRequest, Nothing> PutResourcePolicy { get; } = new("PutResourcePolicy", Json.PutResourcePolicyRequest, Json.Nothing);
    public static AwsJsonOperation<GetResourcePolicyRequest, GetResourcePolicyResponse> GetResourcePolicy { get; } = new("GetResourcePolicy", Json.GetResourcePolicyRequest, Json.GetResourcePolicyResponse);
    public static AwsJsonOperation<DeleteResourcePolicyRequest, Nothing> DeleteResourcePolicy { get; } = new("DeleteResourcePolicy", Json.DeleteResourcePolicyRequest, Json.Nothing);
    public static AwsJsonOperation<UpdateStreamRecordDistributionStrategyRequest, Nothing> UpdateStreamRecordDistributionStrategy { get; } = new("UpdateStreamRecordDistributionStrategy", Json.UpdateStreamRecordDistributionStrategyRequest, Json.Nothing);
    public static AwsJsonOperation<CreateChannelRequest, ChannelResponse> CreateChannel { get; } = new("CreateChannel", Json.CreateChannelRequest, Json.ChannelResponse);
    public static AwsJsonOperation<ChannelRequest, ChannelResponse> DescribeChannel { get; } = new("DescribeChannel", Json.ChannelRequest, Json.ChannelResponse);
    public static AwsJsonOperation<ListChannelsRequest, ListChannelsResponse> ListChannels { get; } = new("ListChannels", Json.ListChannelsRequest, Json.ListChannelsResponse);
    public static AwsJsonOperation<UpdateChannelRequest, ChannelResponse> UpdateChannel { get; } = new("UpdateChannel", Json.UpdateChannelRequest, Json.ChannelResponse);
    public static AwsJsonOperation<ChannelRequest, Nothing> DeleteChannel { get; } = new("DeleteChannel", Json.ChannelRequest, Json.Nothing);

    /// <summary>Answers an event stream, not a JSON body.</summary>
    public static AwsJsonOperation<SubscribeToShardRequest, Nothing> SubscribeToShard { get; } = new("SubscribeToShard", Json.SubscribeToShardRequest, Json.Nothing);
}

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
        new Operation<AddTagsToStreamRequest, Nothing>(Contract.AddTagsToStream, InputShapes.AddTagsToStream, TagOperations.AddAsync),
        new Operation<RemoveTagsFromStreamRequest, Nothing>(Contract.RemoveTagsFromStream, InputShapes.RemoveTagsFromStream, TagOperations.RemoveAsync),
        new Operation<ListTagsForStreamRequest, ListTagsForStreamResponse>(Contract.ListTagsForStream, InputShapes.ListTagsForStream, TagOperations.ListAsync),
        new Operation<TagResourceRequest, Nothing>(Contract.TagResource, InputShapes.TagResource, ResourceOperations.TagAsync),
        new Operation<UntagResourceRequest, Nothing>(Contract.UntagResource, InputShapes.UntagResource, ResourceOperations.UntagAsync),
        new Operation<ListTagsForResourceRequest, ListTagsForResourceResponse>(Contract.ListTagsForResource, InputShapes.ResourceOnly, ResourceOperations.ListTagsAsync),
        new Operation<PutResourcePolicyRequest, Nothing>(Contract.PutResourcePolicy, InputShapes.PutResourcePolicy, ResourceOperations.PutPolicyAsync),
        new Operation<GetResourcePolicyRequest, GetResourcePolicyResponse>(Contract.GetResourcePolicy, InputShapes.ResourceOnly, ResourceOperations.GetPolicyAsync),
        new Operation<DeleteResourcePolicyRequest, Nothing>(Contract.DeleteResourcePolicy, InputShapes.ResourceOnly, ResourceOperations.DeletePolicyAsync),
        new Operation<RegisterStreamConsumerRequest, RegisterStreamConsumerResponse>(Contract.RegisterStreamConsumer, InputShapes.RegisterStreamConsumer, Consumers.RegisterAsync),
        new Operation<DeregisterStreamConsumerRequest, Nothing>(Contract.DeregisterStreamConsumer, InputShapes.NamedConsumer, Consumers.DeregisterAsync),
        new Operation<DescribeStreamConsumerRequest, DescribeStreamConsumerResponse>(Contract.DescribeStreamConsumer, InputShapes.NamedConsumer, Consumers.DescribeAsync),
        new Operation<ListStreamConsumersRequest, ListStreamConsumersResponse>(Contract.ListStreamConsumers, InputShapes.ListStreamConsumers, Consumers.ListAsync),
        new Operation<IncreaseStreamRetentionPeriodRequest, Nothing>(Contract.IncreaseStreamRetentionPeriod, InputShapes.RetentionPeriod, Retention.IncreaseAsync),
        new Operation<DecreaseStreamRetentionPeriodRequest, Nothing>(Contract.DecreaseStreamRetentionPeriod, InputShapes.RetentionPeriod, Retention.DecreaseAsync),
        new Operation<EnableEnhancedMonitoringRequest, EnhancedMonitoringResponse>(Contract.EnableEnhancedMonitoring, InputShapes.EnhancedMonitoring, EnhancedMonitoring.EnableAsync),
        new Operation<DisableEnhancedMonitoringRequest, EnhancedMonitoringResponse>(Contract.DisableEnhancedMonitoring, InputShapes.EnhancedMonitoring, EnhancedMonitoring.DisableAsync),
        new Operation<StartStreamEncryptionRequest, Nothing>(Contract.StartStreamEncryption, InputShapes.StreamEncryption, Encryption.StartAsync),
        new Operation<StopStreamEncryptionRequest, Nothing>(Contract.StopStreamEncryption, InputShapes.StreamEncryption, Encryption.StopAsync),
        new Operation<UpdateStreamModeRequest, Nothing>(Contract.UpdateStreamMode, InputShapes.UpdateStreamMode, StreamSettings.UpdateModeAsync),
        new Operation<UpdateMaxRecordSizeRequest, Nothing>(Contract.UpdateMaxRecordSize, InputShapes.UpdateMaxRecordSize, StreamSettings.UpdateMaxRecordSizeAsync),
        new Operation<UpdateStreamWarmThroughputRequest, UpdateStreamWarmThroughputResponse>(Contract.UpdateStreamWarmThroughput, InputShapes.UpdateStreamWarmThroughput, StreamSettings.UpdateWarmThroughputAsync),
        new Operation<DescribeLimitsRequest, DescribeLimitsResponse>(Contract.DescribeLimits, InputShapes.Empty, AccountOperations.DescribeLimitsAsync),
        new Operation<DescribeAccountSettingsRequest, DescribeAccountSettingsResponse>(Contract.DescribeAccountSettings, InputShapes.Empty, AccountOperations.DescribeAsync),
        new Operation<UpdateStreamRecordDistributionStrategyRequest, Nothing>(Contract.UpdateStreamRecordDistributionStrategy, InputShapes.UpdateStreamRecordDistributionStrategy, StreamSettings.UpdateDistributionAsync),
        new Operation<CreateChannelRequest, ChannelResponse>(Contract.CreateChannel, ChannelShapes.Create, Channels.CreateAsync),
        new Operation<ChannelRequest, ChannelResponse>(Contract.DescribeChannel, ChannelShapes.Named, Channels.DescribeAsync),
        new Operation<ListChannelsRequest, ListChannelsResponse>(Contract.ListChannels, ChannelShapes.List, Channels.ListAsync),
        new Operation<UpdateChannelRequest, ChannelResponse>(Contract.UpdateChannel, ChannelShapes.Update, Channels.UpdateAsync),
        new Operation<ChannelRequest, Nothing>(Contract.DeleteChannel, ChannelShapes.Named, Channels.DeleteAsync),
        new Operation<UpdateAccountSettingsRequest, UpdateAccountSettingsResponse>(Contract.UpdateAccountSettings, InputShapes.UpdateAccountSettings, AccountOperations.UpdateAsync),
    }.ToFrozenDictionary(o => o.Name, StringComparer.Ordinal);

    public static Operation? Find(string name) => ByName.GetValueOrDefault(name);
}

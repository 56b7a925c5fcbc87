using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Aws.Protocol;

namespace Weir.Aws.Kinesis;

/// <summary>
/// The JSON 1.1 shapes of Kinesis. Nulls are left out, data is base64, a timestamp is a number of seconds since 1970 with a fraction.
/// <code>
/// POST / HTTP/1.1
/// X-Amz-Target: Kinesis_20131202.PutRecord
/// Content-Type: application/x-amz-json-1.1
///
/// {"StreamName":"orders","Data":"aGVsbG8=","PartitionKey":"k1"}
/// </code>
/// </summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EpochSecondsConverter)],
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    PropertyNameCaseInsensitive = false)]
[JsonSerializable(typeof(Nothing))]
[JsonSerializable(typeof(CreateStreamRequest))]
[JsonSerializable(typeof(DeleteStreamRequest))]
[JsonSerializable(typeof(ListStreamsRequest))]
[JsonSerializable(typeof(ListStreamsResponse))]
[JsonSerializable(typeof(DescribeStreamRequest))]
[JsonSerializable(typeof(DescribeStreamResponse))]
[JsonSerializable(typeof(DescribeStreamSummaryRequest))]
[JsonSerializable(typeof(DescribeStreamSummaryResponse))]
[JsonSerializable(typeof(ListShardsRequest))]
[JsonSerializable(typeof(ListShardsResponse))]
[JsonSerializable(typeof(PutRecordRequest))]
[JsonSerializable(typeof(PutRecordResponse))]
[JsonSerializable(typeof(PutRecordsRequest))]
[JsonSerializable(typeof(PutRecordsResponse))]
[JsonSerializable(typeof(GetShardIteratorRequest))]
[JsonSerializable(typeof(GetShardIteratorResponse))]
[JsonSerializable(typeof(GetRecordsRequest))]
[JsonSerializable(typeof(GetRecordsResponse))]
[JsonSerializable(typeof(UpdateShardCountRequest))]
[JsonSerializable(typeof(UpdateShardCountResponse))]
[JsonSerializable(typeof(SplitShardRequest))]
[JsonSerializable(typeof(MergeShardsRequest))]
[JsonSerializable(typeof(AddTagsToStreamRequest))]
[JsonSerializable(typeof(RemoveTagsFromStreamRequest))]
[JsonSerializable(typeof(ListTagsForStreamRequest))]
[JsonSerializable(typeof(ListTagsForStreamResponse))]
[JsonSerializable(typeof(TagResourceRequest))]
[JsonSerializable(typeof(UntagResourceRequest))]
[JsonSerializable(typeof(ListTagsForResourceRequest))]
[JsonSerializable(typeof(ListTagsForResourceResponse))]
[JsonSerializable(typeof(RegisterStreamConsumerRequest))]
[JsonSerializable(typeof(RegisterStreamConsumerResponse))]
[JsonSerializable(typeof(DeregisterStreamConsumerRequest))]
[JsonSerializable(typeof(DescribeStreamConsumerRequest))]
[JsonSerializable(typeof(DescribeStreamConsumerResponse))]
[JsonSerializable(typeof(ListStreamConsumersRequest))]
[JsonSerializable(typeof(ListStreamConsumersResponse))]
[JsonSerializable(typeof(IncreaseStreamRetentionPeriodRequest))]
[JsonSerializable(typeof(DecreaseStreamRetentionPeriodRequest))]
[JsonSerializable(typeof(EnableEnhancedMonitoringRequest))]
[JsonSerializable(typeof(EnhancedMonitoringResponse))]
[JsonSerializable(typeof(DisableEnhancedMonitoringRequest))]
[JsonSerializable(typeof(StartStreamEncryptionRequest))]
[JsonSerializable(typeof(StopStreamEncryptionRequest))]
[JsonSerializable(typeof(UpdateStreamModeRequest))]
[JsonSerializable(typeof(UpdateMaxRecordSizeRequest))]
[JsonSerializable(typeof(UpdateStreamWarmThroughputRequest))]
[JsonSerializable(typeof(UpdateStreamWarmThroughputResponse))]
[JsonSerializable(typeof(DescribeLimitsRequest))]
[JsonSerializable(typeof(DescribeLimitsResponse))]
[JsonSerializable(typeof(DescribeAccountSettingsRequest))]
[JsonSerializable(typeof(DescribeAccountSettingsResponse))]
[JsonSerializable(typeof(UpdateAccountSettingsRequest))]
[JsonSerializable(typeof(UpdateAccountSettingsResponse))]
[JsonSerializable(typeof(PutResourcePolicyRequest))]
[JsonSerializable(typeof(GetResourcePolicyRequest))]
[JsonSerializable(typeof(GetResourcePolicyResponse))]
[JsonSerializable(typeof(DeleteResourcePolicyRequest))]
[JsonSerializable(typeof(CreateChannelRequest))]
[JsonSerializable(typeof(ChannelRequest))]
[JsonSerializable(typeof(ChannelResponse))]
[JsonSerializable(typeof(ListChannelsRequest))]
[JsonSerializable(typeof(ListChannelsResponse))]
[JsonSerializable(typeof(UpdateChannelRequest))]
[JsonSerializable(typeof(UpdateStreamRecordDistributionStrategyRequest))]
[JsonSerializable(typeof(SubscribeToShardRequest))]
[JsonSerializable(typeof(SubscribeToShardEvent))]
[JsonSerializable(typeof(IReadOnlyList<ChildShard>))]
public sealed partial class KinesisJson : JsonSerializerContext;

/// <summary>A timestamp as AWS's JSON protocols write it: <c>1731231231.123</c>, never with an exponent.</summary>
public sealed class EpochSecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var seconds = reader.GetDecimal();
        try
        {
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }
        catch (Exception e) when (e is OverflowException or ArgumentOutOfRangeException)
        {
            throw new JsonException("The timestamp is out of range.", e);
        }
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(decimal.Round((value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / (decimal)TimeSpan.TicksPerSecond, 3));
}

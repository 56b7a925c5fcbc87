using System.Runtime.CompilerServices;
using Weir.Aws.Protocol;

namespace Weir.Aws.Kinesis;

/// <summary>
/// Calls Amazon Kinesis, or whatever speaks its protocol at the configured address. Throttles (whole calls, not records inside PutRecords), 5xx and lost
/// connections are retried with backoff up to <see cref="AwsEndpoint.MaxAttempts"/>; what still fails is a <see cref="KinesisException"/>.
/// </summary>
public sealed class KinesisClient : IKinesis, IFanOut, IDisposable
{
    private static readonly AwsJsonService Service = new("Kinesis", "kinesis", "kinesis", KinesisOperations.TargetPrefix, "1.1");
    private readonly AwsJsonClient _client;

    public KinesisClient(AwsEndpoint endpoint) => _client = AwsJsonClient.Create(Service, endpoint);

    public Task CreateStreamAsync(CreateStreamRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.CreateStream, request, cancellationToken);

    public Task DeleteStreamAsync(DeleteStreamRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.DeleteStream, request, cancellationToken);

    public Task<ListStreamsResponse> ListStreamsAsync(ListStreamsRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.ListStreams, request, cancellationToken);

    public Task<DescribeStreamResponse> DescribeStreamAsync(DescribeStreamRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.DescribeStream, request, cancellationToken);

    public Task<DescribeStreamSummaryResponse> DescribeStreamSummaryAsync(DescribeStreamSummaryRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.DescribeStreamSummary, request, cancellationToken);

    public Task<ListShardsResponse> ListShardsAsync(ListShardsRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.ListShards, request, cancellationToken);

    public Task<PutRecordResponse> PutRecordAsync(PutRecordRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.PutRecord, request, cancellationToken);

    public Task<PutRecordsResponse> PutRecordsAsync(PutRecordsRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.PutRecords, request, cancellationToken);

    public Task<GetShardIteratorResponse> GetShardIteratorAsync(GetShardIteratorRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.GetShardIterator, request, cancellationToken);

    public Task<GetRecordsResponse> GetRecordsAsync(GetRecordsRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.GetRecords, request, cancellationToken);

    public Task<UpdateShardCountResponse> UpdateShardCountAsync(UpdateShardCountRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.UpdateShardCount, request, cancellationToken);

    public Task SplitShardAsync(SplitShardRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.SplitShard, request, cancellationToken);

    public Task MergeShardsAsync(MergeShardsRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.MergeShards, request, cancellationToken);

    /// <summary>Calls any operation of <see cref="KinesisOperations"/>, also those that have no method of their own.</summary>
    public async Task<TOutput> SendAsync<TInput, TOutput>(AwsJsonOperation<TInput, TOutput> operation, TInput request, CancellationToken cancellationToken)
        where TOutput : class
    {
        try
        {
            return await _client.SendAsync(operation, request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (KinesisFailure.Of(e, cancellationToken) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>
    /// Has a shard's records pushed to a registered consumer, for up to five minutes; the caller then subscribes again after the last
    /// <see cref="SubscribeToShardEvent.ContinuationSequenceNumber"/>. Nothing within 30 s counts as a lost connection.
    /// </summary>
    /// <exception cref="KinesisException">Refused, ended by the service with an exception, or broken off.</exception>
    public async IAsyncEnumerable<SubscribeToShardEvent> SubscribeToShardAsync(
        SubscribeToShardRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stream body;
        try
        {
            body = await _client.OpenEventsAsync(KinesisOperations.SubscribeToShard, request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (KinesisFailure.Of(e, cancellationToken) is { } failure)
        {
            throw failure;
        }

        await using (body)
        {
            await foreach (var shardEvent in ShardSubscription.ReadAsync(body, TimeProvider.System, cancellationToken).ConfigureAwait(false))
                yield return shardEvent;
        }
    }

    public Task<RegisterStreamConsumerResponse> RegisterStreamConsumerAsync(RegisterStreamConsumerRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.RegisterStreamConsumer, request, cancellationToken);

    public Task<DescribeStreamConsumerResponse> DescribeStreamConsumerAsync(DescribeStreamConsumerRequest request, CancellationToken cancellationToken) =>
        SendAsync(KinesisOperations.DescribeStreamConsumer, request, cancellationToken);

    public void Dispose() => _client.Dispose();
}

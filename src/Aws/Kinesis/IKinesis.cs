namespace Weir.Aws.Kinesis;

/// <summary>
/// The Amazon Kinesis Data Streams operations in use, one method each, as the
/// <see href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html">API reference</see> names them.
/// Implemented by <c>KinesisClient</c> (any endpoint that speaks the protocol) and by the embedded engine, in-process.
/// </summary>
/// <remarks>Every method throws <see cref="KinesisException"/> with the service's error code when the service refuses.</remarks>
public interface IKinesis
{
    Task CreateStreamAsync(CreateStreamRequest request, CancellationToken cancellationToken);
    Task DeleteStreamAsync(DeleteStreamRequest request, CancellationToken cancellationToken);
    Task<ListStreamsResponse> ListStreamsAsync(ListStreamsRequest request, CancellationToken cancellationToken);
    Task<DescribeStreamResponse> DescribeStreamAsync(DescribeStreamRequest request, CancellationToken cancellationToken);
    Task<DescribeStreamSummaryResponse> DescribeStreamSummaryAsync(DescribeStreamSummaryRequest request, CancellationToken cancellationToken);
    Task<ListShardsResponse> ListShardsAsync(ListShardsRequest request, CancellationToken cancellationToken);
    Task<PutRecordResponse> PutRecordAsync(PutRecordRequest request, CancellationToken cancellationToken);
    Task<PutRecordsResponse> PutRecordsAsync(PutRecordsRequest request, CancellationToken cancellationToken);
    Task<GetShardIteratorResponse> GetShardIteratorAsync(GetShardIteratorRequest request, CancellationToken cancellationToken);
    Task<GetRecordsResponse> GetRecordsAsync(GetRecordsRequest request, CancellationToken cancellationToken);
    Task<UpdateShardCountResponse> UpdateShardCountAsync(UpdateShardCountRequest request, CancellationToken cancellationToken);
    Task SplitShardAsync(SplitShardRequest request, CancellationToken cancellationToken);
    Task MergeShardsAsync(MergeShardsRequest request, CancellationToken cancellationToken);
}

/// <summary>Enhanced fan-out: registered consumers, to which a shard's records are pushed.</summary>
public interface IFanOut
{
    Task<RegisterStreamConsumerResponse> RegisterStreamConsumerAsync(RegisterStreamConsumerRequest request, CancellationToken cancellationToken);
    Task<DescribeStreamConsumerResponse> DescribeStreamConsumerAsync(DescribeStreamConsumerRequest request, CancellationToken cancellationToken);

    /// <summary>Events for up to five minutes; the end of the sequence asks to subscribe again, after the last continuation.</summary>
    /// <exception cref="KinesisException">Refused, ended by the service with an exception, or broken off.</exception>
    IAsyncEnumerable<SubscribeToShardEvent> SubscribeToShardAsync(SubscribeToShardRequest request, CancellationToken cancellationToken);
}

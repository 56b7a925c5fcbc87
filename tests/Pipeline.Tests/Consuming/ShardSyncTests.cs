using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.Pipeline.Tests.Consuming;

/// <summary>Who asks the service for streams and shards, where many workers share a lease table.</summary>
public sealed class ShardSyncTests
{
    private readonly VirtualWorld _world = new();
    private readonly MemoryLeases _table = new([]);
    private readonly MemoryKinesis _kinesis;
    private readonly Node _node;
    private int _asked;

    public ShardSyncTests()
    {
        _kinesis = new MemoryKinesis(_world.Time);
        _kinesis.Create("orders", 8);
        _node = new Node(_world.Time, new Random(1));
        Node.Calm([_node]);
    }

    [Fact]
    public void Of_many_workers_three_ask_every_ten_seconds()
    {
        var workers = Enumerable.Range(0, 8).Select(i => Sync($"w{i}")).ToArray();
        _world.Run(
            async () =>
            {
                await workers[0].SyncAsync(false, default);
                foreach (var (i, lease) in _table.List().Index())
                    _table.Take(lease, $"w{i}");
                _asked = 0;
                for (var second = 0; second < 60; second++)
                {
                    foreach (var worker in workers)
                        await worker.SyncAsync(false, default);
                    await Task.Delay(TimeSpan.FromSeconds(1), _world.Time);
                }
            },
            TimeSpan.FromMinutes(5));

        Assert.InRange(_asked, 3, 3 * 7);
    }

    [Fact]
    public void Whoever_reads_a_shard_to_its_end_asks_at_once()
    {
        var last = Sync("w9");
        _world.Run(
            async () =>
            {
                await Sync("w0").SyncAsync(false, default);
                foreach (var (i, lease) in _table.List().Index())
                    _table.Take(lease, $"w{i}");
                _kinesis.Split("orders", _kinesis.Open("orders")[0]);
                await last.SyncAsync(false, default);
                Assert.Equal(8, _table.List().Count);
                await last.SyncAsync(true, default);
            },
            TimeSpan.FromMinutes(5));

        Assert.Equal(10, _table.List().Count);
    }

    private ShardSync Sync(string me) => new(me, new Counted(new NodeKinesis(_kinesis, _node), () => _asked++), new NodeLeases(_table, _node), new ConsumingOptions(), _world.Time);

    /// <summary>Counts lists of streams, which the service allows five times a second.</summary>
    private sealed class Counted(IKinesis inner, Action asked) : IKinesis
    {
        public Task<ListStreamsResponse> ListStreamsAsync(ListStreamsRequest request, CancellationToken cancellationToken)
        {
            asked();
            return inner.ListStreamsAsync(request, cancellationToken);
        }

        public Task<ListShardsResponse> ListShardsAsync(ListShardsRequest request, CancellationToken cancellationToken) => inner.ListShardsAsync(request, cancellationToken);
        public Task CreateStreamAsync(CreateStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task DeleteStreamAsync(DeleteStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<DescribeStreamResponse> DescribeStreamAsync(DescribeStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<DescribeStreamSummaryResponse> DescribeStreamSummaryAsync(DescribeStreamSummaryRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<PutRecordResponse> PutRecordAsync(PutRecordRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<PutRecordsResponse> PutRecordsAsync(PutRecordsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<GetShardIteratorResponse> GetShardIteratorAsync(GetShardIteratorRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<GetRecordsResponse> GetRecordsAsync(GetRecordsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<UpdateShardCountResponse> UpdateShardCountAsync(UpdateShardCountRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task SplitShardAsync(SplitShardRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task MergeShardsAsync(MergeShardsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}

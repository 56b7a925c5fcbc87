using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using System.Diagnostics.Metrics;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Consuming.Reading;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Telemetry;
using Record = Weir.Aws.Kinesis.Record;

namespace Weir.Pipeline.Tests.Consuming;

/// <summary>
/// Three workers on one stream under virtual time while shards split and merge, workers crash, stop and freeze for longer than the failover time,
/// reads are refused, calls fail before or after they took effect. Everything follows from the seed.
/// </summary>
internal sealed class Simulation
{
    private const string Stream = "orders";
    private const int Keys = 12;
    private readonly VirtualWorld _world = new();
    private readonly Random _random;
    private readonly MemoryKinesis _kinesis;
    private readonly MemoryLeases _leases;
    private readonly PipelineMetrics _metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
    private readonly Dictionary<string, int> _put = [], _storedByKey = [], _storedUpTo = [];
    private readonly HashSet<(string Shard, string Sequence)> _stored = [];
    private readonly List<Node> _nodes = [];
    private readonly List<string> _broken = [];
    private int _nextNode;

    public Simulation(int seed)
    {
        _random = new Random(seed);
        _kinesis = new MemoryKinesis(_world.Time) { PageSize = 25, OnRead = ParentsFirst };
        _leases = new MemoryLeases(_broken);
    }

    public int Resharded { get; private set; }

    public int FailedOver => _leases.Takeovers;

    /// <summary>Runs and returns every broken promise; none is what we want.</summary>
    public IReadOnlyList<string> Run(TimeSpan trouble)
    {
        _kinesis.Create(Stream, 2);
        _world.Run(() => RunAsync(trouble), TimeSpan.FromMinutes(30));
        return _broken;
    }

    private async Task RunAsync(TimeSpan trouble)
    {
        for (var i = 0; i < 3; i++)
            Start();
        while (_world.Time.Elapsed < trouble)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(50, 900)), _world.Time);
            Put(_random.Next(30));
            switch (_random.Next(12))
            {
                case 0 or 1 when _kinesis.Open(Stream).Count < 8:
                    _kinesis.Split(Stream, _kinesis.Open(Stream)[_random.Next(_kinesis.Open(Stream).Count)]);
                    Resharded++;
                    break;
                case 2 when _kinesis.Open(Stream).Count > 1:
                    var byStart = _kinesis.Open(Stream).OrderBy(s => s.Start).ToArray();
                    var at = _random.Next(byStart.Length - 1);
                    _kinesis.Merge(Stream, byStart[at], byStart[at + 1]);
                    Resharded++;
                    break;
                case 3:
                    Any().Crash();
                    Start();
                    break;
                case 4:
                    Any().Freeze(TimeSpan.FromSeconds(_random.Next(1, 25)));
                    break;
                case 5:
                    Any().Stop();
                    Start();
                    break;
            }
        }

        Node.Calm(_nodes);
        var deadline = _world.Time.Elapsed + TimeSpan.FromMinutes(5);
        while (_stored.Count < _put.Values.Sum() && _world.Time.Elapsed < deadline)
            await Task.Delay(TimeSpan.FromMilliseconds(200), _world.Time);
        Finish();
    }

    /// <summary>Kills one of three workers under steady traffic; answers how long after that the oldest record that is not stored was last over a second old.</summary>
    public TimeSpan AgeAfterKill()
    {
        var recovered = TimeSpan.Zero;
        _kinesis.PageSize = 1000;
        _kinesis.Create(Stream, 6);
        _world.Run(
            async () =>
            {
                for (var i = 0; i < 3; i++)
                    Start();
                Node.Calm(_nodes);
                TimeSpan? killed = null;
                var kill = TimeSpan.FromMilliseconds(_random.Next(30_000, 45_000));
                while (_world.Time.Elapsed < kill + TimeSpan.FromSeconds(40))
                {
                    Put(10);
                    await Task.Delay(TimeSpan.FromMilliseconds(100), _world.Time);
                    if (killed is null && _world.Time.Elapsed >= kill)
                    {
                        killed = _world.Time.Elapsed;
                        Any().Crash();
                    }

                    if (killed is { } at && Oldest() > TimeSpan.FromSeconds(1))
                        recovered = _world.Time.Elapsed - at;
                }

                foreach (var node in _nodes)
                    node.Crash();
            },
            TimeSpan.FromMinutes(5));
        return recovered;
    }

    /// <summary>Age of the oldest record that is not stored; records are stored in the order of their shard.</summary>
    private TimeSpan Oldest() => _kinesis.Open(Stream).Max(shard =>
    {
        var at = _storedUpTo.GetValueOrDefault(shard.Id);
        while (at < shard.Records.Count && _stored.Contains((shard.Id, shard.Records[at].SequenceNumber)))
            at++;
        _storedUpTo[shard.Id] = at;
        return at < shard.Records.Count ? _world.Time.GetUtcNow() - shard.Records[at].ApproximateArrivalTimestamp : TimeSpan.Zero;
    });

    private void Finish()
    {
        foreach (var (key, count) in _put)
        {
            if (_storedByKey.GetValueOrDefault(key) != count)
                _broken.Add($"{key}: {count} put, {_storedByKey.GetValueOrDefault(key)} stored");
        }

        foreach (var node in _nodes)
            node.Crash();
    }

    private void Put(int records)
    {
        for (var i = 0; i < records; i++)
        {
            var key = "k" + _random.Next(Keys).ToString(CultureInfo.InvariantCulture);
            var number = _put[key] = _put.GetValueOrDefault(key) + 1;
            _kinesis.Put(Stream, key, number.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>No record of a child is read before all parents are done with.</summary>
    private void ParentsFirst(MemoryShard shard, int at)
    {
        foreach (var parent in shard.Parents)
        {
            if (_leases.Find(parent.Id) is { IsEnded: false } or null && parent.Records.Exists(r => !_stored.Contains((parent.Id, r.SequenceNumber))))
                _broken.Add($"{shard.Id} is read while {parent.Id} is not done with");
        }
    }

    private void Store(IReadOnlyList<CleanRecord> records)
    {
        foreach (var record in records)
        {
            if (!_stored.Add((record.ShardId, record.SequenceNumber)))
                continue;
            var number = int.Parse(Encoding.UTF8.GetString(record.Data.Span), CultureInfo.InvariantCulture);
            var last = _storedByKey.GetValueOrDefault(record.PartitionKey);
            if (number != last + 1)
                _broken.Add($"{record.PartitionKey}: {number} stored after {last}");
            _storedByKey[record.PartitionKey] = number;
        }
    }

    private Node Any()
    {
        var living = _nodes.Where(n => n.IsLiving).ToArray();
        return living[_random.Next(living.Length)];
    }

    private void Start()
    {
        var options = new ConsumingOptions { DiscoveryMilliseconds = 1000, FailoverMilliseconds = 10_000 };
        var node = new Node(_world.Time, new Random(_random.Next()));
        var name = "w" + (++_nextNode).ToString(CultureInfo.InvariantCulture);
        var kinesis = new NodeKinesis(_kinesis, node);
        var leases = new NodeLeases(_leases, node);
        var parts = new ReaderParts(
            new PollingFeeds(kinesis, _metrics, options, _world.Time, node.Random), new RecordRefinery(new PlainRedactor(), _metrics, options, _world.Time), [], [], [new NodeSink(Store, node)], new NoDeadLetters(_broken), _metrics, new ByteBudget(options.PrefetchBytes), options, _world.Time, node.Random, NullLogger.Instance);
        node.Run(new ConsumerWorker(name, leases, new ShardSync(name, kinesis, leases, options, _world.Time), parts, options, _world.Time, NullLogger.Instance));
        _nodes.Add(node);
    }

    private sealed class NodeSink(Action<IReadOnlyList<CleanRecord>> store, Node node) : ISink
    {
        public string Name => "memory";

        public Task WriteAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken) => node.CallAsync(() =>
        {
            store(records);
            return true;
        });
    }

    private sealed class NoDeadLetters(List<string> broken) : IDeadLetters
    {
        public Task WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
        {
            broken.Add($"{letters.Count} dead letters");
            return Task.CompletedTask;
        }
    }
}

/// <summary>A process: it may crash, freeze, and each of its calls may take a while or fail, before or after it took effect.</summary>
internal sealed class Node(TimeProvider time, Random random)
{
    private static readonly Task Never = new TaskCompletionSource().Task;
    private readonly CancellationTokenSource _stop = new();
    private bool _crashed, _calm;
    private DateTimeOffset _frozenUntil;

    public Random Random { get; } = random;

    /// <summary>Whether calls of this process still go wrong.</summary>
    public bool IsTroubled => !_calm;

    public bool IsLiving => !_crashed && !_stop.IsCancellationRequested;

    public void Run(ConsumerWorker worker) => _ = worker.RunAsync(_stop.Token);

    public void Crash() => _crashed = true;

    public void Stop() => _stop.Cancel();

    public void Freeze(TimeSpan span) => _frozenUntil = time.GetUtcNow() + span;

    public static void Calm(IEnumerable<Node> nodes)
    {
        foreach (var node in nodes)
            node._calm = true;
    }

    public async Task<T> CallAsync<T>(Func<T> effect)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Next(1, 30)), time);
        await PassAsync();
        if (!_calm && Random.Next(60) == 0)
            throw new IOException("The call was lost.");
        var result = effect();
        await PassAsync();
        return !_calm && Random.Next(60) == 0 ? throw new IOException("The answer was lost.") : result;
    }

    private async Task PassAsync()
    {
        while (!_crashed && time.GetUtcNow() < _frozenUntil)
            await Task.Delay(_frozenUntil - time.GetUtcNow(), time);
        if (_crashed)
            await Never;
    }
}

/// <summary>The stream as one process sees it.</summary>
internal sealed class NodeKinesis(MemoryKinesis kinesis, Node node) : IKinesis
{
    public Task<ListStreamsResponse> ListStreamsAsync(ListStreamsRequest request, CancellationToken cancellationToken) => node.CallAsync(() => kinesis.ListStreamsAsync(request, default).Result);
    public Task<ListShardsResponse> ListShardsAsync(ListShardsRequest request, CancellationToken cancellationToken) => node.CallAsync(() => kinesis.ListShardsAsync(request, default).Result);
    public Task<GetShardIteratorResponse> GetShardIteratorAsync(GetShardIteratorRequest request, CancellationToken cancellationToken) => node.CallAsync(() => kinesis.GetShardIteratorAsync(request, default).Result);

    public Task<GetRecordsResponse> GetRecordsAsync(GetRecordsRequest request, CancellationToken cancellationToken) => node.CallAsync(() => (node.IsTroubled ? node.Random.Next(40) : -1) switch
    {
        0 => throw new KinesisException(KinesisErrorCodes.ProvisionedThroughputExceeded, "Rate exceeded."),
        1 => throw new KinesisException(KinesisErrorCodes.ExpiredIterator, "Iterator expired."),
        _ => kinesis.GetRecordsAsync(request, default).Result,
    });

    public Task CreateStreamAsync(CreateStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task DeleteStreamAsync(DeleteStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<DescribeStreamResponse> DescribeStreamAsync(DescribeStreamRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<DescribeStreamSummaryResponse> DescribeStreamSummaryAsync(DescribeStreamSummaryRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<PutRecordResponse> PutRecordAsync(PutRecordRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<PutRecordsResponse> PutRecordsAsync(PutRecordsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<UpdateShardCountResponse> UpdateShardCountAsync(UpdateShardCountRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task SplitShardAsync(SplitShardRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task MergeShardsAsync(MergeShardsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>The lease table as one process sees it.</summary>
internal sealed class NodeLeases(MemoryLeases leases, Node node) : ILeaseStore
{
    public bool IsShared => true;
    public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task<IReadOnlyList<Lease>> ListAsync(CancellationToken cancellationToken) => node.CallAsync(leases.List);
    public Task<Lease?> GetAsync(LeaseKey key, CancellationToken cancellationToken) => node.CallAsync(() => leases.Find(key.ShardId));
    public Task<bool> CreateAsync(Lease lease, CancellationToken cancellationToken) => node.CallAsync(() => leases.Create(lease));
    public Task<Lease?> RenewAsync(Lease lease, CancellationToken cancellationToken) => node.CallAsync(() => leases.Change(lease, l => l));
    public Task<Lease?> TakeAsync(Lease lease, string owner, CancellationToken cancellationToken) => node.CallAsync(() => leases.Take(lease, owner));
    public Task<Lease?> CheckpointAsync(Lease lease, Checkpoint checkpoint, IReadOnlyList<string> childShardIds, CancellationToken cancellationToken) => node.CallAsync(() => leases.Move(lease, checkpoint, childShardIds));
    public Task<bool> EvictAsync(Lease lease, CancellationToken cancellationToken) => node.CallAsync(() => leases.Evict(lease));
    public Task<Lease?> RewindAsync(Lease lease, Checkpoint checkpoint, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteAsync(LeaseKey key, CancellationToken cancellationToken) => node.CallAsync(() =>
    {
        leases.Delete(key);
        return true;
    });
}

/// <summary>The lease table itself; it notes every write that must not be.</summary>
internal sealed class MemoryLeases(List<string> broken)
{
    private readonly SortedDictionary<string, Lease> _rows = new(StringComparer.Ordinal);

    public int Takeovers { get; private set; }

    public IReadOnlyList<Lease> List() => [.. _rows.Values];

    public Lease? Find(string shardId) => _rows.GetValueOrDefault(shardId);

    public bool Create(Lease lease) => _rows.TryAdd(lease.ShardId, lease);

    public Lease? Change(Lease seen, Func<Lease, Lease> change)
    {
        if (!_rows.TryGetValue(seen.ShardId, out var row) || row.Counter != seen.Counter)
            return null;
        return _rows[seen.ShardId] = change(row) with { Counter = row.Counter + 1 };
    }

    public Lease? Take(Lease seen, string owner) => Change(seen, l =>
    {
        Takeovers += l.Owner is not null && l.Owner != owner ? 1 : 0;
        return l with { Owner = owner };
    });

    public Lease? Move(Lease held, Checkpoint checkpoint, IReadOnlyList<string> children) => Change(held, l =>
    {
        if (l.Owner != held.Owner)
            broken.Add($"{held.Owner} moved the checkpoint of {l.ShardId}, which {l.Owner} owns");
        if (checkpoint < l.Checkpoint)
            broken.Add($"the checkpoint of {l.ShardId} went back from {l.Checkpoint} to {checkpoint}");
        return l with { Checkpoint = checkpoint, ChildShardIds = children.Count > 0 ? children : l.ChildShardIds };
    });

    public bool Evict(Lease held)
    {
        if (!_rows.TryGetValue(held.ShardId, out var row) || row.Owner != held.Owner)
            return false;
        _rows[held.ShardId] = row with { Owner = null, Counter = row.Counter + 1 };
        return true;
    }

    public void Delete(LeaseKey key) => _rows.Remove(key.ShardId);
}

/// <summary>Lets everything pass as it is; "bad" cannot be read and "secret" becomes stars.</summary>
internal sealed class PlainRedactor : IRecordRedactor
{
    public RedactionOutcome Redact(string stream, ReadOnlySpan<byte> record, System.Buffers.IBufferWriter<byte> clean)
    {
        if (record.SequenceEqual("bad"u8))
            return new RedactionOutcome(RedactionStatus.Quarantined, "rules", 0, "Not readable.");
        if (record.IndexOf("secret"u8) < 0)
        {
            System.Buffers.BuffersExtensions.Write(clean, record);
            return new RedactionOutcome(RedactionStatus.Clean, "rules", 0);
        }

        System.Buffers.BuffersExtensions.Write(clean, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(record).Replace("secret", "******", StringComparison.Ordinal)));
        return new RedactionOutcome(RedactionStatus.Redacted, "rules", 1);
    }

    public string RedactText(string stream, string text) => text.Replace("secret", "******", StringComparison.Ordinal);
}

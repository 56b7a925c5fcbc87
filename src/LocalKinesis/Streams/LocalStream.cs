using System.Collections.Concurrent;
using Weir.LocalKinesis.Metrics;
using Weir.LocalKinesis.Wire;

namespace Weir.LocalKinesis.Streams;

/// <summary>Which open shard takes a hash: the starts of their ranges in order. Immutable.</summary>
internal sealed class Routing
{
    private readonly UInt128[] _starts;

    public Routing(IEnumerable<LocalShard> shards)
    {
        Open = [.. shards.Where(s => s.Document.IsOpen).OrderBy(s => s.Document.Start)];
        _starts = [.. Open.Select(s => s.Document.Start)];
    }

    /// <summary>The open shards in the order of their ranges.</summary>
    public LocalShard[] Open { get; }

    /// <summary>The place in <see cref="Open"/> of the shard that takes the hash.</summary>
    public int Find(UInt128 hash)
    {
        int low = 0, high = _starts.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_starts[middle] <= hash)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }
}

/// <summary>A stream as it runs.</summary>
internal sealed class LocalStream(StreamDocument document)
{
    private readonly Dictionary<int, SequenceCounter> _counters = [];
    private volatile LocalShard[] _shards = [];
    private volatile Routing _routing = new([]);
    private volatile StreamDocument _document = document;
    private TaskCompletionSource? _paused;

    /// <summary>Guards the giving of sequence numbers: numbers and the log have the same order.</summary>
    public Lock Gate { get; } = new();

    public int Id { get; } = document.Id;
    public string Name { get; } = document.Name;

    /// <summary>Read without the gate: a status says no more than <see cref="Routing"/>, read after it, shows.</summary>
    public StreamDocument Document => _document;

    /// <summary>Every listed shard in the order of their indexes.</summary>
    public IReadOnlyList<LocalShard> Shards => _shards;
    public Routing Routing => _routing;

    /// <summary>What PutRecord counts into; null before the first.</summary>
    public PutSeries? SinglePuts { get; set; }

    /// <summary>What PutRecords counts into; null before the first.</summary>
    public PutSeries? ManyPuts { get; set; }

    /// <summary>How often operations were called on the stream lately, by their names.</summary>
    public ConcurrentDictionary<string, ApiRates.Bucket> CallRates { get; } = new();

    /// <summary>The lowest shard index not yet given.</summary>
    public int NextShardIndex { get; private set; }

    /// <summary>Completes when writes may go on; null when they may now. Read under <see cref="Gate"/>.</summary>
    public Task? Paused => _paused?.Task;

    public bool TakesRecords => Document.Status is "ACTIVE" or "UPDATING";

    public LocalShard? Find(int index)
    {
        var shards = _shards;
        int low = 0, high = shards.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (shards[middle].Index == index)
                return shards[middle];
            if (shards[middle].Index < index)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }

    /// <summary>Holds writes back while shards change: a record must not be numbered in a shard that closes before it in the log.</summary>
    public void Pause()
    {
        lock (Gate)
            _paused ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Resume()
    {
        TaskCompletionSource? paused;
        lock (Gate)
        {
            paused = _paused;
            _paused = null;
        }

        paused?.SetResult();
    }

    /// <summary>Sees to it that the shard's index is not given again.</summary>
    public void PassShard(int index)
    {
        lock (Gate)
            NextShardIndex = Math.Max(NextShardIndex, index + 1);
    }

    /// <summary>Takes over what a control entry says.</summary>
    /// <returns>Shards that are new.</returns>
    public IReadOnlyList<LocalShard> Apply(StreamDocument? document, IReadOnlyList<ShardDocument>? changed, IReadOnlyList<int>? removed)
    {
        var fresh = new List<LocalShard>();
        var closed = new List<LocalShard>();
        lock (Gate)
        {
            if (changed is null && removed is null)
            {
                _document = document ?? _document;
                return fresh;
            }

            var shards = _shards.ToDictionary(s => s.Index);
            foreach (var shard in changed ?? [])
            {
                if (shards.TryGetValue(shard.Index, out var known))
                {
                    if (!shard.IsOpen && known.Document.IsOpen)
                        closed.Add(known);
                    known.Document = shard;
                }
                else
                {
                    var group = shard.Index / SequenceCounter.Shards;
                    if (!_counters.TryGetValue(group, out var counter))
                        _counters.Add(group, counter = new SequenceCounter());
                    var added = new LocalShard(shard, Id, counter);
                    shards.Add(shard.Index, added);
                    fresh.Add(added);
                }

                NextShardIndex = Math.Max(NextShardIndex, shard.Index + 1);
            }

            foreach (var index in removed ?? [])
            {
                if (shards.Remove(index, out var gone))
                    closed.Add(gone);
            }

            _shards = [.. shards.Values.OrderBy(s => s.Index)];
            _routing = new Routing(_shards);

            // Last: whoever reads that the stream is ACTIVE finds the shards of that state.
            _document = document ?? _document;
        }

        foreach (var shard in closed)
            shard.Wake();
        return fresh;
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Sinks;

namespace Weir.Pipeline.Consuming.Processing;

/// <summary>
/// Counts, sums and averages by key over windows of fixed length by arrival time, per shard. The records themselves go on; each closed window adds one record per key behind them:
/// <code>{"window":"orders-by-country","start":"2026-03-01T12:00:00Z","end":"2026-03-01T12:00:10Z","key":"DE","count":3,"sum":42.5,"avg":14.166666666666666}</code>
/// A window closes when a record of a later one arrives, when its time is over and the shard stands at its tip, or when the shard ends. Until then the checkpoint waits before its first record,
/// so that a crash counts its records again from the start; the window's record has an identity of its own (that of the key's first record, sub-sequence −1 − number) and is stored once.
/// </summary>
/// <param name="name">Stands in each record.</param>
/// <param name="number">Of this window among all windows of the application, from 0.</param>
/// <param name="size">1 s to 15 min.</param>
/// <param name="key">Path of the key's field, such as <c>customer.country</c>; a record without it counts under the empty key.</param>
/// <param name="value">Path of the number to sum, or null to count only.</param>
internal sealed class TumblingWindow(string name, int number, TimeSpan size, string key, string? value) : IShardProcessor
{
    private readonly SortedDictionary<long, Window> _open = [];
    private readonly FieldPath _key = new(key), _value = new(value ?? "");

    public CleanRecord? NeededFrom => _open.Count == 0 ? null : _open.Values.Select(w => w.First).MinBy(r => new Checkpoint(r.SequenceNumber, r.SubSequenceNumber));

    public Task<ProcessingResult> ProcessAsync(IReadOnlyList<CleanRecord> batch, CancellationToken cancellationToken)
    {
        var output = new List<CleanRecord>(batch.Count);
        foreach (var record in batch)
        {
            // Windows of other windows would never end.
            if (record.SubSequenceNumber >= 0)
            {
                var at = record.ArrivedAt.UtcTicks / size.Ticks;
                Close(at, output);
                Add(at, record);
            }

            output.Add(record);
        }

        return Task.FromResult(new ProcessingResult(output));
    }

    public Task<IReadOnlyList<CleanRecord>> FlushAsync(DateTimeOffset now, bool last, CancellationToken cancellationToken)
    {
        var output = new List<CleanRecord>();
        Close(last ? long.MaxValue : now.UtcTicks / size.Ticks, output);
        return Task.FromResult<IReadOnlyList<CleanRecord>>(output);
    }

    private void Add(long at, CleanRecord record)
    {
        if (!_open.TryGetValue(at, out var window))
            _open[at] = window = new Window(record, []);
        var (group, amount) = Read(record);
        if (!window.Totals.TryGetValue(group, out var total))
            window.Totals[group] = total = new Total(record);
        total.Count++;
        if (amount is { } number)
        {
            total.Sum += number;
            total.Numbers++;
        }
    }

    private void Close(long before, List<CleanRecord> output)
    {
        while (_open.Count > 0 && _open.First() is { } oldest && oldest.Key < before)
        {
            _open.Remove(oldest.Key);
            var start = new DateTimeOffset(oldest.Key * size.Ticks, TimeSpan.Zero);
            output.AddRange(oldest.Value.Totals.Select(t => Result(start, t.Key, t.Value)));
        }
    }

    private CleanRecord Result(DateTimeOffset start, string group, Total total)
    {
        var json = new JsonObject
        {
            ["window"] = name,
            ["start"] = start.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["end"] = (start + size).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["key"] = group,
            ["count"] = total.Count,
        };
        if (!_value.IsEmpty && total.Numbers > 0)
        {
            json["sum"] = total.Sum;
            json["avg"] = total.Sum / total.Numbers;
        }

        return total.First with { SubSequenceNumber = -1 - number, PartitionKey = group, Data = JsonSerializer.SerializeToUtf8Bytes(json), RedactedSpans = 0 };
    }

    private (string Group, double? Amount) Read(CleanRecord record)
    {
        try
        {
            using var document = JsonDocument.Parse(record.Data);
            var group = _key.TextIn(document.RootElement);
            return (group, _value.In(document.RootElement) is { ValueKind: JsonValueKind.Number } amount ? amount.GetDouble() : null);
        }
        catch (JsonException)
        {
            return ("", null);
        }
    }

    private sealed record Window(CleanRecord First, Dictionary<string, Total> Totals);

    private sealed class Total(CleanRecord first)
    {
        public CleanRecord First { get; } = first;
        public long Count { get; set; }
        public double Sum { get; set; }
        public long Numbers { get; set; }
    }
}

/// <summary>One tumbling window of the settings, for every shard.</summary>
internal sealed class TumblingWindowFactory(int number, WindowOptions options) : IShardProcessorFactory
{
    public IShardProcessor Create(string stream, string shardId) => new TumblingWindow(options.Name, number, TimeSpan.FromSeconds(options.Seconds), options.Key, options.Value);
}

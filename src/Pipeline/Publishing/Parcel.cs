using System.Globalization;
using System.Text;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Publishing;

/// <summary>One record of a call and the spooled records in it: one, or with aggregation several.</summary>
internal sealed record Parcel(PutRecordsRequestEntry Entry, IReadOnlyList<WindowItem> Items)
{
    /// <summary>What the stream counts against its limits: data and partition key.</summary>
    public int Size { get; } = Entry.Data.Length + Encoding.UTF8.GetByteCount(Entry.PartitionKey);

    public static Parcel Of(WindowItem item) => new(item.ToEntry(), [item]);
}

/// <summary>
/// Chooses the records of a call from the head of a lane. A partition key is in at most as many parcels as allowed (one keeps its order whatever the stream
/// refuses); inside an aggregate a key may stand any number of times, for an aggregate is taken or refused as a whole.
/// </summary>
internal sealed class Packer(PublishingOptions options)
{
    private readonly Dictionary<string, int> _parcelsOfKey = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly KplAggregator _aggregator = new();

    public List<Parcel> Pack(IReadOnlyList<WindowItem> window, int maxParcels, long maxBytes)
    {
        _parcelsOfKey.Clear();
        var parcels = new List<Parcel>();
        var together = new List<WindowItem>();
        var bytes = 0L;
        foreach (var item in window)
        {
            if (parcels.Count >= maxParcels || (bytes > 0 && bytes + item.Size > maxBytes))
            {
                break;
            }

            var key = item.Record.PartitionKey;
            if (!_open.Contains(key) && _parcelsOfKey.GetValueOrDefault(key) >= options.RecordsPerKeyAndCall)
            {
                continue;
            }

            bytes += item.Size;
            if (!options.Aggregation || item.Size > options.AggregateBytes / 2 || item.Record.Data.Span.StartsWith(KplAggregator.Magic))
            {
                if (_open.Contains(key))
                {
                    Close(together, parcels);
                    if (_parcelsOfKey[key] >= options.RecordsPerKeyAndCall)
                    {
                        bytes -= item.Size;
                        continue;
                    }
                }

                _parcelsOfKey[key] = _parcelsOfKey.GetValueOrDefault(key) + 1;
                parcels.Add(Parcel.Of(item));
                continue;
            }

            if (together.Count > 0 && _aggregator.Size + KplAggregator.SizeOf(key.Length * 3, item.Record.Data.Length) > options.AggregateBytes)
            {
                Close(together, parcels);
                if (_parcelsOfKey.GetValueOrDefault(key) >= options.RecordsPerKeyAndCall || parcels.Count >= maxParcels)
                {
                    bytes -= item.Size;
                    continue;
                }
            }

            _open.Add(key);
            together.Add(item);
            _aggregator.Add(key, item.Record.HasExplicitHashKey ? item.Record.HashKey.ToString(CultureInfo.InvariantCulture) : null, item.Record.Data.Span);
        }

        Close(together, parcels);
        return parcels;
    }

    /// <summary>Ends the open aggregate; one record alone is sent as it is.</summary>
    private void Close(List<WindowItem> together, List<Parcel> parcels)
    {
        if (together.Count == 0)
        {
            return;
        }

        var data = _aggregator.Take();
        parcels.Add(together.Count == 1
            ? Parcel.Of(together[0])
            : new Parcel(new PutRecordsRequestEntry(data, KplAggregator.PartitionKey, together[0].Record.HashKey.ToString(CultureInfo.InvariantCulture)), [.. together]));
        foreach (var key in _open)
        {
            _parcelsOfKey[key] = _parcelsOfKey.GetValueOrDefault(key) + 1;
        }

        _open.Clear();
        together.Clear();
    }
}

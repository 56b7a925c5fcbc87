using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// Who must slow down when the spool is above its high-water mark: a partner that sends more than an equal part of what the stream drains.
/// The others do not notice. Rates are looked at each half second and smoothed over about five; below the mark nothing is refused.
/// </summary>
internal sealed class FairShare(SpoolHost host, TimeProvider time) : BackgroundService
{
    private const double Step = 0.5, Smoothing = 0.1, Floor = 64 << 10;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Sender> _senders = new(StringComparer.Ordinal);
    private long _accepted;
    private double _drained;
    private double _share = double.PositiveInfinity;

    /// <summary>Null when the partner may send.</summary>
    public IngestProblem? Check(Partner partner) =>
        host.Spool.IsAboveHighWater && _senders.TryGetValue(partner.Id, out var sender) && Volatile.Read(ref sender.Rate) > Volatile.Read(ref _share)
            ? IngestProblem.FairShare((int)Math.Clamp(Math.Ceiling(sender.Rate / _share), 1, 30))
            : null;

    public void Accepted(Partner partner, long bytes)
    {
        var sender = _senders.GetOrAdd(partner.Id, static _ => new Sender());
        Interlocked.Add(ref sender.Bytes, bytes);
        Interlocked.Add(ref _accepted, bytes);
        Volatile.Write(ref sender.LastAt, time.GetTimestamp());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Step), time);
        var waiting = Waiting();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = Waiting();
            var drained = Math.Max(0, Interlocked.Exchange(ref _accepted, 0) + waiting - now);
            waiting = now;
            _drained += Smoothing * ((drained / Step) - _drained);
            foreach (var (id, sender) in _senders)
            {
                var rate = Interlocked.Exchange(ref sender.Bytes, 0) / Step;
                Volatile.Write(ref sender.Rate, sender.Rate + (Smoothing * (rate - sender.Rate)));
                if (time.GetElapsedTime(Volatile.Read(ref sender.LastAt)) > Idle && sender.Rate < 1)
                {
                    _senders.TryRemove(id, out _);
                }
            }

            Volatile.Write(ref _share, Math.Max(Floor, _drained) / Math.Max(1, _senders.Count(s => s.Value.Rate > Floor / 16)));
        }
    }

    private long Waiting() => host.Spool.Streams.Sum(s => s.Bytes);

    private sealed class Sender
    {
        public long Bytes, LastAt;
        public double Rate;
    }
}

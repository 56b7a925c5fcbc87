using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Spool;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Publishing;

/// <summary>Drains the spool: a <see cref="StreamPublisher"/> per stream with records, progress written down every few seconds, depth reported each second.</summary>
internal sealed partial class Publisher(
    SpoolHost host,
    IKinesis kinesis,
    PipelineMetrics metrics,
    IOptions<PublishingOptions> options,
    IOptions<SpoolOptions> spoolOptions,
    TimeProvider time,
    ILogger<Publisher> logger) : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<string, (StreamPublisher Publisher, Task Running)> _streams = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _reporting = new();
    private readonly Lock _following = new();
    private Task _checkpoints = Task.CompletedTask;
    private Task _reports = Task.CompletedTask;
    private Task? _stopped;

    private PublishingOptions Options => options.Value;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var spool = host.Spool;
        spool.StreamAppeared += Follow;
        foreach (var backlog in spool.Streams)
        {
            Follow(backlog);
        }

        _checkpoints = Task.Run(() => CheckpointAsync(spool, _stopping.Token), CancellationToken.None);
        _reports = Task.Run(() => ReportAsync(spool, _reporting.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Goes on publishing for a grace period, then ends after the calls under way. What is left stays in the spool. Whoever stops later waits for the same stop.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_following)
        {
            return _stopped ??= StopOnceAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _reporting.Dispose();
        foreach (var (publisher, _) in _streams.Values)
        {
            publisher.Dispose();
        }
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        using var grace = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        grace.CancelAfter(TimeSpan.FromSeconds(Options.DrainSeconds));
        while (host.Spool.Streams.Any(s => s.Records > 0) && !grace.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, CancellationToken.None);
        }

        await _stopping.CancelAsync();
        await Task.WhenAll(_streams.Values.Select(s => s.Running));
        await _checkpoints;
        await _reporting.CancelAsync();
        await _reports;
        host.Spool.StreamAppeared -= Follow;
        LogStopped(logger, host.Spool.Streams.Sum(s => s.Records));
    }

    private void Follow(StreamBacklog backlog)
    {
        lock (_following)
        {
            if (_stopping.IsCancellationRequested || _streams.ContainsKey(backlog.Stream))
            {
                return;
            }

            var search = new ArrivalSearch(kinesis, host.Spool.Journal, Options, time, logger);
            var publisher = new StreamPublisher(p => new LaneTools(host.Spool, backlog, kinesis, search, Options, metrics, time, logger)
            {
                ShardsChanged = p.ShardsChanged,
                WindowBytes = WindowBytes,
            });
            _streams[backlog.Stream] = (publisher, Task.Run(() => publisher.RunAsync(_stopping.Token), CancellationToken.None));
        }
    }

    /// <summary>An equal part of the memory for each lane, but room for at least a few records.</summary>
    private long WindowBytes() => Math.Max(256 << 10, Options.WindowBytes / Math.Max(1, _streams.Values.Sum(s => s.Publisher.LaneCount)));

    private async Task CheckpointAsync(Spool.Spool spool, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(spoolOptions.Value.CheckpointSeconds), time);
        var last = -1L;
        while (await TickAsync(timer, cancellationToken))
        {
            try
            {
                // Nothing changed since the last one: an idle system writes nothing.
                var activity = spool.IndexedEnd + spool.Journal.Number;
                if (activity != last)
                {
                    await spool.CheckpointAsync(cancellationToken);
                    last = spool.IndexedEnd + spool.Journal.Number;
                }
            }
            catch (IOException e)
            {
                LogCheckpoint(logger, e);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ReportAsync(Spool.Spool spool, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), time);
        do
        {
            foreach (var backlog in spool.Streams)
            {
                var records = backlog.Records;
                metrics.SpoolHolds(backlog.Stream, records, records == 0 ? 0 : backlog.Bytes, records == 0 ? null : backlog.Oldest(), spool.Indexed.IsCompleted);
            }
        }
        while (await TickAsync(timer, cancellationToken));
    }

    private static async ValueTask<bool> TickAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The publisher's progress could not be written down; a crash now would mean a longer look back.")]
    private static partial void LogCheckpoint(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Publishing stopped; {Records} records stay in the spool for the next start.")]
    private static partial void LogStopped(ILogger logger, long records);
}

using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Spool;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Publishing;

/// <summary>What every lane of a stream uses.</summary>
internal sealed record LaneTools(Spool.Spool Spool, StreamBacklog Backlog, IKinesis Kinesis, ArrivalSearch Search, PublishingOptions Options, PipelineMetrics Metrics, TimeProvider Time, ILogger Logger)
{
    /// <summary>Asks for a fresh look at the stream's shards.</summary>
    public required Action ShardsChanged { get; init; }

    /// <summary>Bytes that one lane may hold in memory now.</summary>
    public required Func<long> WindowBytes { get; init; }
}

/// <summary>
/// Publishes what waits for one shard, one call at a time:
/// <code>
/// wait for records ─► linger ─► pace ─► intent on disk ─► PutRecords ─┬─ taken: off the window
///       ▲                                                            ├─ refused: stay, in their place; back off
///       └────────────────────────────────────────────────────────────┴─ unknown: look in the stream, then decide
/// </code>
/// A call has at most one record of a partition key (see <see cref="PublishingOptions.RecordsPerKeyAndCall"/>), the oldest; so a refused record is
/// never overtaken by a later one of its key, and other keys do not wait for it.
/// <paramref name="stopping"/> is the host's: a call of unknown outcome is settled even when only the shards change, for its records must not be sent twice.
/// </summary>
internal sealed partial class LanePublisher(LaneTools tools, LaneBacklog lane, CancellationToken stopping)
{
    private readonly ShardPace? _pace = tools.Options.RateLimitPercent == 0
        ? null
        : new ShardPace(tools.Options.ShardBytesPerSecond * tools.Options.RateLimitPercent / 100.0, tools.Options.ShardRecordsPerSecond * tools.Options.RateLimitPercent / 100.0, tools.Options.AdaptivePace, tools.Time);

    private readonly Packer _packer = new(tools.Options);
    private List<Parcel> _batch = [];
    private readonly string _shard = lane.ShardId ?? "";
    private int _failures;

    private PublishingOptions Options => tools.Options;

    /// <summary>Runs until cancelled, then ends after the call under way. Never throws but for cancellation and what nobody planned.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // What a lane before this one took from its queue and could not read.
        foreach (var item in lane.Window.Where(i => !i.IsLoaded).ToList())
        {
            TryLoad(item);
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            FillWindow();
            if (lane.Window.Count == 0)
            {
                await lane.Added.WaitAsync(cancellationToken);
                continue;
            }

            if (await LingerAsync(cancellationToken))
            {
                FillWindow();
            }

            if (await PickAsync(cancellationToken))
            {
                await SendAsync(_batch);
                if (_failures > 0)
                {
                    await Task.Delay(BackOff(), tools.Time, cancellationToken);
                }
            }
        }
    }

    private void FillWindow()
    {
        var bytes = 0L;
        foreach (var item in lane.Window)
        {
            bytes += item.Size;
        }

        var budget = tools.WindowBytes();
        while (lane.Window.Count < Options.WindowRecords && (bytes < budget || lane.Window.Count == 0) && tools.Backlog.Next(lane) is { } item)
        {
            if (TryLoad(item))
            {
                bytes += item.Size;
            }
        }
    }

    /// <summary>Reads a record from disk; one whose bytes are damaged is reported and given up, for nothing can bring it back.</summary>
    private bool TryLoad(WindowItem item)
    {
        try
        {
            item.Load(tools.Spool.Read(tools.Backlog.Stream, item.Place.Position));
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException)
        {
            LogDamaged(tools.Logger, item.Place.Position, tools.Backlog.Stream, e);
            tools.Metrics.DeadLettered(1);
            tools.Spool.Answer(item.Place.Position, null);
            tools.Backlog.Remove(lane, new HashSet<WindowItem> { item });
            return false;
        }
    }

    /// <summary>Lets a small call gather company while its first record is young; whether it waited.</summary>
    private async ValueTask<bool> LingerAsync(CancellationToken cancellationToken)
    {
        if (Options.LingerMilliseconds <= 0 || _failures > 0 || lane.Window.Count >= Options.BatchRecords || lane.Queue.Count > 0)
        {
            return false;
        }

        var age = tools.Time.GetUtcNow().ToUnixTimeMilliseconds() - lane.Window[0].Record.AcceptedAtMilliseconds;
        var left = Options.LingerMilliseconds - age;
        if (left < 1 || left > Options.LingerMilliseconds)
        {
            return false;
        }

        await Task.Delay(TimeSpan.FromMilliseconds(left), tools.Time, cancellationToken);
        return true;
    }

    /// <summary>Chooses the records of the next call; false after having waited for the shard's pace.</summary>
    private async ValueTask<bool> PickAsync(CancellationToken cancellationToken)
    {
        var (records, bytes) = Choose(Options.BatchRecords, Options.BatchBytes);
        if (_pace is null)
        {
            return true;
        }

        // A tenth of a second's worth is enough for a call: smaller ones would only cost calls.
        var wait = _pace.Wait(Math.Min(records, Math.Max(1, _pace.RecordsPerSecond / 10)), Math.Min(bytes, Math.Max(1, _pace.BytesPerSecond / 10)));
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, tools.Time, cancellationToken);
            return false;
        }

        var available = _pace.Available();
        (records, bytes) = Choose(Math.Clamp((int)available.Records, 1, Options.BatchRecords), (long)Math.Clamp(available.Bytes, 1, Options.BatchBytes));
        _pace.Spend(records, bytes);
        return true;
    }

    private (int Records, long Bytes) Choose(int maxRecords, long maxBytes)
    {
        _batch = _packer.Pack(lane.Window, maxRecords, maxBytes);
        return (_batch.Count, _batch.Sum(p => (long)p.Size));
    }

    /// <summary>One call and what follows from it. Once the intent is written the call is not cancelled by a stopping host, only by its time-out.</summary>
    private async Task SendAsync(List<Parcel> batch)
    {
        WindowItem[] items = [.. batch.SelectMany(p => p.Items)];
        var stream = tools.Backlog.Stream;
        SendIntent intent;
        try
        {
            intent = await tools.Spool.Journal.BeginAsync(stream, tools.Time.GetUtcNow(), [.. items.Select(i => i.Place.Position).Order()], CancellationToken.None);
        }
        catch (IOException e)
        {
            LogJournal(tools.Logger, stream, e);
            _failures++;
            return;
        }

        PutRecordsResponse response;
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(Options.CallTimeoutSeconds), tools.Time);
            response = await tools.Kinesis.PutRecordsAsync(new PutRecordsRequest([.. batch.Select(p => p.Entry)], stream), timeout.Token);
            if (response.Records.Count != batch.Count)
            {
                throw new InvalidDataException($"PutRecords answered {response.Records.Count} results for {batch.Count} records.");
            }
        }
        catch (KinesisException e) when (e.StatusCode < 500)
        {
            Settle(intent, []);
            await RefusedAsync(batch, e);
            return;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _failures++;
            LogInDoubt(tools.Logger, items.Length, stream, _shard, e);
            await ResolveAsync(intent, items);
            return;
        }

        await AnsweredAsync(intent, batch, response);
    }

    private async Task AnsweredAsync(SendIntent intent, List<Parcel> batch, PutRecordsResponse response)
    {
        var taken = new List<ArrivalSearch.Arrival>(batch.Count);
        var (throttled, failed) = (0, 0);
        for (var i = 0; i < batch.Count; i++)
        {
            switch (response.Records[i])
            {
                case { ErrorCode: null, ShardId: { } shard, SequenceNumber: { } number }:
                    taken.AddRange((await InRangeAsync(batch[i], shard)).Select(item => new ArrivalSearch.Arrival(item, shard, number)));
                    break;
                case { ErrorCode: KinesisErrorCodes.ProvisionedThroughputExceeded }:
                    throttled++;
                    break;
                case var result:
                    failed++;
                    LogRecordFailed(tools.Logger, tools.Backlog.Stream, _shard, result.ErrorCode ?? "none");
                    break;
            }
        }

        _failures = throttled + failed == 0 ? 0 : _failures + 1;
        if (throttled > 0)
        {
            tools.Metrics.WriteThrottled(tools.Backlog.Stream, _shard, throttled);
            _pace?.Refused();
        }

        Settle(intent, taken);
    }

    /// <summary>
    /// The records of a parcel that its shard may hold. An aggregate that landed in another shard than foreseen can have records that belong elsewhere;
    /// consumers leave those out, so they are sent again.
    /// </summary>
    private async ValueTask<IEnumerable<WindowItem>> InRangeAsync(Parcel parcel, string shardId)
    {
        while (parcel.Items.Count > 1 && shardId != lane.ShardId)
        {
            try
            {
                if ((await ShardMap.AllAsync(tools.Kinesis, tools.Backlog.Stream, stopping)).FirstOrDefault(s => s.ShardId == shardId) is { } shard)
                {
                    var range = ShardMap.RangeOf(shard);
                    return parcel.Items.Where(i => i.Record.HashKey >= range.Start && i.Record.HashKey <= range.End);
                }

                break;
            }
            catch (Exception e) when (e is KinesisException or HttpRequestException or IOException or TimeoutException)
            {
                LogCannotLook(tools.Logger, tools.Backlog.Stream, shardId, e);
                await Task.Delay(TimeSpan.FromMilliseconds(Options.MaxBackOffMilliseconds), tools.Time, stopping);
            }
        }

        return parcel.Items;
    }

    /// <summary>The outcome is known: writes it down and takes what the stream has off the lane.</summary>
    private void Settle(SendIntent intent, IReadOnlyList<ArrivalSearch.Arrival> taken)
    {
        var stream = tools.Backlog.Stream;
        var marks = new Dictionary<string, string>(StringComparer.Ordinal);
        var items = new HashSet<WindowItem>(taken.Count);
        foreach (var arrival in taken)
        {
            items.Add(arrival.Item);
            if (!marks.TryGetValue(arrival.ShardId, out var last) || SequenceNumbers.IsBefore(last, arrival.SequenceNumber))
            {
                marks[arrival.ShardId] = arrival.SequenceNumber;
            }
        }

        tools.Spool.Journal.Done(
            intent,
            [.. taken.Select(a => a.Item.Place.Position)],
            [.. marks.Select(m => new ShardMark(m.Key, m.Value))],
            () => tools.Backlog.Remove(lane, items));
        foreach (var group in taken.GroupBy(a => a.ShardId))
        {
            tools.Metrics.Published(stream, group.Key, group.Count(), group.Sum(a => (long)a.Item.Size));
            if (group.Key != lane.ShardId)
            {
                tools.ShardsChanged();
            }
        }

        foreach (var arrival in taken)
        {
            tools.Spool.Answer(arrival.Item.Place.Position, new ShardMark(arrival.ShardId, arrival.SequenceNumber));
        }
    }

    /// <summary>The service refused the whole call, so it has none of it.</summary>
    private async Task RefusedAsync(List<Parcel> batch, KinesisException refusal)
    {
        _failures++;
        switch (refusal.Code)
        {
            case KinesisErrorCodes.ResourceNotFound:
                // Absent or just deleted: the records wait for it.
                tools.ShardsChanged();
                break;

            case KinesisErrorCodes.InvalidArgument or KinesisErrorCodes.Validation or KinesisErrorCodes.Serialization when batch.Count > 1:
                // One bad record must not hold the others: halve until it stands alone.
                await SendAsync([.. batch.Take(batch.Count / 2)]);
                await SendAsync([.. batch.Skip(batch.Count / 2)]);
                break;

            case KinesisErrorCodes.InvalidArgument or KinesisErrorCodes.Validation or KinesisErrorCodes.Serialization when batch[0].Items.Count > 1:
                // Taken apart: one after the other, for keys may repeat among them.
                foreach (var item in batch[0].Items)
                {
                    await SendAsync([Parcel.Of(item)]);
                    if (_failures > 0)
                    {
                        return;
                    }
                }

                break;

            case KinesisErrorCodes.InvalidArgument or KinesisErrorCodes.Validation or KinesisErrorCodes.Serialization:
                var refused = batch[0].Items[0];
                await tools.Spool.SetAsideAsync(tools.Backlog.Stream, refused.Place.Position, refusal.Message);
                tools.Backlog.Remove(lane, new HashSet<WindowItem> { refused });
                tools.Metrics.DeadLettered(1);
                tools.Spool.Answer(refused.Place.Position, null);
                _failures = 0;
                break;

            case KinesisErrorCodes.ProvisionedThroughputExceeded or KinesisErrorCodes.LimitExceeded or KinesisErrorCodes.Throttling:
                tools.Metrics.WriteThrottled(tools.Backlog.Stream, _shard, batch.Count);
                _pace?.Refused();
                break;

            default:
                LogRefused(tools.Logger, tools.Backlog.Stream, refusal.Code, refusal.Message);
                break;
        }
    }

    /// <summary>Looks in the stream for the records of a call with unknown outcome, until it can be read. Stopping leaves the intent open for the next start.</summary>
    private async Task ResolveAsync(SendIntent intent, IReadOnlyList<WindowItem> batch)
    {
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            try
            {
                Settle(intent, await tools.Search.FindAsync(tools.Backlog.Stream, batch, intent.At, stopping));
                return;
            }
            catch (KinesisException e) when (e.Code is KinesisErrorCodes.ResourceNotFound)
            {
                // The stream is gone, and what it had with it.
                Settle(intent, []);
                tools.ShardsChanged();
                return;
            }
            catch (Exception e) when (e is KinesisException or HttpRequestException or IOException or TimeoutException)
            {
                _failures++;
                LogCannotLook(tools.Logger, tools.Backlog.Stream, _shard, e);
                await Task.Delay(BackOff(), tools.Time, stopping);
            }
        }
    }

    /// <summary>Full jitter: anything up to a bound that doubles with each failure.</summary>
    private TimeSpan BackOff()
    {
        var bound = Math.Min(Options.MaxBackOffMilliseconds, 25.0 * Math.Pow(2, Math.Min(_failures, 16) - 1));
        return TimeSpan.FromMilliseconds(1 + (Random.Shared.NextDouble() * bound));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The record at {Position} of the spool cannot be read back and is lost to stream {Stream}.")]
    private static partial void LogDamaged(ILogger logger, long position, string stream, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing can be published to {Stream} while the journal cannot be written.")]
    private static partial void LogJournal(ILogger logger, string stream, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outcome of a call with {Records} records to {Stream} {ShardId} is unknown; looking for them in the stream.")]
    private static partial void LogInDoubt(ILogger logger, int records, string stream, string shardId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stream {Stream} {ShardId} failed to take a record ({ErrorCode}); it is sent again.")]
    private static partial void LogRecordFailed(ILogger logger, string stream, string shardId, string errorCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stream {Stream} refused a call: {ErrorCode}, {Reason}. The records wait.")]
    private static partial void LogRefused(ILogger logger, string stream, string errorCode, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stream {Stream} {ShardId} cannot be read to settle a call of unknown outcome; trying again.")]
    private static partial void LogCannotLook(ILogger logger, string stream, string shardId, Exception exception);
}

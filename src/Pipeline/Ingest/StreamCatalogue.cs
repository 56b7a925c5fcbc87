using System.Collections.Frozen;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.Aws.Kinesis;

namespace Weir.Pipeline.Ingest;

/// <summary>A stream that takes records; <see cref="MaxRecordBytes"/> bounds data and partition key together.</summary>
internal sealed record KnownStream(string Name, int MaxRecordBytes);

/// <summary>
/// Which streams exist, from memory: refreshed every second, and at once (but not more than five times a second) when a name is not known.
/// While the service cannot be asked the last view stands, so that partners can go on sending; the view is kept on disk for a start without the service.
/// </summary>
internal sealed partial class StreamCatalogue(IKinesis kinesis, IOptions<IngestOptions> options, StreamCatalogueFile file, TimeProvider time, ILogger<StreamCatalogue> logger) : BackgroundService
{
    private const int DefaultMaxRecordBytes = 1 << 20;
    private static readonly TimeSpan LookUpGap = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LimitRefresh = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private readonly Dictionary<string, (int MaxRecordBytes, long At)> _limits = new(StringComparer.Ordinal);
    private FrozenDictionary<string, KnownStream> _streams = FrozenDictionary<string, KnownStream>.Empty;
    private long _refreshedAt;
    private bool _everRefreshed;
    private bool _failing;

    /// <summary>The stream, or null when there is none of that name.</summary>
    public ValueTask<KnownStream?> FindAsync(string name, CancellationToken cancellationToken) =>
        _streams.TryGetValue(name, out var stream) ? new(stream) : LookUpAsync(name, cancellationToken);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _streams = file.Read().ToFrozenDictionary(s => s.Name, StringComparer.Ordinal);
        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _refreshing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.StreamRefreshMilliseconds), time);
        do
        {
            await RefreshAsync(TimeSpan.Zero, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async ValueTask<KnownStream?> LookUpAsync(string name, CancellationToken cancellationToken)
    {
        if (!IsStreamName(name))
        {
            return null;
        }

        await RefreshAsync(LookUpGap, cancellationToken);
        return _streams.GetValueOrDefault(name);
    }

    /// <summary>Asks the service, unless somebody did less than <paramref name="gap"/> ago.</summary>
    private async Task RefreshAsync(TimeSpan gap, CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            if (_everRefreshed && gap > TimeSpan.Zero && time.GetElapsedTime(_refreshedAt) < gap)
            {
                return;
            }

            var streams = new Dictionary<string, KnownStream>(StringComparer.Ordinal);
            foreach (var name in await NamesAsync(cancellationToken))
            {
                if (await LimitAsync(name, cancellationToken) is { } limit)
                {
                    streams[name] = new KnownStream(name, limit);
                }
            }

            if (!streams.Values.ToHashSet().SetEquals(_streams.Values))
            {
                _streams = streams.ToFrozenDictionary(StringComparer.Ordinal);
                file.Write(streams.Values);
            }

            (_refreshedAt, _everRefreshed, _failing) = (time.GetTimestamp(), true, false);
        }
        catch (Exception e) when (e is KinesisException or HttpRequestException or IOException or TimeoutException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            (_refreshedAt, _everRefreshed) = (time.GetTimestamp(), true);
            if (!_failing)
            {
                _failing = true;
                LogStale(logger, _streams.Count, e);
            }
        }
        finally
        {
            _refreshing.Release();
        }
    }

    private async Task<List<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        ListStreamsResponse page;
        do
        {
            page = await kinesis.ListStreamsAsync(new ListStreamsRequest(1000, names.Count > 0 ? names[^1] : null), cancellationToken);
            names.AddRange(page.StreamNames);
        }
        while (page.HasMoreStreams && page.StreamNames.Count > 0);
        return names;
    }

    /// <summary>A record's limit on the stream, asked every ten seconds; null when the stream is on its way out.</summary>
    private async Task<int?> LimitAsync(string name, CancellationToken cancellationToken)
    {
        if (_limits.TryGetValue(name, out var known) && time.GetElapsedTime(known.At) < LimitRefresh)
        {
            return known.MaxRecordBytes;
        }

        try
        {
            var summary = (await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(name), cancellationToken)).StreamDescriptionSummary;
            if (summary.StreamStatus == StreamStatuses.Deleting)
            {
                return null;
            }

            var bytes = summary.MaxRecordSizeInKiB is { } kibibytes ? kibibytes << 10 : DefaultMaxRecordBytes;
            _limits[name] = (bytes, time.GetTimestamp());
            return bytes;
        }
        catch (KinesisException e) when (e.Code is KinesisErrorCodes.ResourceNotFound)
        {
            return null;
        }
        catch (KinesisException e) when (e.IsTransient)
        {
            return known.MaxRecordBytes == 0 ? DefaultMaxRecordBytes : known.MaxRecordBytes;
        }
    }

    private static bool IsStreamName(string name) => name.Length is > 0 and <= 128 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    [LoggerMessage(Level = LogLevel.Warning, Message = "The streams cannot be listed; the {Streams} known ones go on taking records.")]
    private static partial void LogStale(ILogger logger, int streams, Exception exception);
}

using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Actions;
using Weir.LocalKinesis.Wire;

namespace Weir.LocalKinesis;

/// <summary>
/// The embedded engine, in-process: the same operations, checks and limits as over the wire, without the wire. Starts on the first call or with its host.
/// </summary>
public sealed partial class LocalKinesisEngine : IKinesis, IShardMeters, IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile Engine? _engine;
    private Engine? _pending;

    /// <param name="options">With an absolute <see cref="LocalKinesisOptions.Directory"/>.</param>
    /// <param name="time">The clock of arrivals, limits and state changes.</param>
    /// <param name="logger">Receives what operators should know; never records.</param>
    public LocalKinesisEngine(LocalKinesisOptions options, TimeProvider time, ILogger<LocalKinesisEngine> logger) => _pending = new Engine(options, time, logger);

    internal Engine Engine => _engine ?? throw new InvalidOperationException("The engine is not open.");

    /// <summary>Opens the log and creates the initial streams that are missing.</summary>
    /// <exception cref="IOException">Another process holds the directory.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_engine is not null)
            return;
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_engine is not null)
                return;
            ObjectDisposedException.ThrowIf(_pending is null, this);
            await _pending.OpenAsync(cancellationToken).ConfigureAwait(false);
            foreach (var (name, shards) in ParseStreams(_pending.Options.InitialStreams))
                await Actions.CreateStream.EnsureAsync(_pending, name, shards, cancellationToken).ConfigureAwait(false);
            _engine = _pending;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Reads <c>orders:2,clicks</c>.</summary>
    /// <exception cref="FormatException">Not of that form; the message says which part.</exception>
    public static IReadOnlyList<(string Name, int? Shards)> ParseStreams(string? text)
    {
        var streams = new List<(string, int?)>();
        foreach (var part in (text ?? "").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var match = InitialStream().Match(part);
            if (!match.Success)
                throw new FormatException($"'{part}' is not a stream: write a name, or a name and a number of shards such as orders:2.");
            streams.Add((match.Groups[1].Value, match.Groups[2].Success ? int.Parse(match.Groups[2].Value) : null));
        }

        return streams;
    }

    public Task CreateStreamAsync(CreateStreamRequest request, CancellationToken cancellationToken) => CallAsync(Operations.CreateStream, request, cancellationToken);

    public Task DeleteStreamAsync(DeleteStreamRequest request, CancellationToken cancellationToken) => CallAsync(Operations.DeleteStream, request, cancellationToken);

    public Task<ListStreamsResponse> ListStreamsAsync(ListStreamsRequest request, CancellationToken cancellationToken) => CallAsync(Operations.ListStreams, request, cancellationToken);

    public Task<DescribeStreamResponse> DescribeStreamAsync(DescribeStreamRequest request, CancellationToken cancellationToken) => CallAsync(Operations.DescribeStream, request, cancellationToken);

    public Task<DescribeStreamSummaryResponse> DescribeStreamSummaryAsync(DescribeStreamSummaryRequest request, CancellationToken cancellationToken) => CallAsync(Operations.DescribeStreamSummary, request, cancellationToken);

    public Task<ListShardsResponse> ListShardsAsync(ListShardsRequest request, CancellationToken cancellationToken) => CallAsync(Operations.ListShards, request, cancellationToken);

    public async Task<PutRecordResponse> PutRecordAsync(PutRecordRequest request, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (!TypedChecks.Accepts(request))
            return await CallAsync(Operations.PutRecord, request, cancellationToken).ConfigureAwait(false);
        return await Actions.PutRecord.RunAsync(Engine, request, cancellationToken).ConfigureAwait(false);
    }

    public async Task<PutRecordsResponse> PutRecordsAsync(PutRecordsRequest request, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (!TypedChecks.Accepts(request))
            return await CallAsync(Operations.PutRecords, request, cancellationToken).ConfigureAwait(false);
        return await Actions.PutRecords.RunAsync(Engine, request, cancellationToken).ConfigureAwait(false);
    }

    public Task<GetShardIteratorResponse> GetShardIteratorAsync(GetShardIteratorRequest request, CancellationToken cancellationToken) => CallAsync(Operations.GetShardIterator, request, cancellationToken);

    public async Task<GetRecordsResponse> GetRecordsAsync(GetRecordsRequest request, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (request.Limit is < 1 or > 10_000 || request.ShardIterator is not { Length: > 0 and <= 512 })
            return await CallAsync(Operations.GetRecords, request, cancellationToken).ConfigureAwait(false);
        return await Actions.GetRecords.RunAsync(Engine, request, cancellationToken).ConfigureAwait(false);
    }

    public Task<UpdateShardCountResponse> UpdateShardCountAsync(UpdateShardCountRequest request, CancellationToken cancellationToken) => CallAsync(Operations.UpdateShardCount, request, cancellationToken);

    public Task SplitShardAsync(SplitShardRequest request, CancellationToken cancellationToken) => CallAsync(Operations.SplitShard, request, cancellationToken);

    public Task MergeShardsAsync(MergeShardsRequest request, CancellationToken cancellationToken) => CallAsync(Operations.MergeShards, request, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<ShardCounters> Read(string streamName) =>
        _engine is { } engine && engine.TryFind(streamName, out var stream) ? [.. stream.Shards.Where(s => s.Touched).Select(s => s.Counters)] : [];

    public async ValueTask DisposeAsync()
    {
        var engine = _engine ?? _pending;
        _engine = _pending = null;
        if (engine is not null)
            await engine.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<TOutput> CallAsync<TInput, TOutput>(Operation<TInput, TOutput> operation, TInput request, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await operation.InvokeAsync(Engine, request, cancellationToken).ConfigureAwait(false);
    }

    [GeneratedRegex(@"^([a-zA-Z0-9_.-]{1,128})(?::([1-9]\d{0,4}))?$")]
    private static partial Regex InitialStream();
}

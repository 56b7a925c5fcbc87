using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weir.Aws.Kinesis;
using Record = Weir.Aws.Kinesis.Record;

namespace Weir.LocalKinesis.Tests;

/// <summary>An engine on a directory of its own, with a clock that the test moves.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    /// <summary>How long to wait for what takes a few flushes of the disk.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly bool _ownsDirectory;

    public TestEngine(Action<LocalKinesisOptions>? configure = null, string? directory = null, FakeTimeProvider? time = null, ILogger<LocalKinesisEngine>? logger = null)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("weir-kinesis-").FullName;
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        Options = new LocalKinesisOptions { Directory = Directory, Port = 0, Limits = KinesisLimits.None, SegmentBytes = 1 << 20 };
        configure?.Invoke(Options);
        Kinesis = new LocalKinesisEngine(Options, Time, logger ?? NullLogger<LocalKinesisEngine>.Instance);
    }

    public string Directory { get; }
    public FakeTimeProvider Time { get; }
    public LocalKinesisOptions Options { get; }
    public LocalKinesisEngine Kinesis { get; }
    public bool KeepDirectory { get; set; }

    /// <summary>Creates a stream and waits until it is ACTIVE.</summary>
    public async Task CreateAsync(string stream, int shards)
    {
        await Kinesis.CreateStreamAsync(new CreateStreamRequest(stream, shards), default);
        await SettleAsync(stream);
    }

    /// <summary>Moves the clock until the stream is ACTIVE.</summary>
    public async Task SettleAsync(string stream)
    {
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < Patience;)
        {
            var summary = await Kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(stream), default);
            if (summary.StreamDescriptionSummary.StreamStatus == StreamStatuses.Active)
                return;
            Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(2);
        }

        throw new TimeoutException($"Stream {stream} did not become ACTIVE.");
    }

    public async Task<PutRecordResponse> PutAsync(string stream, string key, string data, string? hash = null) =>
        await Kinesis.PutRecordAsync(new PutRecordRequest(System.Text.Encoding.UTF8.GetBytes(data), key, stream, ExplicitHashKey: hash), default);

    public async Task<string> IteratorAsync(string stream, string shard, string type = ShardIteratorTypes.TrimHorizon, string? sequence = null, DateTimeOffset? time = null) =>
        (await Kinesis.GetShardIteratorAsync(new GetShardIteratorRequest(shard, type, stream, StartingSequenceNumber: sequence, Timestamp: time), default)).ShardIterator;

    /// <summary>Reads a shard from an iterator to its tip.</summary>
    public async Task<List<Record>> DrainAsync(string? iterator, int? limit = null)
    {
        var records = new List<Record>();
        while (iterator is not null)
        {
            var page = await Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator, limit), default);
            records.AddRange(page.Records);
            if (page.MillisBehindLatest == 0 && page.Records.Count < (limit ?? 10_000))
                break;
            iterator = page.NextShardIterator;
        }

        return records;
    }

    public async Task<List<Record>> DrainAsync(string stream, string shard) => await DrainAsync(await IteratorAsync(stream, shard));

    public async Task<IReadOnlyList<Shard>> ShardsAsync(string stream, ShardFilter? filter = null) =>
        (await Kinesis.ListShardsAsync(new ListShardsRequest(stream, ShardFilter: filter), default)).Shards;

    /// <summary>Asserts the refusal and answers its message.</summary>
    public static async Task<string> RefusedAsync(string code, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<KinesisException>(call);
        Assert.Equal(code, refusal.Code);
        return refusal.Message;
    }

    public async ValueTask DisposeAsync()
    {
        await Kinesis.DisposeAsync();
        if (_ownsDirectory && !KeepDirectory)
            System.IO.Directory.Delete(Directory, recursive: true);
    }
}

internal static class Texts
{
    public static string Text(this Record record) => System.Text.Encoding.UTF8.GetString(record.Data.Span);
}

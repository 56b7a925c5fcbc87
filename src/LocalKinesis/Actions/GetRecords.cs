using System.Globalization;
using System.Text;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Metrics;
using Weir.LocalKinesis.Storage;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Reads records from an iterator on.</summary>
internal static class GetRecords
{
    public const int MostRecords = 10_000;

    public static Task<GetRecordsResponse> RunAsync(Engine engine, GetRecordsRequest request, CancellationToken cancellationToken)
    {
        var started = engine.Time.GetTimestamp();
        var (stream, shard, iterator) = Open(engine, request);
        var collected = new Collected(shard);
        var read = ShardReader.Read(engine, stream, shard, iterator.Next.Index, request.Limit ?? MostRecords, ShardLimits.AnswerBytes, collected);
        shard.Sent(read.Records, read.Bytes, engine.Limited);
        engine.Metrics.Get(stream, shard, read, engine.Time.GetElapsedTime(started));
        return Task.FromResult(new GetRecordsResponse(collected.Records, Next(engine, stream, shard, read), read.MillisBehindLatest, Children(stream, shard, read)));
    }

    /// <summary>Checks the call and finds what it is about.</summary>
    public static (LocalStream Stream, LocalShard Shard, ShardIterator Iterator) Open(Engine engine, GetRecordsRequest request)
    {
        var now = engine.Now;
        // Quotes around it do no harm on the service either: shells leave them there.
        var text = request.ShardIterator is ['"', .. var inner, '"'] ? inner : request.ShardIterator;
        if (!ShardIterator.TryParse(text, out var iterator) || iterator.CreatedMilliseconds > engine.Retention.Furthest + ShardIterator.LifetimeMilliseconds)
            throw Errors.InvalidArgument("Invalid ShardIterator.");
        if (now - iterator.CreatedMilliseconds > ShardIterator.LifetimeMilliseconds)
        {
            throw new KinesisException(
                KinesisErrorCodes.ExpiredIterator,
                $"Iterator expired. The iterator was created at time {Text(iterator.CreatedMilliseconds)} while right now it is {Text(now)} which is further in the future than the tolerated delay of {ShardIterator.LifetimeMilliseconds} milliseconds.");
        }

        if (request.StreamARN is { } arn && Arn.NameOf(engine, null, arn) != iterator.StreamName)
            throw Errors.InvalidArgument("Invalid ShardIterator. It was not given for the stream of StreamARN.");
        if (!engine.TryFind(iterator.StreamName, out var stream) || stream.Document.Status == StreamStatuses.Creating || stream.Find(iterator.ShardIndex) is not { } shard)
            throw Errors.ShardDoesNotExist(engine, iterator.StreamName, ShardName.Of(iterator.ShardIndex));
        // A stream of the same name that has been deleted since.
        if (iterator.Next.ShardCreatedSeconds != shard.Document.CreatedSeconds)
            iterator = iterator with { Next = shard.Start };
        if ((!engine.Limited || shard.TryRead(engine.Ticks)) && !engine.ThrottledByChance())
            return (stream, shard, iterator);
        engine.Metrics.GetRefused(stream, shard);
        throw Errors.RateExceeded(engine, stream.Name, shard.Name);
    }

    public static string? Next(Engine engine, LocalStream stream, LocalShard shard, ShardRead read) => read.AtEnd
        ? null
        : new ShardIterator(engine.Now, stream.Name, shard.Index, shard.Number(read.Next, engine.Now)).ToString();

    /// <summary>Who goes on where a closed shard ends; null before its end.</summary>
    public static IReadOnlyList<ChildShard>? Children(LocalStream stream, LocalShard shard, ShardRead read) => read.AtEnd
        ?
        [
            .. stream.Shards
                .Where(s => s.Document.Parent == shard.Index || s.Document.AdjacentParent == shard.Index)
                .Select(s => new ChildShard(
                    s.Name,
                    s.Document.AdjacentParent is { } adjacent ? [ShardName.Of(s.Document.Parent!.Value), ShardName.Of(adjacent)] : [ShardName.Of(s.Document.Parent!.Value)],
                    s.Document.Range.ToWire())),
        ]
        : null;

    private static string Text(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("ddd MMM dd HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture);

    /// <summary>Records as the API has them; the data stays where it was read to.</summary>
    internal sealed class Collected(LocalShard shard) : IRecordSink
    {
        public List<Record> Records { get; } = [];

        public bool Keeps => true;

        public void Add(in BlockHeader block, ulong index, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> data) => Records.Add(new Record(
            shard.Number(index, block.ArrivedMs).ToString(),
            DateTimeOffset.FromUnixTimeMilliseconds(block.ArrivedMs),
            data,
            Encoding.UTF8.GetString(key.Span),
            block.Encrypted ? "KMS" : null));
    }
}

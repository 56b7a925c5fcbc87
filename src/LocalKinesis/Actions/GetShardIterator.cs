using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Gives a place in a shard to read from.</summary>
internal static class GetShardIterator
{
    public static Task<GetShardIteratorResponse> RunAsync(Engine engine, GetShardIteratorRequest request, CancellationToken cancellationToken)
    {
        var name = Arn.NameOf(engine, request.StreamName, request.StreamARN);
        if (!ShardName.TryParse(request.ShardId, out var index))
            throw Errors.ShardNotFound(engine, name, request.ShardId);
        if (!engine.TryFind(name, out var stream) || stream.Document.Status == StreamStatuses.Creating || stream.Find(index) is not { } shard)
            throw Errors.ShardDoesNotExist(engine, name, ShardName.Of(index));
        if (engine.Limited && !shard.TryIterate(engine.Ticks))
            throw Errors.RateExceeded(engine, name, shard.Name);
        var next = Start(engine, stream, shard, new StartingPosition(request.ShardIteratorType, request.StartingSequenceNumber, request.Timestamp), "GetShardIterator");
        return Task.FromResult(new GetShardIteratorResponse(new ShardIterator(engine.Now, name, index, shard.Number(next, engine.Now)).ToString()));
    }

    /// <summary>The index of the first record wanted.</summary>
    public static ulong Start(Engine engine, LocalStream stream, LocalShard shard, StartingPosition position, string operation)
    {
        if (position.SequenceNumber is { } text)
        {
            if (position.Type is not (ShardIteratorTypes.AtSequenceNumber or ShardIteratorTypes.AfterSequenceNumber))
                throw Contradiction(position.Type, "also a");
            var number = Parse(engine, stream, shard, text, operation);
            return position.Type == ShardIteratorTypes.AtSequenceNumber ? number.Index : Math.Min(number.Index + 1, SequenceNumber.EndIndex);
        }

        return position.Type switch
        {
            ShardIteratorTypes.TrimHorizon => 0,
            ShardIteratorTypes.Latest => shard.Tip,
            ShardIteratorTypes.AtTimestamp => At(engine, shard, position.Timestamp),
            _ => throw Contradiction(position.Type, "no"),
        };
    }

    private static ulong At(Engine engine, LocalShard shard, DateTimeOffset? timestamp)
    {
        if (timestamp is not { } time)
            throw Errors.InvalidArgument("Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.");
        var (at, now) = (time.ToUnixTimeMilliseconds(), engine.Retention.Furthest);
        return at > now
            ? throw Errors.InvalidArgument(string.Create(CultureInfo.InvariantCulture, $"The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: {at}, currentTimestampInMillis: {now}"))
            : shard.IndexAt(at);
    }

    private static GivenSequenceNumber Parse(Engine engine, LocalStream stream, LocalShard shard, string text, string operation)
    {
        string Used(string why) => $"StartingSequenceNumber {text} used in {operation} on shard {shard.Name} in stream {stream.Name} under account {engine.AccountId} is invalid{why}.";
        if (!GivenSequenceNumber.TryParse(text, out var number))
            throw Errors.InvalidArgument(Used(""));
        if (number.ShardIndex != shard.Index)
            throw Errors.InvalidArgument($"Invalid StartingSequenceNumber. It encodes {ShardName.Of(number.ShardIndex)}, while it was used in a call to a shard with {shard.Name}");
        if (number.Version != SequenceNumber.Version || number.ShardCreatedSeconds != shard.Document.CreatedSeconds)
            throw Errors.InvalidArgument(Used(" because it did not come from this stream"));
        return number;
    }

    private static KinesisException Contradiction(string type, string has) => Errors.InvalidArgument(
        $"Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified {type} and {has} StartingSequenceNumber.");
}

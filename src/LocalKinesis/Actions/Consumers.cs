using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Registered consumers: CREATING, then ACTIVE; DELETING, then gone.</summary>
internal static class Consumers
{
    private const int Most = 20;
    private const int MostCreating = 5;
    private const string Creating = "CREATING";
    private const string Deleting = "DELETING";

    public static async Task<RegisterStreamConsumerResponse> RegisterAsync(Engine engine, RegisterStreamConsumerRequest request, CancellationToken cancellationToken)
    {
        Tagging.Check(request.Tags, []);
        ConsumerDocument? added = null;
        var stream = await StreamChange.RunAsync(
            engine,
            null,
            request.StreamARN,
            stream =>
            {
                var present = stream.Document.Consumers;
                if (stream.Document.Status is StreamStatuses.Creating or StreamStatuses.Deleting)
                    throw Errors.NotActive(engine, stream);
                if (present.Any(c => c.Name == request.ConsumerName))
                    throw Errors.InUse($"Consumer {request.ConsumerName} under stream {stream.Name} already exists for account {engine.AccountId}.");
                if (present.Count >= Most || present.Count(c => c.Status == Creating) >= MostCreating)
                    throw Errors.Limit($"This request would exceed the limit of {Most} registered consumers, {MostCreating} of them being created, of stream {stream.Name} under account {engine.AccountId}.");
                var now = engine.Now;
                added = new ConsumerDocument
                {
                    Name = request.ConsumerName,
                    Arn = Arn.OfConsumer(engine, stream.Name, request.ConsumerName, now),
                    Status = Creating,
                    CreatedMs = now,
                    Tags = request.Tags ?? new Dictionary<string, string>(),
                };
                return stream.Document with { Consumers = [.. present, added] };
            },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new RegisterStreamConsumerResponse(ToWire(added!));
    }

    public static async Task<Nothing> DeregisterAsync(Engine engine, DeregisterStreamConsumerRequest request, CancellationToken cancellationToken)
    {
        var (stream, consumer) = Find(engine, request.StreamARN, request.ConsumerName, request.ConsumerARN);
        await StreamChange.RunAsync(
            engine,
            stream.Name,
            null,
            s => s.Document with { Consumers = [.. s.Document.Consumers.Select(c => c.Arn == consumer.Arn ? c with { Status = Deleting } : c)] },
            cancellationToken).ConfigureAwait(false);
        // Its subscriptions see at once that they are over.
        foreach (var shard in stream.Shards)
            shard.Wake();
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new Nothing();
    }

    public static Task<DescribeStreamConsumerResponse> DescribeAsync(Engine engine, DescribeStreamConsumerRequest request, CancellationToken cancellationToken)
    {
        var (stream, consumer) = Find(engine, request.StreamARN, request.ConsumerName, request.ConsumerARN);
        return Task.FromResult(new DescribeStreamConsumerResponse(new ConsumerDescription(
            consumer.Name,
            consumer.Arn,
            consumer.Status,
            DateTimeOffset.FromUnixTimeMilliseconds(consumer.CreatedMs),
            Arn.OfStream(engine, stream.Name))));
    }

    public static Task<ListStreamConsumersResponse> ListAsync(Engine engine, ListStreamConsumersRequest request, CancellationToken cancellationToken)
    {
        var stream = engine.Find(null, request.StreamARN);
        if (request.StreamCreationTimestamp is { } created)
        {
            if (request.NextToken is not null)
                throw Errors.InvalidArgument("NextToken and StreamCreationTimestamp cannot be provided together.");
            if (created.ToUnixTimeSeconds() != stream.Document.CreatedMs / 1000)
                throw Errors.StreamNotFound(engine, stream.Name);
        }

        var after = request.NextToken is { } token ? PageToken.Read(engine, "consumers", token, stream.Name).After : null;
        var limit = request.MaxResults ?? 100;
        var page = stream.Document.Consumers
            .OrderBy(c => c.Name, StringComparer.Ordinal)
            .Where(c => after is null || string.CompareOrdinal(c.Name, after) > 0)
            .Take(limit + 1)
            .ToList();
        var more = page.Count > limit;
        if (more)
            page.RemoveAt(limit);
        return Task.FromResult(new ListStreamConsumersResponse(
            [.. page.Select(ToWire)],
            more ? new PageToken(engine.Now, "consumers", stream.Name, page[^1].Name).ToString() : null));
    }

    /// <summary>The consumer of that ARN, or of that name and stream.</summary>
    public static (LocalStream Stream, ConsumerDocument Consumer) Find(Engine engine, string? streamArn, string? name, string? arn)
    {
        if (arn is not null)
        {
            var (here, streamName, _) = Arn.Parse(engine, arn);
            if (!here || !engine.TryFind(streamName, out var owner) || owner.Document.Consumers.FirstOrDefault(c => c.Arn == arn) is not { } named)
                throw NotFound(engine, arn);
            if ((name is not null && name != named.Name) || (streamArn is not null && streamArn != Arn.OfStream(engine, streamName)))
                throw Errors.InvalidArgument("ConsumerARN does not agree with StreamARN and ConsumerName.");
            return (owner, named);
        }

        if (streamArn is null || name is null)
            throw Errors.InvalidArgument("Either ConsumerARN or both StreamARN and ConsumerName must be provided.");
        var stream = engine.Find(null, streamArn);
        return (stream, stream.Document.Consumers.FirstOrDefault(c => c.Name == name) ?? throw NotFound(engine, name));
    }

    public static KinesisException NotFound(Engine engine, string consumer) => Errors.NotFound($"Consumer {consumer}, account {engine.AccountId} not found.");

    private static Consumer ToWire(ConsumerDocument consumer) =>
        new(consumer.Name, consumer.Arn, consumer.Status, DateTimeOffset.FromUnixTimeMilliseconds(consumer.CreatedMs));
}

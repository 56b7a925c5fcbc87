using System.Text.Json;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Operations on what an ARN names, a stream or a consumer: its tags and its policy.</summary>
internal static class ResourceOperations
{
    public static Task<Nothing> TagAsync(Engine engine, TagResourceRequest request, CancellationToken cancellationToken)
    {
        Tagging.CheckCharacters(request.Tags.Keys.Concat(request.Tags.Values));
        Tagging.CheckReserved(request.Tags.Keys);
        return ChangeAsync(
            engine,
            request.ResourceARN,
            stream => stream with { Tags = Within(stream.Tags.With(request.Tags)) },
            consumer => consumer with { Tags = Within(consumer.Tags.With(request.Tags)) },
            cancellationToken);
    }

    public static Task<Nothing> UntagAsync(Engine engine, UntagResourceRequest request, CancellationToken cancellationToken)
    {
        Tagging.CheckCharacters(request.TagKeys);
        Tagging.CheckReserved(request.TagKeys);
        return ChangeAsync(
            engine,
            request.ResourceARN,
            stream => stream with { Tags = stream.Tags.Without(request.TagKeys) },
            consumer => consumer with { Tags = consumer.Tags.Without(request.TagKeys) },
            cancellationToken);
    }

    public static Task<ListTagsForResourceResponse> ListTagsAsync(Engine engine, ListTagsForResourceRequest request, CancellationToken cancellationToken)
    {
        var (stream, consumer) = Find(engine, request.ResourceARN);
        return Task.FromResult(new ListTagsForResourceResponse((consumer?.Tags ?? stream.Document.Tags).ToWire()));
    }

    public static Task<Nothing> PutPolicyAsync(Engine engine, PutResourcePolicyRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var policy = JsonDocument.Parse(request.Policy);
            if (policy.RootElement.ValueKind != JsonValueKind.Object)
                throw Errors.InvalidArgument("The policy is not a JSON object.");
        }
        catch (JsonException)
        {
            throw Errors.InvalidArgument("The policy is not valid JSON.");
        }

        return ChangeAsync(engine, request.ResourceARN, s => s with { Policy = request.Policy }, c => c with { Policy = request.Policy }, cancellationToken);
    }

    public static Task<GetResourcePolicyResponse> GetPolicyAsync(Engine engine, GetResourcePolicyRequest request, CancellationToken cancellationToken)
    {
        var (stream, consumer) = Find(engine, request.ResourceARN);
        var policy = consumer is null ? stream.Document.Policy : consumer.Policy;
        return Task.FromResult(new GetResourcePolicyResponse(policy ?? "{}"));
    }

    public static Task<Nothing> DeletePolicyAsync(Engine engine, DeleteResourcePolicyRequest request, CancellationToken cancellationToken) => ChangeAsync(
        engine,
        request.ResourceARN,
        s => s.Policy is null ? throw NoPolicy(request.ResourceARN) : s with { Policy = null },
        c => c.Policy is null ? throw NoPolicy(request.ResourceARN) : c with { Policy = null },
        cancellationToken);

    private static KinesisException NoPolicy(string arn) => Errors.NotFound($"No resource policy found for resource ARN {arn}.");

    private static Dictionary<string, string> Within(Dictionary<string, string> tags) => tags.Count <= Tagging.Most
        ? tags
        : throw Errors.InvalidArgument($"A given resource cannot have more than {Tagging.Most} tags associated with it.");

    private static (LocalStream Stream, ConsumerDocument? Consumer) Find(Engine engine, string arn)
    {
        var (_, _, consumer) = Arn.Parse(engine, arn);
        var (here, name, _) = Arn.Parse(engine, StreamPart(arn));
        if (!here || !engine.TryFind(name, out var stream))
            throw Errors.StreamNotFound(engine, arn);
        return consumer is null ? (stream, null) : (stream, stream.Document.Consumers.FirstOrDefault(c => c.Arn == arn) ?? throw Consumers.NotFound(engine, arn));
    }

    private static string StreamPart(string arn)
    {
        var at = arn.IndexOf("/consumer/", StringComparison.Ordinal);
        return at < 0 ? arn : arn[..at];
    }

    private static Task<Nothing> ChangeAsync(
        Engine engine,
        string arn,
        Func<StreamDocument, StreamDocument> changeStream,
        Func<ConsumerDocument, ConsumerDocument> changeConsumer,
        CancellationToken cancellationToken) => StreamChange.VoidAsync(
            engine,
            null,
            StreamPart(arn),
            stream => Find(engine, arn).Consumer is not { } consumer
                ? changeStream(stream.Document)
                : stream.Document with { Consumers = [.. stream.Document.Consumers.Select(c => c.Arn == consumer.Arn ? changeConsumer(c) : c)] },
            cancellationToken);
}

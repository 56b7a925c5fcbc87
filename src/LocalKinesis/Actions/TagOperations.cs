using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;

namespace Weir.LocalKinesis.Actions;

/// <summary>Tags by the stream's name: AddTagsToStream, RemoveTagsFromStream, ListTagsForStream.</summary>
internal static class TagOperations
{
    public static Task<Nothing> AddAsync(Engine engine, AddTagsToStreamRequest request, CancellationToken cancellationToken) =>
        StreamChange.VoidAsync(
            engine,
            request.StreamName,
            request.StreamARN,
            stream =>
            {
                Tagging.CheckCharacters(engine, stream, "add tags to", [.. request.Tags.Keys, .. request.Tags.Values]);
                Tagging.CheckReserved(request.Tags.Keys);
                var tags = stream.Document.Tags.With(request.Tags);
                return tags.Count > Tagging.Most
                    ? throw Errors.InvalidArgument($"Failed to add tags to stream {stream.Name} under account {engine.AccountId} because a given stream cannot have more than {Tagging.Most} tags associated with it.")
                    : stream.Document with { Tags = tags };
            },
            cancellationToken);

    public static Task<Nothing> RemoveAsync(Engine engine, RemoveTagsFromStreamRequest request, CancellationToken cancellationToken) =>
        StreamChange.VoidAsync(
            engine,
            request.StreamName,
            request.StreamARN,
            stream =>
            {
                Tagging.CheckCharacters(engine, stream, "remove tags from", [.. request.TagKeys]);
                Tagging.CheckReserved(request.TagKeys);
                return stream.Document with { Tags = stream.Document.Tags.Without(request.TagKeys) };
            },
            cancellationToken);

    public static Task<ListTagsForStreamResponse> ListAsync(Engine engine, ListTagsForStreamRequest request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? Tagging.Most;
        var tags = engine.Find(request.StreamName, request.StreamARN).Document.Tags.ToWire()
            .Where(t => request.ExclusiveStartTagKey is null || string.CompareOrdinal(t.Key, request.ExclusiveStartTagKey) > 0)
            .Take(limit + 1)
            .ToList();
        return Task.FromResult(new ListTagsForStreamResponse([.. tags.Take(limit)], tags.Count > limit));
    }
}

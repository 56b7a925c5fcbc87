namespace Weir.Aws.Kinesis;

/// <summary>A label of a stream or consumer: a key of 1 to 128 characters, a value of 0 to 256.</summary>
public sealed record Tag(string Key, string? Value = null);

/// <summary>Adds or overwrites tags; a stream has at most 50.</summary>
public sealed record AddTagsToStreamRequest(IReadOnlyDictionary<string, string> Tags, string? StreamName = null, string? StreamARN = null);

public sealed record RemoveTagsFromStreamRequest(IReadOnlyList<string> TagKeys, string? StreamName = null, string? StreamARN = null);

/// <summary>Lists up to <see cref="Limit"/> (1 to 50) tags in the order of their keys.</summary>
public sealed record ListTagsForStreamRequest(string? StreamName = null, string? StreamARN = null, string? ExclusiveStartTagKey = null, int? Limit = null);

public sealed record ListTagsForStreamResponse(IReadOnlyList<Tag> Tags, bool HasMoreTags);

/// <summary>Tags a stream or a consumer by its ARN.</summary>
public sealed record TagResourceRequest(IReadOnlyDictionary<string, string> Tags, string ResourceARN);

public sealed record UntagResourceRequest(IReadOnlyList<string> TagKeys, string ResourceARN);

public sealed record ListTagsForResourceRequest(string ResourceARN);

public sealed record ListTagsForResourceResponse(IReadOnlyList<Tag> Tags);

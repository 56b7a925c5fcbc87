using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Streams;
using static Weir.Aws.Kinesis.ShardFilterTypes;

namespace Weir.LocalKinesis.Actions;

/// <summary>Lists shards, a page at a time, as they stand or as they stood at some time.</summary>
internal static class ListShards
{
    private const int DefaultPage = 1000;

    public static Task<ListShardsResponse> RunAsync(Engine engine, ListShardsRequest request, CancellationToken cancellationToken)
    {
        string? after;
        ShardFilter? filter;
        LocalStream stream;
        if (request.NextToken is { } next)
        {
            if (Beside(request) is { } other)
                throw Errors.InvalidArgument($"NextToken and {other} cannot be provided together.");
            var token = PageToken.Read(engine, "shards", next);
            (var name, filter) = ReadScope(token.Scope);
            stream = engine.Find(name, null);
            after = token.After;
        }
        else
        {
            if (request.StreamName is null && request.StreamARN is null)
                throw Errors.InvalidArgument("Either NextToken or StreamName should be provided.");
            stream = engine.Find(request.StreamName, request.StreamARN);
            if (request.StreamCreationTimestamp is { } created && created.ToUnixTimeSeconds() != stream.Document.CreatedMs / 1000)
                throw Errors.StreamNotFound(engine, stream.Name);
            (after, filter) = (request.ExclusiveStartShardId, request.ShardFilter);
        }

        var wanted = Wanted(engine, stream, filter);
        var limit = request.MaxResults ?? DefaultPage;
        var page = stream.ListedShards()
            .Where(s => (after is null || string.CompareOrdinal(s.Name, after) > 0) && wanted(s))
            .Take(limit + 1)
            .ToList();
        var more = page.Count > limit;
        if (more)
            page.RemoveAt(limit);
        return Task.FromResult(new ListShardsResponse(
            [.. page.Select(s => s.ToWire())],
            more ? new PageToken(engine.Now, "shards", Scope(stream, filter), page[^1].Name).ToString() : null));
    }

    /// <summary>A member that a token says already, and that may therefore not stand beside it.</summary>
    private static string? Beside(ListShardsRequest request) => request switch
    {
        { StreamName: not null } => nameof(request.StreamName),
        { StreamARN: not null } => nameof(request.StreamARN),
        { ExclusiveStartShardId: not null } => nameof(request.ExclusiveStartShardId),
        { StreamCreationTimestamp: not null } => nameof(request.StreamCreationTimestamp),
        { ShardFilter: not null } => nameof(request.ShardFilter),
        _ => null,
    };

    private static string Scope(LocalStream stream, ShardFilter? filter) => filter is null
        ? stream.Name
        : string.Create(CultureInfo.InvariantCulture, $"{stream.Name}/{filter.Type}/{filter.ShardId}/{filter.Timestamp?.ToUnixTimeMilliseconds()}");

    private static (string Stream, ShardFilter? Filter) ReadScope(string scope) => scope.Split('/') switch
    {
        [var stream] => (stream, null),
        [var stream, { Length: > 0 } type, var shard, ""] => (stream, new ShardFilter(type, shard.Length > 0 ? shard : null)),
        [var stream, { Length: > 0 } type, var shard, var time]
            when long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ms)
                && ms >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() =>
            (stream, new ShardFilter(type, shard.Length > 0 ? shard : null, DateTimeOffset.FromUnixTimeMilliseconds(ms))),
        _ => throw PageToken.Invalid(),
    };

    private static Func<LocalShard, bool> Wanted(Engine engine, LocalStream stream, ShardFilter? filter)
    {
        // Nothing is known of what was before the horizon, nor before there were shards.
        var first = stream.Shards.Count > 0 ? stream.Shards.Min(s => s.Document.CreatedMs) : 0;
        var horizon = Math.Max(engine.Horizon(stream), first);
        bool Until(LocalShard s) => s.Document.ClosedMs is not { } closed || closed > horizon || stream.Document.CreatedMs >= horizon;
        switch (filter?.Type)
        {
            case null or FromTrimHorizon:
                return Until;
            case AtLatest:
                return s => s.Document.IsOpen;
            case AfterShardId:
                return filter.ShardId is { } shard
                    ? s => string.CompareOrdinal(s.Name, shard) > 0
                    : throw Errors.InvalidArgument("ShardId must be specified in ShardFilter of type AFTER_SHARD_ID.");
            case AtTrimHorizon:
                return At(horizon);
            case AtTimestamp or FromTimestamp:
                if (filter.Timestamp is not { } time)
                    throw Errors.InvalidArgument($"Timestamp must be specified in ShardFilter of type {filter.Type}.");
                var at = time.ToUnixTimeMilliseconds();
                if (at > engine.Retention.Furthest)
                    throw Errors.InvalidArgument($"Timestamp {at} in ShardFilter is later than now, {engine.Now}.");
                at = Math.Max(at, horizon);
                return filter.Type == AtTimestamp ? At(at) : s => s.Document.ClosedMs is not { } closed || closed > at;
            default:
                throw Errors.InvalidArgument($"{filter.Type} is not a type of ShardFilter.");
        }
    }

    /// <summary>Shards that were open at the time: from their beginning on, until but not at their end, so that the hash space is covered once.</summary>
    private static Func<LocalShard, bool> At(long ms) => s => s.Document.CreatedMs <= ms && (s.Document.ClosedMs is not { } closed || closed > ms);
}

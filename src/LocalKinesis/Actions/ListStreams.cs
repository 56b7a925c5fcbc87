using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Actions;

/// <summary>Lists streams in the order of their names, a page at a time.</summary>
internal static class ListStreams
{
    public static Task<ListStreamsResponse> RunAsync(Engine engine, ListStreamsRequest request, CancellationToken cancellationToken)
    {
        var after = request.NextToken is { } token ? PageToken.Read(engine, "streams", token).After : request.ExclusiveStartStreamName;
        var limit = request.Limit ?? 100;
        var page = engine.Streams.Where(s => after is null || string.CompareOrdinal(s.Name, after) > 0).Take(limit + 1).ToList();
        var more = page.Count > limit;
        if (more)
            page.RemoveAt(limit);
        return Task.FromResult(new ListStreamsResponse(
            [.. page.Select(s => s.Name)],
            more,
            more ? new PageToken(engine.Now, "streams", "", page[^1].Name).ToString() : null,
            [
                .. page.Select(s => new StreamSummary(
                    s.Name,
                    Arn.OfStream(engine, s.Name),
                    s.Document.Status,
                    StreamModes.Of(s.Document),
                    DateTimeOffset.FromUnixTimeMilliseconds(s.Document.CreatedMs))),
            ]));
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Weir.Pipeline.Ingest;

/// <summary>Decides from the headers alone whether a request may send its body.</summary>
internal sealed class Admission(IPartnerDirectory partners, StreamCatalogue streams, PartnerLimits limits, FairShare fairness)
{
    private const string Bearer = "Bearer ";
    public const string ApiKeyHeader = "X-Api-Key";
    public const string FirehoseKeyHeader = "X-Amz-Firehose-Access-Key";

    /// <summary>Who sends and to which stream, or why not.</summary>
    public readonly record struct Outcome(Partner? Partner, KnownStream? Stream, IngestProblem? Problem);

    public async ValueTask<Outcome> AdmitAsync(HttpContext context, string streamName)
    {
        var (key, wrong) = KeyOf(context.Request.Headers);
        if (wrong is not null)
        {
            return new(null, null, wrong);
        }

        if (key is null)
        {
            return new(null, null, IngestProblem.MissingKey());
        }

        if (await partners.FindByKeyAsync(key, context.RequestAborted) is not { } partner)
        {
            return new(null, null, IngestProblem.WrongKey());
        }

        // Before looking for the stream: who may not write to a name does not learn whether it exists.
        if (!partner.MayWriteTo(streamName))
        {
            return new(partner, null, IngestProblem.StreamForbidden(streamName));
        }

        return await streams.FindAsync(streamName, context.RequestAborted) is { } stream
            ? new(partner, stream, limits.Check(partner, context.Response) ?? fairness.Check(partner))
            : new(partner, null, IngestProblem.UnknownStream(streamName));
    }

    private static (string? Key, IngestProblem? Problem) KeyOf(IHeaderDictionary headers)
    {
        if (headers.Authorization is { Count: > 0 } authorization)
        {
            if (Single("Authorization", authorization, out var problem) is not { } value)
            {
                return (null, problem);
            }

            return value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? (value[Bearer.Length..].Trim(), null)
                : (null, IngestProblem.MissingKey());
        }

        foreach (var name in (ReadOnlySpan<string>)[ApiKeyHeader, FirehoseKeyHeader])
        {
            if (headers.TryGetValue(name, out var values) && values.Count > 0)
            {
                return (Single(name, values, out var problem), problem);
            }
        }

        return (null, null);
    }

    /// <summary>The one value of a header that may stand once.</summary>
    public static string? Single(string name, StringValues values, out IngestProblem? problem)
    {
        problem = values.Count > 1 ? IngestProblem.BadHeader(name, $"'{name}' stands {values.Count} times; send it once.") : null;
        return problem is null && values.Count == 1 ? values[0] : null;
    }
}

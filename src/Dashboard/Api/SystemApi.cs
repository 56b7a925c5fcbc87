using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.SampleTraffic;
using Weir.Dashboard.Access;

namespace Weir.Dashboard.Api;

/// <summary>Who asks, metrics, operations, audit, sample traffic.</summary>
internal static class SystemApi
{
    private const int LongestSpanSeconds = 48 * 3600;

    public static void MapSystem(this RouteGroupBuilder api)
    {
        api.MapGet("/me", (ClaimsPrincipal user) => Me.Of(user.ToActor()));
        MapMetrics(api);
        MapOperations(api);
        MapAudit(api);
        MapSampleTraffic(api);
    }

    private static void MapMetrics(RouteGroupBuilder api)
    {
        api.MapGet("/metrics", Results<Ok<SystemSnapshot>, ProblemHttpResult> (Feed<SystemSnapshot> feed) => feed.Latest is { } s ? TypedResults.Ok(s) : Problems.NotYet("No sample has been taken yet; one is a second away."));
        api.MapGet("/metrics/history", Results<Ok<SeriesWindow>, ProblemHttpResult> (string kind, string? stream, string? shard, int? seconds, IMetricHistory history) =>
            !char.IsAsciiLetter(kind.FirstOrDefault()) || !Enum.TryParse<SeriesKind>(kind, ignoreCase: true, out var parsed) ? Problems.Invalid("kind", $"'{kind}' is not a series; series are {string.Join(", ", Enum.GetNames<SeriesKind>())}.")
            : parsed >= SeriesKind.StreamIncomingBytes && stream is null ? Problems.Invalid("stream", $"{parsed} is of a stream; say which.")
            : parsed >= SeriesKind.ShardIncomingBytes && shard is null ? Problems.Invalid("shard", $"{parsed} is of a shard; say which.")
            : seconds is < 1 or > LongestSpanSeconds ? Problems.Invalid("seconds", $"seconds is 1 to {LongestSpanSeconds:N0} (48 h).")
            : TypedResults.Ok(history.Window(new SeriesKey(parsed, stream, shard), TimeSpan.FromSeconds(seconds ?? 900))));
    }

    private static void MapOperations(RouteGroupBuilder api)
    {
        api.MapGet("/operations", (IOperations operations) => operations.Feed.Latest ?? []);
        api.MapGet("/operations/{id}", Results<Ok<Operation>, ProblemHttpResult> (string id, IOperations operations) => operations.Find(id) is { } o ? TypedResults.Ok(o) : Problems.Missing($"There is no operation '{id}'."));
        api.MapPost("/operations/{id}/stop", async Task<Results<Ok<CommandResult.Done>, Accepted<CommandResult.Done>, ProblemHttpResult>> (string id, IOperations operations, Gate gate) =>
            operations.Find(id) is null ? Problems.Missing($"There is no operation '{id}'.") : await gate.RunAsync(new StopOperation(id)));
    }

    private static void MapAudit(RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/audit").RequireAuthorization(Permissions.ReadAudit);
        audit.MapGet("/", async Task<Results<Ok<IReadOnlyList<AuditEntry>>, ProblemHttpResult>> (string? actor, string? action, string? outcome, long? before, int? limit, IAuditLog log, CancellationToken ct) =>
            limit is < 1 or > 1000 ? Problems.Invalid("limit", "limit is 1 to 1,000.") : TypedResults.Ok(await log.QueryAsync(new AuditQuery(actor, action, outcome, before, limit ?? 100), ct)));
        audit.MapGet("/verify", async (IAuditLog log, CancellationToken ct) => await log.VerifyAsync(ct));
    }

    private static void MapSampleTraffic(RouteGroupBuilder api)
    {
        api.MapGet("/sample-traffic", (ISampleTraffic traffic) => traffic.Feed.Latest);
        api.MapPut("/sample-traffic", (SampleTrafficBody body, Gate gate) => gate.RunAsync(new StartSampleTraffic(body.Stream, body.RecordsPerSecond)));
        api.MapDelete("/sample-traffic", (Gate gate) => gate.RunAsync(new StopSampleTraffic()));
    }

    /// <summary>Answer of <c>GET /me</c>.</summary>
    internal sealed record Me(string Id, string Name, IReadOnlyList<string> Roles, IReadOnlyList<string> Permissions)
    {
        public static Me Of(Actor actor) => new(actor.Id, actor.Name, actor.Roles, ControlPlane.Access.Permissions.All.Where(actor.May).ToArray());
    }

    /// <summary>Body of <c>PUT /sample-traffic</c>.</summary>
    internal sealed record SampleTrafficBody(string Stream, int RecordsPerSecond);
}

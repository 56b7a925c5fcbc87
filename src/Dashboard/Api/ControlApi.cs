using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Resharding;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.SampleTraffic;
using Weir.Dashboard.Access;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Sinks;

namespace Weir.Dashboard.Api;

/// <summary>The REST API <c>/api/v1</c>: what the console does, for scripts. Every change passes the same command gate as a click; see docs/api.md.</summary>
public static class ControlApi
{
    public static void MapControlApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1").RequireAuthorization(Permissions.View).DisableAntiforgery().AddEndpointFilter<SameSiteFilter>();
        MapSystem(api);
        MapStreams(api);
        MapRules(api);
        MapRecords(api);
        MapAccess(api);
    }

    private static void MapSystem(RouteGroupBuilder api)
    {
        api.MapGet("/metrics", Results<Ok<SystemSnapshot>, ProblemHttpResult> (Feed<SystemSnapshot> feed) => feed.Latest is { } s ? TypedResults.Ok(s) : Problems.NotYet("No sample has been taken yet; one is a second away."));
        api.MapGet("/metrics/history", Results<Ok<SeriesWindow>, ProblemHttpResult> (string kind, string? stream, string? shard, int? seconds, IMetricHistory history) =>
            !Enum.TryParse<SeriesKind>(kind, ignoreCase: true, out var parsed) ? Problems.Invalid("kind", $"'{kind}' is not a series; series are {string.Join(", ", Enum.GetNames<SeriesKind>())}.")
            : seconds is < 1 or > 172_800 ? Problems.Invalid("seconds", "seconds is 1 to 172,800 (48 h).")
            : TypedResults.Ok(history.Window(new SeriesKey(parsed, stream, shard), TimeSpan.FromSeconds(seconds ?? 900))));
        api.MapGet("/operations", (IOperations operations) => operations.Feed.Latest ?? []);
        api.MapGet("/operations/{id}", Results<Ok<Operation>, ProblemHttpResult> (string id, IOperations operations) => operations.Find(id) is { } o ? TypedResults.Ok(o) : Problems.Missing($"There is no operation '{id}'."));
        api.MapPost("/operations/{id}/stop", async Task<Results<Ok<Operation>, ProblemHttpResult>> (string id, IOperations operations, ClaimsPrincipal user, CancellationToken ct) =>
            await operations.StopAsync(id, user.ToActor(), ct) ? TypedResults.Ok(operations.Find(id)) : Problems.Missing($"There is no running operation '{id}'.")).RequireAuthorization(Permissions.Operate);
        api.MapGet("/audit", async (string? actor, string? action, string? outcome, long? before, int? limit, IAuditLog audit, CancellationToken ct) =>
            await audit.QueryAsync(new AuditQuery(actor, action, outcome, before, limit ?? 100), ct)).RequireAuthorization(Permissions.ReadAudit);
        api.MapGet("/audit/verify", async (IAuditLog audit, CancellationToken ct) => await audit.VerifyAsync(ct)).RequireAuthorization(Permissions.ReadAudit);
        api.MapGet("/sample-traffic", (ISampleTraffic traffic) => traffic.Feed.Latest);
        api.MapPut("/sample-traffic", async Task<Results<Ok<SampleTrafficState>, ProblemHttpResult>> (SampleTrafficRequest request, ISampleTraffic traffic, ClaimsPrincipal user, CancellationToken ct) =>
        {
            if (request.RecordsPerSecond is < 1 or > 20_000)
            {
                return Problems.Invalid("recordsPerSecond", "recordsPerSecond is 1 to 20,000.");
            }

            await traffic.StartAsync(request.Stream, request.RecordsPerSecond, user.ToActor(), ct);
            return TypedResults.Ok(traffic.Feed.Latest);
        }).RequireAuthorization(Permissions.Operate);
        api.MapDelete("/sample-traffic", async (ISampleTraffic traffic, ClaimsPrincipal user, CancellationToken ct) =>
        {
            await traffic.StopAsync(user.ToActor(), ct);
            return traffic.Feed.Latest;
        }).RequireAuthorization(Permissions.Operate);
    }

    private static void MapStreams(RouteGroupBuilder api)
    {
        api.MapGet("/streams", (Feed<SystemSnapshot> feed) => (feed.Latest?.Streams ?? []).Select(s => s with { Shards = [] }));
        api.MapGet("/streams/{stream}", Results<Ok<StreamSnapshot>, ProblemHttpResult> (string stream, Feed<SystemSnapshot> feed) =>
            feed.Latest?.Find(stream) is { } s ? TypedResults.Ok(s) : Problems.Missing($"There is no stream '{stream}'."));
        api.MapPost("/streams", (CreateStream command, Gate gate) => gate.RunAsync(command)).RequireAuthorization(Permissions.View);
        api.MapDelete("/streams/{stream}", (string stream, Gate gate) => gate.RunAsync(new DeleteStream(stream)));
        api.MapGet("/streams/{stream}/reshard", async (string stream, int targetShardCount, IReshardPlanner planner, CancellationToken ct) => await planner.PlanAsync(stream, targetShardCount, ct));
        api.MapPost("/streams/{stream}/reshard", (string stream, ReshardRequest request, Gate gate) => gate.RunAsync(new ReshardStream(stream, request.TargetShardCount)));
    }

    private static void MapRules(RouteGroupBuilder api)
    {
        api.MapGet("/rules", (IRuleBook rules) => rules.Feed.Latest);
        api.MapPut("/rules/{id}", (string id, RedactionRule rule, string? reason, Gate gate) => gate.RunAsync(new SaveRule(rule with { Id = id }, reason)));
        api.MapPut("/rules/{id}/enabled", (string id, RuleSwitch request, Gate gate) => gate.RunAsync(new SetRuleEnabled(id, request.Enabled, request.Reason)));
        api.MapDelete("/rules/{id}", (string id, string? reason, Gate gate) => gate.RunAsync(new DeleteRule(id, reason)));
    }

    private static void MapRecords(RouteGroupBuilder api)
    {
        api.MapGet("/records", async Task<Results<Ok<IReadOnlyList<StoredRecord>>, ProblemHttpResult>> (string? stream, string? contains, int? limit, IRecordStore store, CancellationToken ct) =>
            limit is < 1 or > 1000 ? Problems.Invalid("limit", "limit is 1 to 1,000.") : TypedResults.Ok(await store.LatestAsync(stream, contains, limit ?? 100, ct))).RequireAuthorization(Permissions.ReadRecords);
        api.MapGet("/records/count", async (string? stream, IRecordStore store, CancellationToken ct) => new { stream, count = await store.CountAsync(stream, ct) });
    }

    private static void MapAccess(RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/keys").RequireAuthorization(Permissions.Administer);
        keys.MapGet("/", async (IPartnerKeys partners, CancellationToken ct) => await partners.ListAsync(ct));
        keys.MapPost("/", (CreatePartnerKey command, Gate gate) => gate.RunAsync(command));
        keys.MapDelete("/{id}", (string id, Gate gate) => gate.RunAsync(new RevokePartnerKey(id)));
        var tokens = api.MapGroup("/tokens").RequireAuthorization(Permissions.Administer);
        tokens.MapGet("/", (ApiTokens all) => all.List());
        tokens.MapPost("/", (CreateApiToken command, Gate gate) => gate.RunAsync(command));
        tokens.MapDelete("/{id}", (string id, Gate gate) => gate.RunAsync(new RevokeApiToken(id)));
    }
}

/// <summary>Body of <c>PUT /sample-traffic</c>.</summary>
internal sealed record SampleTrafficRequest(string Stream, int RecordsPerSecond);

/// <summary>Body of <c>POST /streams/{stream}/reshard</c>.</summary>
internal sealed record ReshardRequest(int TargetShardCount);

/// <summary>Body of <c>PUT /rules/{id}/enabled</c>.</summary>
internal sealed record RuleSwitch(bool Enabled, string? Reason = null);

using Microsoft.AspNetCore.Http.HttpResults;
using Weir.ControlPlane.Commands;
using Weir.Dashboard.Access;

namespace Weir.Dashboard.Api;

/// <summary>Runs a command as whoever made the request, and turns its result into an answer.</summary>
internal sealed class Gate(ICommandGate gate, IHttpContextAccessor request)
{
    /// <summary>200 done, 202 a long change has started (its address in <c>Location</c>), 403 not allowed, 404 what the path names is not there, 400 anything else.</summary>
    public async Task<Results<Ok<CommandResult.Done>, Accepted<CommandResult.Done>, ProblemHttpResult>> RunAsync(ICommand command)
    {
        var context = request.HttpContext!;
        return await gate.RunAsync(command, context.User.ToActor(), context.RequestAborted) switch
        {
            CommandResult.Done { OperationId: { } operation } done => TypedResults.Accepted($"/api/v1/operations/{operation}", done),
            CommandResult.Done done => TypedResults.Ok(done),
            CommandResult.Denied denied => Problems.Denied(denied.Message),
            CommandResult.Failed { NotFound: true } missing => Problems.Missing(missing.Message),
            CommandResult.Failed failed => Problems.Invalid(failed.Field, failed.Message),
            var other => throw new InvalidOperationException($"A command cannot end as {other.GetType()}."),
        };
    }
}

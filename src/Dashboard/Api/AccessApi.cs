using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;

namespace Weir.Dashboard.Api;

/// <summary>Partners' keys and limits, API tokens, people.</summary>
internal static class AccessApi
{
    public static void MapAccess(this RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/keys").RequireAuthorization(Permissions.Administer);
        keys.MapGet("/", async (IPartnerKeys partners, CancellationToken ct) => await partners.ListAsync(ct));
        keys.MapPost("/", (KeyBody body, Gate gate) => gate.RunAsync(new CreatePartnerKey(body.PartnerName, body.Streams)));
        keys.MapDelete("/{id}", (string id, Gate gate) => gate.RunAsync(new RevokePartnerKey(id)));

        var partners = api.MapGroup("/partners").RequireAuthorization(Permissions.Administer);
        partners.MapGet("/", async (IPartnerKeys all, CancellationToken ct) => await all.PartnersAsync(ct));
        partners.MapPut("/{name}/limits", (string name, LimitBody body, Gate gate) => gate.RunAsync(new LimitPartner(name, body.RecordsPerSecond, body.BytesPerSecond)));
        partners.MapPut("/{name}/signing", (string name, Gate gate) => gate.RunAsync(new SetPartnerSigning(name, Signs: true)));
        partners.MapDelete("/{name}/signing", (string name, Gate gate) => gate.RunAsync(new SetPartnerSigning(name, Signs: false)));

        var tokens = api.MapGroup("/tokens").RequireAuthorization(Permissions.Administer);
        tokens.MapGet("/", (ApiTokens all) => all.List());
        tokens.MapPost("/", (TokenBody body, Gate gate) => gate.RunAsync(new CreateApiToken(body.Name, body.Role)));
        tokens.MapDelete("/{id}", (string id, Gate gate) => gate.RunAsync(new RevokeApiToken(id)));

        var people = api.MapGroup("/people").RequireAuthorization(Permissions.Administer);
        people.MapGet("/", async (IPeople all, CancellationToken ct) => await all.ListAsync(ct));
        people.MapPost("/", (PersonBody body, Gate gate) => gate.RunAsync(new CreatePerson(body.Email, body.Name, body.Roles)));
        people.MapPut("/{id}/roles", (string id, RolesBody body, Gate gate) => gate.RunAsync(new SetPersonRoles(id, body.Roles)));
        people.MapPut("/{id}/enabled", (string id, EnabledBody body, Gate gate) => gate.RunAsync(new SetPersonEnabled(id, body.Enabled)));
        people.MapPost("/{id}/reset-password", (string id, Gate gate) => gate.RunAsync(new ResetPassword(id)));
        people.MapDelete("/{id}", (string id, Gate gate) => gate.RunAsync(new DeletePerson(id)));
    }

    internal sealed record KeyBody(string PartnerName, IReadOnlyList<string>? Streams = null);

    internal sealed record LimitBody(double? RecordsPerSecond = null, double? BytesPerSecond = null);

    internal sealed record TokenBody(string Name, string Role);

    internal sealed record PersonBody(string Email, string Name, IReadOnlyList<string> Roles);

    internal sealed record RolesBody(IReadOnlyList<string> Roles);

    internal sealed record EnabledBody(bool Enabled);
}

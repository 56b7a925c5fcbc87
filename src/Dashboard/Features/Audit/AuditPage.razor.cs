using Microsoft.AspNetCore.Components;
using Weir.ControlPlane.Audit;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Audit;

public sealed partial class AuditPage(NavigationManager navigation, IAuditLog audit)
{
    private static readonly string[] KnownActions =
    [
        "sign-in", "create-first-admin", "reshard-stream", "end-reshard", "split-shard", "merge-shards", "create-stream", "delete-stream", "stop-operation", "set-rule-enabled", "save-rule", "delete-rule",
        "draft-rule-set", "save-draft-rule", "delete-draft-rule", "shadow-rule-set", "stop-shadow", "approve-rule-set", "activate-rule-set", "discard-rule-set", "reveal-value",
        "create-person", "set-person-roles", "set-person-enabled", "reset-password", "delete-person", "limit-partner", "set-partner-signing",
        "rewind-consumer", "replay-dead-letter", "drop-dead-letter", "create-partner-key", "revoke-partner-key", "create-api-token", "revoke-api-token", "start-sample-traffic", "change-sample-traffic", "stop-sample-traffic",
    ];

    private AuditView _view = new();
    private IReadOnlyList<AuditEntry>? _entries;
    private AuditVerification? _verified;
    private bool _verifying;
    private string? _problem;

    /// <summary>The known actions, and whatever else stands in the lines on show.</summary>
    private IEnumerable<string> Actions => KnownActions.Concat((_entries ?? []).Select(e => e.Action)).Append(_view.Action).OfType<string>().Distinct();

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _view = AuditView.From(navigation.Uri);
        FollowAddress(navigation, address =>
        {
            _view = AuditView.From(address);
            return ReadAsync();
        });

        await ReadAsync();
    }

    private void Show(AuditView view) => navigation.NavigateTo(view.ToUrl(), replace: true);

    private async Task ReadAsync()
    {
        try
        {
            _entries = await audit.QueryAsync(_view.ToQuery(), Gone);
            _problem = null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = e.Message;
        }
    }

    private async Task VerifyAsync()
    {
        _verifying = true;
        _verified = await audit.VerifyAsync(Gone);
        _verifying = false;
    }
}

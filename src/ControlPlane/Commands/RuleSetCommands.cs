using Weir.ControlPlane.Access;
using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Commands;

/// <summary>Keeps a whole set of rules for later.</summary>
public sealed record DraftRuleSet(IReadOnlyList<RedactionRule> Rules, string? Reason = null) : ICommand
{
    public string Name => "draft-rule-set";
    public string Target => "rules";
    public string Permission => Permissions.ManageRules;
}

/// <summary>Lets a draft run beside the active rules on live records and count what it would change.</summary>
public sealed record ShadowRuleSet(int Number) : ICommand
{
    public string Name => "shadow-rule-set";
    public string Target => $"{Number}";
    public string Permission => Permissions.ManageRules;
}

public sealed record StopShadow : ICommand
{
    public string Name => "stop-shadow";
    public string Target => "rules";
    public string Permission => Permissions.ManageRules;
}

/// <summary>A second person agrees to exactly this set: <see cref="Hash"/> must be its hash.</summary>
public sealed record ApproveRuleSet(int Number, string Hash) : ICommand
{
    public string Name => "approve-rule-set";
    public string Target => $"{Number}";
    public string Permission => Permissions.ManageRules;
}

/// <summary>Brings exactly this set into force; a retired one again, to roll back.</summary>
public sealed record ActivateRuleSet(int Number, string Hash, string? Reason = null) : ICommand
{
    public string Name => "activate-rule-set";
    public string Target => $"{Number}";
    public string Permission => Permissions.ManageRules;
}

public sealed record DiscardRuleSet(int Number) : ICommand
{
    public string Name => "discard-rule-set";
    public string Target => $"{Number}";
    public string Permission => Permissions.ManageRules;
}

internal sealed class RuleSetCommandHandler(RuleSets sets)
    : ICommandHandler<DraftRuleSet>, ICommandHandler<ShadowRuleSet>, ICommandHandler<StopShadow>, ICommandHandler<ApproveRuleSet>, ICommandHandler<ActivateRuleSet>, ICommandHandler<DiscardRuleSet>
{
    public Task<CommandResult> HandleAsync(DraftRuleSet command, Actor actor, CancellationToken cancellationToken) => Run(() => $"Kept as rule set {sets.Draft(command.Rules, actor, command.Reason).Number}.");

    public Task<CommandResult> HandleAsync(ShadowRuleSet command, Actor actor, CancellationToken cancellationToken) => Run(() => $"Rule set {sets.StartShadow(command.Number).Number} runs in the shadow.");

    public Task<CommandResult> HandleAsync(StopShadow command, Actor actor, CancellationToken cancellationToken) => Run(() => sets.StopShadow() ? "The shadow has ended." : "No set ran in the shadow.");

    public Task<CommandResult> HandleAsync(ApproveRuleSet command, Actor actor, CancellationToken cancellationToken) => Run(() => $"Rule set {sets.Approve(command.Number, command.Hash, actor).Number} is approved.");

    public Task<CommandResult> HandleAsync(ActivateRuleSet command, Actor actor, CancellationToken cancellationToken) => Run(() => $"Rule set {sets.Activate(command.Number, command.Hash, actor, command.Reason).Number} is in force.");

    public Task<CommandResult> HandleAsync(DiscardRuleSet command, Actor actor, CancellationToken cancellationToken) => Run(() => $"Rule set {sets.Discard(command.Number).Number} is discarded.");

    private static Task<CommandResult> Run(Func<string> change)
    {
        try
        {
            return Task.FromResult<CommandResult>(new CommandResult.Done(change()));
        }
        catch (RuleSetException e)
        {
            return Task.FromResult<CommandResult>(new CommandResult.Failed(e.Message, "number") { NotFound = e.NotFound });
        }
    }
}

using System.Globalization;
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

/// <summary>Adds a rule to a draft or replaces the one of the same id, if the draft still has this hash.</summary>
public sealed record SaveDraftRule(int Number, string Hash, RedactionRule Rule, string? Reason = null) : ICommand
{
    public string Name => "save-draft-rule";
    public string Target => $"{Number}";
    public string Permission => Permissions.ManageRules;
}

/// <summary>Removes a rule from a draft, if the draft still has this hash.</summary>
public sealed record DeleteDraftRule(int Number, string Hash, string RuleId, string? Reason = null) : ICommand
{
    public string Name => "delete-draft-rule";
    public string Target => $"{Number}";
    public string Permission => Permissions.ManageRules;
}

/// <summary>A second person agrees to exactly this set: <see cref="Hash"/> must be its hash.</summary>
public sealed record ApproveRuleSet(int Number, string Hash, string? Reason = null) : ICommand
{
    public string Name => "approve-rule-set";
    public string Target => $"{Number}";
    public string Permission => Permissions.ManageRules;
}

/// <summary>Brings exactly this set into force; a retired one again, to roll back.</summary>
/// <param name="Over">The hash of the set in force that it was compared with: when another is in force by now nothing happens. Null not to ask.</param>
public sealed record ActivateRuleSet(int Number, string Hash, string? Reason = null, string? Over = null) : ICommand
{
    public string Name => "activate-rule-set";
    public string Target => $"{Number}";
    public string Permission => Permissions.ManageRules;
}

public sealed record DiscardRuleSet(int Number, string? Reason = null) : ICommand
{
    public string Name => "discard-rule-set";
    public string Target => $"{Number}";
    public string Permission => Permissions.ManageRules;
}

internal sealed class RuleSetCommandHandler(RuleSets sets)
    : ICommandHandler<DraftRuleSet>, ICommandHandler<SaveDraftRule>, ICommandHandler<DeleteDraftRule>, ICommandHandler<ShadowRuleSet>, ICommandHandler<StopShadow>, ICommandHandler<ApproveRuleSet>, ICommandHandler<ActivateRuleSet>, ICommandHandler<DiscardRuleSet>
{
    public async Task<CommandResult> HandleAsync(DraftRuleSet command, Actor actor, CancellationToken cancellationToken)
    {
        var number = (await sets.DraftAsync(_ => command.Rules, actor, command.Reason, cancellationToken)).Number;
        return new CommandResult.Done($"Kept as rule set {number}.") { Id = number.ToString(CultureInfo.InvariantCulture) };
    }

    public Task<CommandResult> HandleAsync(SaveDraftRule command, Actor actor, CancellationToken cancellationToken) => RunAsync(
        sets.EditAsync(command.Number, command.Hash, rules => rules.Any(r => r.Id == command.Rule.Id) ? [.. rules.Select(r => r.Id == command.Rule.Id ? command.Rule : r)] : [.. rules, command.Rule], actor, command.Reason, cancellationToken),
        set => $"Draft {set.Number} has the rule '{command.Rule.Name}'.");

    public Task<CommandResult> HandleAsync(DeleteDraftRule command, Actor actor, CancellationToken cancellationToken) => RunAsync(
        sets.EditAsync(
            command.Number,
            command.Hash,
            rules => rules.Any(r => r.Id == command.RuleId) ? [.. rules.Where(r => r.Id != command.RuleId)] : throw new RuleSetException($"Set {command.Number} has no rule '{command.RuleId}'.") { NotFound = true },
            actor,
            command.Reason,
            cancellationToken),
        set => $"Draft {set.Number} is without the rule '{command.RuleId}'.");

    public Task<CommandResult> HandleAsync(ShadowRuleSet command, Actor actor, CancellationToken cancellationToken) =>
        RunAsync(sets.StartShadowAsync(command.Number, actor, cancellationToken), set => $"Rule set {set.Number} runs in the shadow.");

    public Task<CommandResult> HandleAsync(StopShadow command, Actor actor, CancellationToken cancellationToken) =>
        RunAsync(sets.StopShadowAsync(actor, cancellationToken), ended => ended ? "The shadow has ended." : "No set ran in the shadow.");

    public Task<CommandResult> HandleAsync(ApproveRuleSet command, Actor actor, CancellationToken cancellationToken) =>
        RunAsync(sets.ApproveAsync(command.Number, command.Hash, actor, command.Reason, cancellationToken), set => $"Rule set {set.Number} is approved.");

    public Task<CommandResult> HandleAsync(ActivateRuleSet command, Actor actor, CancellationToken cancellationToken) =>
        RunAsync(sets.ActivateAsync(command.Number, command.Hash, command.Over, actor, command.Reason, cancellationToken), set => $"Rule set {set.Number} is in force.");

    public Task<CommandResult> HandleAsync(DiscardRuleSet command, Actor actor, CancellationToken cancellationToken) =>
        RunAsync(sets.DiscardAsync(command.Number, actor, command.Reason, cancellationToken), set => $"Rule set {set.Number} is discarded.");

    private static async Task<CommandResult> RunAsync<T>(Task<T> change, Func<T, string> words)
    {
        try
        {
            return new CommandResult.Done(words(await change));
        }
        catch (RuleSetException e)
        {
            return new CommandResult.Failed(e.Message, "number") { NotFound = e.NotFound };
        }
    }
}

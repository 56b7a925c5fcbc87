using Weir.ControlPlane.Access;
using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Commands;

/// <summary>Changes of single rules. Where a second person is required they become drafts of whole sets.</summary>
internal sealed class RuleCommandHandler(RuleBook rules, RuleSets sets) : ICommandHandler<SetRuleEnabled>, ICommandHandler<SaveRule>, ICommandHandler<DeleteRule>
{
    public Task<CommandResult> HandleAsync(SetRuleEnabled command, Actor actor, CancellationToken cancellationToken) => SaveAsync(
        command.RuleId,
        now => (now ?? throw Missing(command.RuleId)).Rule with { Enabled = command.Enabled },
        actor,
        command.Reason,
        rule => $"Rule '{rule.Name}' is {(command.Enabled ? "on" : "off")}.",
        "ruleId",
        cancellationToken);

    public Task<CommandResult> HandleAsync(SaveRule command, Actor actor, CancellationToken cancellationToken) => SaveAsync(
        command.Rule.Id,
        now => command.Seen is { } seen && seen.ChangedAt != now?.ChangedAt ? throw Moved(command.Rule.Id, seen, now) : command.Rule,
        actor,
        command.Reason,
        rule => $"Rule '{rule.Name}' is saved.",
        "rule",
        cancellationToken);

    public async Task<CommandResult> HandleAsync(DeleteRule command, Actor actor, CancellationToken cancellationToken)
    {
        var missing = new CommandResult.Failed(Missing(command.RuleId).Message, "ruleId") { NotFound = true };
        if (rules.Find(command.RuleId) is not null && sets.RequiresSecondPerson)
        {
            return await DraftAsync(inForce => [.. inForce.Where(r => r.Id != command.RuleId)], actor, command.Reason, cancellationToken);
        }

        return await rules.DeleteAsync(command.RuleId, actor, command.Reason, cancellationToken) ? new CommandResult.Done($"Rule '{command.RuleId}' is removed.") : missing;
    }

    private async Task<CommandResult> SaveAsync(string id, Func<RuleEntry?, RedactionRule> write, Actor actor, string? reason, Func<RedactionRule, string> words, string field, CancellationToken cancellationToken)
    {
        try
        {
            if (!sets.RequiresSecondPerson)
            {
                return new CommandResult.Done(words(await rules.SaveAsync(id, write, actor, reason, cancellationToken)));
            }

            var rule = write(rules.Current.Rules.FirstOrDefault(e => e.Rule.Id == id));
            return await DraftAsync(inForce => inForce.Any(r => r.Id == id) ? [.. inForce.Select(r => r.Id == id ? rule : r)] : [.. inForce, rule], actor, reason, cancellationToken);
        }
        catch (RuleSetException e)
        {
            return new CommandResult.Failed(e.Message, field) { NotFound = e.NotFound };
        }
    }

    private async Task<CommandResult> DraftAsync(Func<IReadOnlyList<RedactionRule>, IReadOnlyList<RedactionRule>> write, Actor actor, string? reason, CancellationToken cancellationToken) =>
        new CommandResult.Done($"Not in force yet: it waits for a second person as rule set {(await sets.DraftAsync(write, actor, reason, cancellationToken)).Number}.");

    /// <summary>Somebody was faster: who, and what to do now.</summary>
    private static RuleSetException Moved(string ruleId, RuleSeen seen, RuleEntry? now) => new(
        (seen.ChangedAt, now) switch
        {
            (null, { } there) => $"There is a rule with the id '{ruleId}' already, “{there.Rule.Name}”: choose another name.",
            (_, { } there) => $"{there.ChangedBy} changed this rule at {there.ChangedAt.UtcDateTime:HH:mm:ss} UTC, after you had opened it. Nothing of yours is saved: open it again.",
            _ => $"The rule '{ruleId}' was removed after you had opened it.",
        });

    private static RuleSetException Missing(string ruleId) => new($"There is no rule '{ruleId}'.") { NotFound = true };
}

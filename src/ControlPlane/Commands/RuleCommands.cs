using Weir.ControlPlane.Access;
using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Commands;

/// <summary>Changes of single rules. Where a second person is required they become drafts of whole sets.</summary>
internal sealed class RuleCommandHandler(RuleBook rules, RuleSets sets) : ICommandHandler<SetRuleEnabled>, ICommandHandler<SaveRule>, ICommandHandler<DeleteRule>
{
    public Task<CommandResult> HandleAsync(SetRuleEnabled command, Actor actor, CancellationToken cancellationToken) => Task.FromResult<CommandResult>(
        rules.Find(command.RuleId) is { } rule ? Save(rule with { Enabled = command.Enabled }, actor, command.Reason, $"Rule '{rule.Name}' is {(command.Enabled ? "on" : "off")}.") : Missing(command.RuleId));

    public Task<CommandResult> HandleAsync(SaveRule command, Actor actor, CancellationToken cancellationToken) =>
        Task.FromResult<CommandResult>(command.Seen is { } seen && seen.ChangedAt != Entry(command.Rule.Id)?.ChangedAt ? Moved(command.Rule.Id, seen) : Save(command.Rule, actor, command.Reason, $"Rule '{command.Rule.Name}' is saved."));

    public Task<CommandResult> HandleAsync(DeleteRule command, Actor actor, CancellationToken cancellationToken)
    {
        if (rules.Find(command.RuleId) is null)
        {
            return Task.FromResult<CommandResult>(Missing(command.RuleId));
        }

        if (sets.RequiresSecondPerson)
        {
            return Task.FromResult<CommandResult>(Draft(Current().Where(r => r.Id != command.RuleId).ToArray(), actor, command.Reason));
        }

        rules.Delete(command.RuleId, actor, command.Reason);
        sets.Publish();
        return Task.FromResult<CommandResult>(new CommandResult.Done($"Rule '{command.RuleId}' is removed."));
    }

    private CommandResult.Done Save(RedactionRule rule, Actor actor, string? reason, string message)
    {
        if (sets.RequiresSecondPerson)
        {
            var current = Current();
            return Draft(current.Any(r => r.Id == rule.Id) ? current.Select(r => r.Id == rule.Id ? rule : r).ToArray() : [.. current, rule], actor, reason);
        }

        rules.Save(rule, actor, reason);
        sets.Publish();
        return new CommandResult.Done(message);
    }

    private CommandResult.Done Draft(IReadOnlyList<RedactionRule> changed, Actor actor, string? reason) =>
        new($"Not in force yet: it waits for a second person as rule set {sets.Draft(changed, actor, reason).Number}.");

    private RuleEntry? Entry(string ruleId) => rules.Current.Rules.FirstOrDefault(e => e.Rule.Id == ruleId);

    /// <summary>Somebody was faster: who, and what to do now.</summary>
    private CommandResult.Failed Moved(string ruleId, RuleSeen seen) => new(
        (seen.ChangedAt, Entry(ruleId)) switch
        {
            (null, { } there) => $"There is a rule with the id '{ruleId}' already, “{there.Rule.Name}”: choose another name.",
            (_, { } there) => $"{there.ChangedBy} changed this rule at {there.ChangedAt.UtcDateTime:HH:mm:ss} UTC, after you had opened it. Nothing of yours is saved: open it again.",
            _ => $"The rule '{ruleId}' was removed after you had opened it.",
        },
        "rule");

    private RedactionRule[] Current() => [.. rules.Current.Rules.Select(e => e.Rule)];

    private static CommandResult.Failed Missing(string ruleId) => new($"There is no rule '{ruleId}'.", "ruleId") { NotFound = true };
}

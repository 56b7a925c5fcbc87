using Weir.ControlPlane.Access;
using Weir.ControlPlane.Rules;

namespace Weir.ControlPlane.Commands;

internal sealed class SetRuleEnabledHandler(RuleBook rules) : ICommandHandler<SetRuleEnabled>
{
    public Task<CommandResult> HandleAsync(SetRuleEnabled command, Actor actor, CancellationToken cancellationToken)
    {
        if (rules.Find(command.RuleId) is not { } rule)
        {
            return Task.FromResult<CommandResult>(new CommandResult.Failed($"There is no rule '{command.RuleId}'.", "ruleId") { NotFound = true });
        }

        rules.Save(rule with { Enabled = command.Enabled }, actor, command.Reason);
        return Task.FromResult<CommandResult>(new CommandResult.Done($"Rule '{rule.Name}' is {(command.Enabled ? "on" : "off")}."));
    }
}

internal sealed class SaveRuleHandler(RuleBook rules) : ICommandHandler<SaveRule>
{
    public Task<CommandResult> HandleAsync(SaveRule command, Actor actor, CancellationToken cancellationToken)
    {
        rules.Save(command.Rule, actor, command.Reason);
        return Task.FromResult<CommandResult>(new CommandResult.Done($"Rule '{command.Rule.Name}' is saved."));
    }
}

internal sealed class DeleteRuleHandler(RuleBook rules) : ICommandHandler<DeleteRule>
{
    public Task<CommandResult> HandleAsync(DeleteRule command, Actor actor, CancellationToken cancellationToken)
    {
        if (rules.Find(command.RuleId) is null)
        {
            return Task.FromResult<CommandResult>(new CommandResult.Failed($"There is no rule '{command.RuleId}'.", "ruleId") { NotFound = true });
        }

        rules.Delete(command.RuleId, actor, command.Reason);
        return Task.FromResult<CommandResult>(new CommandResult.Done($"Rule '{command.RuleId}' is removed."));
    }
}

using Weir.ControlPlane.Access;

namespace Weir.ControlPlane.Commands;

/// <summary>A change somebody asks for, as plain data: it can be logged, audited and shown before it runs.</summary>
public interface ICommand
{
    /// <summary>Stable name in the audit log: <c>reshard-stream</c>.</summary>
    string Name { get; }

    /// <summary>What it acts on: a stream's or a rule's name.</summary>
    string Target { get; }

    /// <summary>One of <see cref="Permissions"/>.</summary>
    string Permission { get; }
}

/// <summary>How a command ended, in words for a person.</summary>
public abstract record CommandResult
{
    private CommandResult() { }

    /// <summary>Done, or for a long one started: <see cref="OperationId"/> then names it in <c>IOperations</c>.</summary>
    public sealed record Done(string Message, string? OperationId = null) : CommandResult
    {
        /// <summary>A secret just made: shown once, kept nowhere.</summary>
        public string? Secret { get; init; }

        /// <summary>The number or name of what was made; null when it is known.</summary>
        public string? Id { get; init; }
    }

    /// <summary>The actor lacks the permission.</summary>
    public sealed record Denied(string Message) : CommandResult;

    /// <summary>It was wrong or could not be done; <see cref="Field"/> names the wrong input when there is one.</summary>
    public sealed record Failed(string Message, string? Field = null) : CommandResult
    {
        /// <summary>What it acts on is not there.</summary>
        public bool NotFound { get; init; }
    }
}

/// <summary>The only door for changes: policy → audit "started" → handler → audit outcome. A denied command is audited and never run.</summary>
public interface ICommandGate
{
    Task<CommandResult> RunAsync(ICommand command, Actor actor, CancellationToken cancellationToken);
}

/// <summary>Scales a stream to a number of open shards, in as many steps as the limits ask for.</summary>
/// <param name="FromShardCount">How many open shards the plan that was read started from; when there are others by now nothing is done. Null to take the stream as it is.</param>
public sealed record ReshardStream(string Stream, int TargetShardCount, int? FromShardCount = null) : ICommand
{
    public string Name => "reshard-stream";
    public string Target => Stream;
    public string Permission => Permissions.Operate;
}

/// <summary>Creates a stream with this many shards.</summary>
public sealed record CreateStream(string Stream, int ShardCount) : ICommand
{
    public string Name => "create-stream";
    public string Target => Stream;
    public string Permission => Permissions.Operate;
}

/// <summary>Deletes a stream with all its records.</summary>
public sealed record DeleteStream(string Stream) : ICommand
{
    public string Name => "delete-stream";
    public string Target => Stream;
    public string Permission => Permissions.Operate;
}

/// <summary>Turns a redaction rule on or off; in effect on every path within a second.</summary>
public sealed record SetRuleEnabled(string RuleId, bool Enabled, string? Reason = null) : ICommand
{
    public string Name => "set-rule-enabled";
    public string Target => RuleId;
    public string Permission => Permissions.ManageRules;
}

/// <summary>A rule as whoever changes it has seen it: when it was changed last, null when there was none of its id.</summary>
public sealed record RuleSeen(DateTimeOffset? ChangedAt);

/// <summary>Adds a rule or replaces the one of the same id.</summary>
/// <param name="Seen">When somebody else has changed the rule since, nothing happens. Null not to ask.</param>
public sealed record SaveRule(Pipeline.Redaction.RedactionRule Rule, string? Reason = null, RuleSeen? Seen = null) : ICommand
{
    public string Name => "save-rule";
    public string Target => Rule.Id;
    public string Permission => Permissions.ManageRules;
}

/// <summary>Removes a rule.</summary>
public sealed record DeleteRule(string RuleId, string? Reason = null) : ICommand
{
    public string Name => "delete-rule";
    public string Target => RuleId;
    public string Permission => Permissions.ManageRules;
}

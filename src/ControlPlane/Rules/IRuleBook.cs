using Weir.ControlPlane.Live;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Rules;

/// <summary>A rule with who changed it last.</summary>
public sealed record RuleEntry(RedactionRule Rule, string ChangedBy, DateTimeOffset ChangedAt, string? Reason);

/// <summary>All rules of this moment: <see cref="Version"/> grows by one a change, <see cref="Hash"/> is what stands on stored records.</summary>
public sealed record RuleBookSnapshot(int Version, string Hash, IReadOnlyList<RuleEntry> Rules);

/// <summary>The rules as stored. Changes go through the command gate only.</summary>
public interface IRuleBook
{
    Feed<RuleBookSnapshot> Feed { get; }
}

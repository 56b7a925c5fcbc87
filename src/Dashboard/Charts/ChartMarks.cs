using System.Globalization;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Rules;

namespace Weir.Dashboard.Charts;

/// <summary>A change that may explain what a line does: <see cref="Time"/> in seconds since 1970.</summary>
public sealed record ChartMark(double Time, string Text);

/// <summary>What was changed while the lines of a chart were drawn: reshards, of one stream or of all, and rule sets that came into force.</summary>
public sealed class ChartMarks(IOperations operations, IRuleSets sets)
{
    /// <summary>Oldest first; of the newest hundred changes those that lie in this time.</summary>
    public IReadOnlyList<ChartMark> Between(DateTimeOffset from, DateTimeOffset to, string? stream) =>
    [
        .. (operations.Feed.Latest ?? []).Where(o => stream is null || o.Target == stream).SelectMany(Of)
            .Concat((sets.Feed.Latest ?? []).SelectMany(Of))
            .Where(m => m.At >= from && m.At <= to)
            .OrderByDescending(m => m.At).Take(100).Reverse()
            .Select(m => new ChartMark(m.At.ToUnixTimeMilliseconds() / 1000.0, m.Text)),
    ];

    private static IEnumerable<(DateTimeOffset At, string Text)> Of(Operation o)
    {
        yield return (o.StartedAt, $"{o.Kind} of {o.Target} started by {o.StartedBy}: {string.Join(", ", o.Steps)}");
        if (o.EndedAt is { } ended)
        {
            yield return (ended, $"{o.Kind} of {o.Target} {(o.State switch { OperationState.Succeeded => "done", OperationState.Stopped => "stopped", _ => "failed" })} after {Shell.Figures.Span((ended - o.StartedAt).TotalMilliseconds)}");
        }
    }

    /// <summary>The set that every installation begins with is no change.</summary>
    private static IEnumerable<(DateTimeOffset At, string Text)> Of(RuleSet set) =>
        set.History.Where(s => s.What == RuleSetAct.Activated && s.ById != Actor.System.Id).Select(s => (s.At, string.Create(CultureInfo.InvariantCulture, $"rule set {set.Number} in force, by {s.By}")));
}

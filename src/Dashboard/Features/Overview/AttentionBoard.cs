namespace Weir.Dashboard.Features.Overview;

/// <summary>Keeps what needs a person on show for a while after it has passed: a trouble that comes and goes each second must not make the page jump.</summary>
public sealed class AttentionBoard
{
    /// <summary>So long something stays that is no longer so.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (Attention Item, DateTimeOffset At)> _seen = new(StringComparer.Ordinal);

    /// <summary>What to show: all that is true now, and marked as passed what was true a moment ago.</summary>
    public IReadOnlyList<Attention> Show(IReadOnlyList<Attention> now, DateTimeOffset at)
    {
        foreach (var item in now)
        {
            _seen[item.Key] = (item, at);
        }

        foreach (var (key, _) in _seen.Where(s => at - s.Value.At > Hold).ToArray())
        {
            _seen.Remove(key);
        }

        return [.. _seen.Values.Select(s => s.At == at ? s.Item : s.Item with { Passed = true }).OrderBy(a => a.Urgency).ThenBy(a => a.Key, StringComparer.Ordinal)];
    }
}

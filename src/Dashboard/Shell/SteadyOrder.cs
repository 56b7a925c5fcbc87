namespace Weir.Dashboard.Shell;

/// <summary>
/// Keeps the order of rows whose numbers change each second: sorted anew only when another order is asked for, when rows come or go, and every ten seconds.
/// Rows that trade places under the pointer are clicked by mistake.
/// </summary>
public sealed class SteadyOrder
{
    /// <summary>So long rows keep their places.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(10);

    private Dictionary<string, int> _places = [];
    private string? _by;
    private DateTimeOffset _at;

    /// <param name="key">Tells one row from another.</param>
    /// <param name="by">The name of the order; another name sorts at once.</param>
    /// <param name="sort">Sorts, the same way for the same name.</param>
    public T[] Of<T>(IReadOnlyList<T> rows, Func<T, string> key, string by, Func<IEnumerable<T>, IEnumerable<T>> sort, DateTimeOffset now)
    {
        if (by != _by || now - _at >= Hold || rows.Count != _places.Count || !rows.All(r => _places.ContainsKey(key(r))))
        {
            T[] sorted = [.. sort(rows)];
            _places = sorted.Index().ToDictionary(p => key(p.Item), p => p.Index, StringComparer.Ordinal);
            (_by, _at) = (by, now);
            return sorted;
        }

        return [.. rows.OrderBy(r => _places[key(r)])];
    }
}

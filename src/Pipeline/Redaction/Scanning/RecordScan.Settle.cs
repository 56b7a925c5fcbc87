using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>The end of a scan: disjoint hits in order, or the reason why there are none.</summary>
internal sealed partial class RecordScan
{
    private string? _tooSlow;

    /// <summary>Makes the hits disjoint and puts them in order.</summary>
    private string? Settle()
    {
        if (_malformed)
        {
            return "the record holds an escape that JSON does not know";
        }

        if (_tooSlow is not null)
        {
            return $"the pattern of rule '{_tooSlow}' took too long";
        }

        if (Hits.Count > _limits.MaxHits)
        {
            return "the record holds more values to transform than allowed";
        }

        Disjoint(Hits);
        return null;
    }

    /// <summary>A field first, then what chance makes more rarely, then the first rule.</summary>
    private static bool Surer(in Hit a, in Hit b)
    {
        var (chanceA, chanceB) = (a.Entity < 0 ? -1 : EntityCatalogue.All[a.Entity].ChanceRate ?? 0, b.Entity < 0 ? -1 : EntityCatalogue.All[b.Entity].ChanceRate ?? 0);
        return chanceA < chanceB || chanceA == chanceB && a.Rule < b.Rule;
    }

    /// <summary>
    /// Of hits that overlap, the longest stands, then the surest. It grows over what the others covered, so that no piece of theirs stays in clear.
    /// </summary>
    internal static void Disjoint(Pool<Hit> hits)
    {
        var items = hits.Items;
        if (items.Length < 2)
        {
            return;
        }

        var sorted = true;
        for (var i = 1; i < items.Length && sorted; i++)
        {
            sorted = items[i].Start >= items[i - 1].End;
        }

        if (sorted)
        {
            return;
        }

        items.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
        var kept = 0;
        for (var i = 1; i < items.Length; i++)
        {
            ref var last = ref items[kept];
            ref readonly var next = ref items[i];
            if (next.Start >= last.End)
            {
                items[++kept] = next;
                continue;
            }

            int start = Math.Min(last.Start, next.Start), end = Math.Max(last.End, next.End);
            int lastLength = last.End - last.Start, nextLength = next.End - next.Start;
            if (nextLength > lastLength || nextLength == lastLength && Surer(next, last))
            {
                last = next;
            }

            // The value that the transform sees stays the winner's own.
            last.Start = start;
            last.End = end;
        }

        hits.Cut(kept + 1);
    }
}

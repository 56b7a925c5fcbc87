using System.Text;

namespace Weir.Pipeline.Redaction.Rules;

/// <summary>
/// Many JSON paths as one automaton: a step per key or array element, however many paths there are.
/// A path is a JSON pointer (RFC 6901) in which <c>*</c> stands for one level, <c>**</c> for any number of levels and <c>[]</c> for any array element:
/// <c>/customer/name</c>, <c>/items/[]/note</c>, <c>/**/email</c>.
/// </summary>
internal sealed class PathMatcher
{
    /// <summary>The state from which nothing can match any more.</summary>
    public const int Dead = 0;

    /// <summary>The symbol of every key that no path names.</summary>
    public const int OtherKey = 0;

    /// <summary>The symbol of every array element whose index no path names.</summary>
    public const int Element = 1;

    private const int MostStates = 16_384;

    private readonly int[] _next;
    private readonly int[][] _accepts;
    private readonly int _symbols;
    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);

    /// <param name="paths">Parsed by <see cref="Parse"/>; the number of a path is its place here.</param>
    /// <exception cref="ArgumentException">The paths together need too many states.</exception>
    public PathMatcher(IReadOnlyList<string[]> paths)
    {
        foreach (var segment in paths.SelectMany(p => p))
        {
            if (segment is not ("*" or "**" or "[]"))
            {
                _keys.TryAdd(segment, _keys.Count + 2);
                NamesIndexes |= segment.All(char.IsAsciiDigit);
            }
        }

        _symbols = _keys.Count + 2;
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var sets = new List<(int Path, int Step)[]>();
        var rows = new List<int[]>();
        Number([]);
        Start = Number(Close(paths.Select((_, i) => (i, 0)), paths));
        for (var state = 0; state < sets.Count; state++)
        {
            var row = new int[_symbols];
            for (var symbol = 0; symbol < _symbols; symbol++)
            {
                row[symbol] = Number(Close(Step(sets[state], symbol, paths), paths));
            }

            rows.Add(row);
        }

        _next = rows.SelectMany(r => r).ToArray();
        _accepts = sets.Select(s => s.Where(x => x.Step == paths[x.Path].Length).Select(x => x.Path).Order().ToArray()).ToArray();

        int Number((int Path, int Step)[] set)
        {
            var name = string.Join(';', set.Select(x => $"{x.Path}.{x.Step}"));
            if (!numbers.TryGetValue(name, out var number))
            {
                if (sets.Count == MostStates)
                {
                    throw new ArgumentException("The paths of the rules are too complex together; use fewer '**'.");
                }

                numbers[name] = number = sets.Count;
                sets.Add(set);
            }

            return number;
        }
    }

    public int Start { get; }

    public int States => _accepts.Length;

    /// <summary>Some path names an array index, <c>/items/0</c>.</summary>
    public bool NamesIndexes { get; }

    /// <summary>The symbol of a key; <see cref="OtherKey"/> when no path names it.</summary>
    public int Symbol(string key) => _keys.GetValueOrDefault(key, OtherKey);

    public int Next(int state, int symbol) => _next[state * _symbols + symbol];

    /// <summary>The paths that end in this state, in order.</summary>
    public int[] Accepts(int state) => _accepts[state];

    /// <summary>Splits a path into segments with <c>~1</c> and <c>~0</c> resolved.</summary>
    /// <exception cref="FormatException">It is no such path; the message says why.</exception>
    public static string[] Parse(string path)
    {
        if (path.Length < 2 || path[0] != '/')
        {
            throw new FormatException("must start with '/' and name at least one level, such as /customer/name");
        }

        if (path.Length > 512)
        {
            throw new FormatException("is longer than 512 characters");
        }

        var segments = path[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var segment = segments[i];
            for (var at = segment.IndexOf('~'); at >= 0; at = segment.IndexOf('~', at + 1))
            {
                if (at + 1 == segment.Length || segment[at + 1] is not ('0' or '1'))
                {
                    throw new FormatException("has a '~' that is neither ~0 nor ~1");
                }
            }

            segments[i] = new StringBuilder(segment).Replace("~1", "/").Replace("~0", "~").ToString();
        }

        return segments[^1] == "**" ? throw new FormatException("must not end in '**'; write '/**/*' for everything below") : segments;
    }

    private IEnumerable<(int, int)> Step((int Path, int Step)[] set, int symbol, IReadOnlyList<string[]> paths)
    {
        foreach (var (path, step) in set)
        {
            if (step == paths[path].Length)
            {
                continue;
            }

            var segment = paths[path][step];
            if (segment == "**")
            {
                yield return (path, step);
            }
            else if (segment == "*" || (segment == "[]" ? symbol == Element : symbol >= 2 && _keys[segment] == symbol))
            {
                yield return (path, step + 1);
            }
        }
    }

    /// <summary>'**' may also stand for no level at all.</summary>
    private static (int Path, int Step)[] Close(IEnumerable<(int Path, int Step)> set, IReadOnlyList<string[]> paths)
    {
        var closed = new SortedSet<(int Path, int Step)>();
        foreach (var (path, step) in set)
        {
            var s = step;
            closed.Add((path, s));
            while (s < paths[path].Length && paths[path][s] == "**")
            {
                closed.Add((path, ++s));
            }
        }

        return [.. closed];
    }
}

using System.Runtime.InteropServices;
using System.Text;
using Weir.Pipeline.Redaction.Scanning;

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

    /// <summary>Of the table and, while it is made, of the places in all states: 32 MiB each.</summary>
    private const int MostEntries = 8 << 20;

    private const int End = -1;

    private readonly int[] _next;
    private readonly int[][] _accepts;
    private readonly int _symbols;
    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);

    /// <param name="paths">Parsed by <see cref="Parse"/>; the number of a path is its place here.</param>
    /// <param name="inside">By path: it also names all that lies inside of what it names. Null for none.</param>
    /// <exception cref="ArgumentException">The paths together need too many states.</exception>
    public PathMatcher(IReadOnlyList<string[]> paths, bool[]? inside = null)
    {
        foreach (var segment in paths.SelectMany(p => p))
        {
            if (segment is not ("*" or "**" or "[]"))
            {
                // Keys are looked up as a reader sees them; the names of columns as they are.
                var seen = AsSeen(segment);
                _keys.TryAdd(seen, _keys.Count + 2);
                _keys.TryAdd(segment, _keys[seen]);
                NamesIndexes |= segment.All(char.IsAsciiDigit);
            }
        }

        _symbols = _keys.Count + 2;
        var places = new Places(paths, inside, _keys);
        var numbers = new Dictionary<UInt128, int>();
        var sets = new List<int[]>();
        var table = new List<int>();
        var entries = 0L;
        Number([], 0);
        var start = places.Closed(places.Starts);
        Start = Number(start, Places.NameOf(start));
        var common = new List<int>();
        var own = new Dictionary<int, List<int>>();
        for (var state = 0; state < sets.Count; state++)
        {
            places.Step(sets[state], common, own);
            var others = places.Closed(common);
            var name = Places.NameOf(others);
            var row = table.Count;
            CollectionsMarshal.SetCount(table, row + _symbols);
            CollectionsMarshal.AsSpan(table)[row..].Fill(Number(others, name));
            if (own.Count == 0)
            {
                continue;
            }

            var known = others.ToHashSet();
            foreach (var (symbol, reached) in own)
            {
                int[] more = [.. places.Closed(reached).Where(place => !known.Contains(place))];
                table[row + symbol] = more.Length == 0 ? table[row] : Number(more, name + Places.NameOf(more), others);
            }
        }

        _next = [.. table];
        _accepts = [.. sets.Select(set => set.Where(places.IsEnd).Select(places.PathOf).Order().ToArray())];

        // A set of places has the sum of theirs as its name: 128 bits, so that two sets with one name do not come about.
        int Number(int[] set, UInt128 name, int[]? others = null)
        {
            if (!numbers.TryGetValue(name, out var number))
            {
                entries += set.Length + (others?.Length ?? 0);
                if (sets.Count == MostStates || entries > MostEntries || (sets.Count + 1L) * _symbols > MostEntries)
                {
                    throw new ArgumentException("The paths of the rules are too complex together; use fewer '**'.");
                }

                numbers[name] = number = sets.Count;
                sets.Add(others is null ? set : [.. others, .. set]);
            }

            return number;
        }
    }

    /// <summary>Where a walk can be in each of the paths: before one of its segments, or at its end.</summary>
    private sealed class Places
    {
        private readonly int[] _path;
        private readonly int[] _symbol;
        private readonly bool[] _stays;

        /// <summary>In place of a symbol: the segment takes any, or an element.</summary>
        private const int Any = -2, AnyLevels = -3;

        public Places(IReadOnlyList<string[]> paths, bool[]? inside, Dictionary<string, int> keys)
        {
            var (path, symbol, stays, starts) = (new List<int>(), new List<int>(), new List<bool>(), new List<int>());
            for (var i = 0; i < paths.Count; i++)
            {
                starts.Add(path.Count);
                foreach (var segment in paths[i])
                {
                    path.Add(i);
                    symbol.Add(segment switch { "*" => Any, "**" => AnyLevels, "[]" => Element, _ => keys[segment] });
                    stays.Add(segment == "**");
                }

                path.Add(i);
                symbol.Add(End);
                stays.Add(inside?[i] == true);
            }

            (_path, _symbol, _stays, Starts) = ([.. path], [.. symbol], [.. stays], starts);
        }

        public List<int> Starts { get; }

        public int PathOf(int place) => _path[place];

        public bool IsEnd(int place) => _symbol[place] == End;

        /// <summary>Where a step leads from a set of places: with any symbol, and besides with some symbols alone.</summary>
        public void Step(int[] set, List<int> common, Dictionary<int, List<int>> own)
        {
            common.Clear();
            own.Clear();
            foreach (var place in set)
            {
                if (_stays[place])
                {
                    common.Add(place);
                }
                else if (_symbol[place] == Any)
                {
                    common.Add(place + 1);
                }
                else if (_symbol[place] != End)
                {
                    (CollectionsMarshal.GetValueRefOrAddDefault(own, _symbol[place], out _) ??= []).Add(place + 1);
                }
            }
        }

        /// <summary>With those behind each '**', which may also stand for no level at all.</summary>
        public int[] Closed(List<int> set)
        {
            var closed = new HashSet<int>();
            foreach (var place in set)
            {
                for (var at = place; closed.Add(at) && _symbol[at] == AnyLevels; at++)
                {
                }
            }

            return [.. closed];
        }

        public static UInt128 NameOf(int[] set)
        {
            UInt128 name = 0;
            foreach (var place in set)
            {
                name += new UInt128(Mixed((ulong)place * 2 + 1), Mixed((ulong)place * 2 + 2));
            }

            return name;
        }

        /// <summary>SplitMix64.</summary>
        private static ulong Mixed(ulong value)
        {
            value *= 0x9E3779B97F4A7C15;
            value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
            value = (value ^ value >> 27) * 0x94D049BB133111EB;
            return value ^ value >> 31;
        }
    }

    public int Start { get; }

    public int States => _accepts.Length;

    /// <summary>Some path names an array index, <c>/items/0</c>.</summary>
    public bool NamesIndexes { get; }

    /// <summary>The symbol of a key; <see cref="OtherKey"/> when no path names it.</summary>
    public int Symbol(ReadOnlySpan<char> key) => _keys.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var symbol) ? symbol : OtherKey;

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

    /// <summary>A segment as the walk reads a key: look-alikes in their ASCII form, without what cannot be seen.</summary>
    private static string AsSeen(string segment)
    {
        if (Ascii.IsValid(segment))
        {
            return segment;
        }

        // As JSON writes it, for the view resolves escapes.
        var written = Encoding.UTF8.GetBytes(segment.Replace("\\", "\\\\", StringComparison.Ordinal));
        var view = new TextView();
        return view.Read(written, 0, written.Length, json: true) ? Encoding.UTF8.GetString(view.Text) : segment;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Rules;

/// <summary>What a walk along a trail does with a value.</summary>
internal enum TrailValue : byte
{
    /// <summary>A string of a known shape needs no look.</summary>
    String,

    /// <summary>A short number or a word needs no look.</summary>
    Scalar,

    /// <summary>Key, path or rules call for a look whatever it is.</summary>
    Looked,

    /// <summary>The record ends here.</summary>
    None,
}

/// <summary>An object or array that values stand in, and those around it, behind what has stood in them so far: before and behind a key that tells something they are two.</summary>
/// <param name="outer">What it stands in itself; null for the record.</param>
/// <param name="isPerson">Its key says that it is about a person, or a key that stood in it so far.</param>
/// <param name="isNamed">A key stood in it that names a person if it is about one, which was not known then.</param>
internal sealed class TrailContainer(TrailContainer? outer, bool isArray, int state, KeyMeaning key, bool isPerson, bool isNamed)
{
    public TrailContainer? Outer { get; } = outer;

    /// <summary>1 for the record.</summary>
    public int Depth { get; } = outer is null ? 1 : outer.Depth + 1;

    public bool IsArray { get; } = isArray;

    /// <summary>Of the path automaton.</summary>
    public int State { get; } = state;

    /// <summary>The key whose value it is, or whose value the arrays around it are.</summary>
    public KeyMeaning Key { get; } = key;

    public bool IsPerson { get; } = isPerson;

    public bool IsNamed { get; } = isNamed;

    /// <summary>What is still to come may tell that a name which has stood in it, or in one around it, is a person's.</summary>
    public bool AwaitsPerson { get; } = isNamed && !isPerson || outer is { AwaitsPerson: true };
}

/// <summary>
/// One value of the records of a stream: all that stands between the value before and it, byte for byte, what it means, and which values came next when it was read.
/// <code>
/// {"id":7,"to":{"name":"Ada"}}        after id:  [,"to":{"name":"]  a string;  after that:  ["}}]  the end
/// </code>
/// </summary>
internal sealed class TrailStep
{
    /// <summary>The bytes that are compared in one piece; more than those, one after another.</summary>
    public const int Piece = 32;

    /// <summary>The most bytes before a value.</summary>
    public const int Longest = 128;

    private const int MostOthers = 14;

    /// <summary>So many shapes of one length, and of all.</summary>
    private const int MostOfLength = 4;
    private const int MostShapes = 64;

    private static readonly ValueShape?[] NoShapes = new ValueShape?[ValueShape.Lengths + 1];

    /// <summary>In place of a step that is not known; it stands nowhere.</summary>
    private static readonly TrailStep Nowhere = new(new byte[Piece + 1], null, KeyMeaning.None);

    private readonly Vector256<byte> _bytes;
    private readonly Vector256<byte> _counted;
    private readonly byte[] _spelled;
    private ValueShape?[] _shapes = NoShapes;

    // What came next first, second, and later on.
    private TrailStep _next = Nowhere;
    private TrailStep _other = Nowhere;
    private TrailStep[] _more = [];
    private int _shapesLearned;

    /// <summary>Before the first value of a record.</summary>
    public TrailStep()
        : this([], null, KeyMeaning.None)
    {
    }

    public TrailStep(byte[] spelled, TrailContainer? container, KeyMeaning key)
    {
        Span<byte> bytes = stackalloc byte[Piece];
        var piece = Math.Min(Piece, spelled.Length);
        bytes.Clear();
        spelled.AsSpan(0, piece).CopyTo(bytes);
        _bytes = Vector256.Create<byte>(bytes);
        bytes[..piece].Fill(0xFF);
        bytes[piece..].Clear();
        _counted = Vector256.Create<byte>(bytes);
        if (spelled.Length > Piece)
        {
            // One piece does not tell it. 0xFF is no byte of UTF-8, and a text that holds as many is told by Stands.
            _bytes = _counted = Vector256<byte>.AllBitsSet;
        }

        _spelled = spelled;
        Length = spelled.Length;
        Container = container;
        Key = key;
        OtherNumber = key.OtherNumber;
    }

    /// <summary>What it stands in; null before the first value and behind the last.</summary>
    public TrailContainer? Container { get; }

    public KeyMeaning Key { get; }

    /// <summary>In bytes, from behind the value before, whose closing quote is part of it, up to the value, whose opening quote is.</summary>
    public int Length { get; }

    /// <summary>How many strings: the keys, and the value if it is one.</summary>
    public int Strings { get; init; }

    public bool IsString { get; init; }

    /// <summary>Of the path automaton.</summary>
    public int State { get; init; }

    /// <summary>The rule that takes the value whatever it is.</summary>
    public CompiledRule? Field { get; init; }

    /// <summary>Key or path alone call for a look at the value.</summary>
    public bool Called => Kind == TrailValue.Looked;

    public TrailValue Kind { get; init; } = TrailValue.None;

    /// <summary>As <see cref="KeyMeaning.OtherNumber"/>.</summary>
    public bool OtherNumber { get; }

    /// <summary>What the string may be told to be as a whole: what a rule takes here, where key and rules leave it to the value alone.</summary>
    public WholeKinds Wholes { get; init; }

    /// <summary>What counts its finds; null before the first.</summary>
    public PathCount? Count { get; set; }

    /// <summary>The shape of all strings that were learned here; null for none, or when they differ.</summary>
    public ValueShape? OnlyShape { get; private set; }

    /// <summary>How strings of a length below <see cref="ValueShape.Lengths"/> look that stand here and need no look; null for none, and for that length itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ValueShape? ShapeOf(int length) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_shapes), length);

    /// <summary>More shapes can be learned.</summary>
    public bool LearnsShapes => _shapesLearned < MostShapes;

    /// <summary>All its bytes stand at a place.</summary>
    public bool Stands(ref byte text, int at, int length) => this != Nowhere && MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref text, at), length - at).StartsWith(_spelled);

    /// <summary>The step, known from earlier records, whose bytes stand at <paramref name="at"/>, from where 32 bytes can be read; null for another. One that is longer must be asked with <see cref="Stands"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TrailStep? After(ref byte text, int at, int length)
    {
        var bytes = Vector256.LoadUnsafe(ref Unsafe.Add(ref text, at));
        var next = _next;
        if (((bytes ^ next._bytes) & next._counted) == Vector256<byte>.Zero)
        {
            return next;
        }

        next = _other;
        return ((bytes ^ next._bytes) & next._counted) == Vector256<byte>.Zero ? next : Searched(ref text, at, length);
    }

    /// <summary>As <see cref="After"/>, for a step of any length and place among those known.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TrailStep? Searched(ref byte text, int at, int length)
    {
        var rest = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref text, at), length - at);
        if (rest.StartsWith(_next._spelled))
        {
            return _next;
        }

        if (rest.StartsWith(_other._spelled))
        {
            return _other;
        }

        foreach (var more in _more)
        {
            if (rest.StartsWith(more._spelled))
            {
                return more;
            }
        }

        return null;
    }

    /// <summary>Learns that strings like this one need no look. Under the trail's lock: readers see the shape at once or later.</summary>
    public void Learn(ReadOnlySpan<byte> harmless)
    {
        var known = 0;
        for (var shape = _shapes[harmless.Length]; shape is not null; shape = shape.Next)
        {
            known++;
        }

        // Each time counts, learned or not: free text has too many shapes to be worth the search.
        _shapesLearned++;
        if (known == MostOfLength)
        {
            return;
        }

        var learned = new ValueShape(harmless, _shapes[harmless.Length]);
        OnlyShape = _shapes == NoShapes ? learned : null;
        var shapes = _shapes == NoShapes ? new ValueShape?[NoShapes.Length] : _shapes;
        Volatile.Write(ref shapes[harmless.Length], learned);
        Volatile.Write(ref _shapes, shapes);
    }

    /// <summary>Learns what came after this one. Under the trail's lock: readers see each change at once or later.</summary>
    public void Learn(TrailStep step)
    {
        var known = new[] { _next, _other }.Where(step => step != Nowhere).Concat(_more).ToList();
        if (known.Contains(step) || known.Count == MostOthers + 2)
        {
            return;
        }

        // What another begins with comes behind it: a number's key before a string's, which has a quote more.
        var place = known.FindIndex(k => step._spelled.AsSpan().StartsWith(k._spelled));
        known.Insert(place < 0 ? known.Count : place, step);
        _more = [.. known.Skip(2)];
        _other = known.ElementAtOrDefault(1) ?? Nowhere;
        _next = known[0];
    }
}

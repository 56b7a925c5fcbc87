using System.Diagnostics;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>A detector's find in the text it was given.</summary>
internal readonly record struct Finding(int Start, int End, int Entity);

/// <summary>A growing list that keeps its memory.</summary>
internal sealed class Pool<T> where T : struct
{
    private T[] _items = new T[32];

    public int Count { get; private set; }

    public Span<T> Items => _items.AsSpan(0, Count);

    public ref T this[int index] => ref _items[index];

    public void Add(in T item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = item;
    }

    public void Clear() => Count = 0;

    public void Cut(int count) => Count = count;

    /// <summary>Room for as many more items, which the caller fills.</summary>
    public Span<T> Grow(int count)
    {
        if (Count + count > _items.Length)
        {
            Array.Resize(ref _items, Math.Max(_items.Length * 2, Count + count));
        }

        Count += count;
        return _items.AsSpan(Count - count, count);
    }

    public int AddRange(ReadOnlySpan<T> items)
    {
        var at = Count;
        if (Count + items.Length > _items.Length)
        {
            Array.Resize(ref _items, Math.Max(_items.Length * 2, Count + items.Length));
        }

        items.CopyTo(_items.AsSpan(at));
        Count += items.Length;
        return at;
    }
}

/// <summary>What a hit replaces.</summary>
internal enum HitPlace : byte
{
    /// <summary>Plain text, or a part of a JSON string.</summary>
    Text,

    /// <summary>All of a JSON string between its quotes.</summary>
    WholeString,

    /// <summary>A JSON number, true or false: what replaces it needs quotes.</summary>
    Scalar,

    /// <summary>A part of a key.</summary>
    Key,

    /// <summary>An object or array with all that is in it.</summary>
    Container,
}

/// <summary>Something to transform, in bytes of the record.</summary>
[DebuggerDisplay("{Start}..{End} rule {Rule}")]
internal struct Hit
{
    public int Start;
    public int End;

    /// <summary>Of a whole string, when the rules make nulls: where it begins and ends with its quotes, however these are written in JSON in a string.</summary>
    public (int Start, int End) Quotes;

    /// <summary>The rule's place in <see cref="Rules.CompiledRules.Rules"/>.</summary>
    public int Rule;

    /// <summary>The entity found; -1 for a field.</summary>
    public int Entity;

    /// <summary>Where the clear value stands: in the arena or, as it mostly does, in the record.</summary>
    public int TextStart;
    public int TextLength;
    public bool InArena;
    public HitPlace Place;

    /// <summary>How many JSON strings lie around it: each means one round of escapes.</summary>
    public byte Escapes;

    /// <summary>Where it stands, for the counters.</summary>
    public Rules.PathCount Path;
}

/// <summary>A text under detection and how its offsets lead back to the record.</summary>
internal sealed class Frame(RecordScan scan)
{
    /// <summary>What reads the encodings inside this text.</summary>
    public RecordScan Scan { get; } = scan;

    public readonly BlockMasks Masks = new();
    public readonly TextView View = new();
    public readonly Pool<Finding> Findings = new();
    public byte[] Buffer = [];

    /// <summary>The frame whose text this one's view was made from; null when this is the record itself.</summary>
    public Frame? Parent { get; set; }

    /// <summary>False for the record itself.</summary>
    public bool HasView { get; set; }

    /// <summary>Where the text begins in the record, if it is a part of it.</summary>
    public int Base { get; set; }

    public int ToRecord(int position)
    {
        var frame = this;
        for (; frame.HasView; frame = frame.Parent!)
        {
            position = frame.View.From(position);
        }

        return frame.Base + position;
    }
}

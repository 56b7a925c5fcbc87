using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Weir.Pipeline.Redaction.Rules;

/// <summary>
/// A key as it was spelled between what stands before it and its value, and which keys came next when it was read. Records of a stream have much the same keys in the same order,
/// so what was learned from one is compared with the next, instead of looking every key up.
/// <code>
/// {"id":7, "name":"Ada"}        after id:  [ "name":]
/// </code>
/// Threads share what they learn; a step that one of them replaces under the other is only a step not foreseen.
/// </summary>
internal sealed class KeyStep
{
    /// <summary>The most bytes that are compared.</summary>
    public const int Longest = 32;

    /// <summary>A key whose followers still change after that many is followed by anything.</summary>
    private const int MostChanges = 256;

    // 0xFF stands nowhere in UTF-8.
    private static readonly KeyStep Nowhere = new(KeyMeaning.None, [0xFF]);

    private readonly Vector256<byte> _bytes;
    private readonly Vector256<byte> _counted;
    private int _changes;

    /// <summary>Before the first key.</summary>
    public KeyStep()
    {
        Meaning = KeyMeaning.None;
        Next = Other = Nowhere;
    }

    private KeyStep(KeyMeaning meaning, ReadOnlySpan<byte> spelled)
    {
        Span<byte> bytes = stackalloc byte[Longest];
        bytes.Clear();
        spelled.CopyTo(bytes);
        _bytes = Vector256.Create<byte>(bytes);
        bytes[..spelled.Length].Fill(0xFF);
        bytes[spelled.Length..].Clear();
        _counted = Vector256.Create<byte>(bytes);
        Length = spelled.Length;
        Meaning = meaning;
        Symbol = meaning.Symbol;
        Stops = meaning.Stops;
        OtherNumber = meaning.OtherNumber;
        Next = Other = Nowhere;
    }

    public KeyMeaning Meaning { get; }

    /// <summary>In bytes, from behind the comma or brace before the key up to its value.</summary>
    public int Length { get; }

    /// <summary>What came next the last time that it was something new.</summary>
    public KeyStep Next { get; private set; }

    /// <summary>What came next the time before.</summary>
    public KeyStep Other { get; private set; }

    /// <summary>What the paths call the key.</summary>
    public int Symbol { get; }

    /// <summary>As <see cref="KeyMeaning.Stops"/>.</summary>
    public bool Stops { get; }

    /// <summary>As <see cref="KeyMeaning.OtherNumber"/>.</summary>
    public bool OtherNumber { get; }

    /// <summary>The key, foreseen from this one, that stands at <paramref name="at"/>; null for another or none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public KeyStep? After(ref byte text, int at, int length)
    {
        if (at > length - Longest)
        {
            return null;
        }

        var bytes = Vector256.LoadUnsafe(ref Unsafe.Add(ref text, at));
        return Next.Stands(bytes) ? Next : Other.Stands(bytes) ? Other : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Stands(Vector256<byte> text) => ((text ^ _bytes) & _counted) == Vector256<byte>.Zero;

    /// <summary>Learns that the key, spelled like this, came after this one. Returns what to go on from.</summary>
    public KeyStep Follow(KeyMeaning key, ReadOnlySpan<byte> spelled)
    {
        if (key.Id == 0 || spelled.Length > Longest)
        {
            return this;
        }

        var step = key.Step ??= new KeyStep(key, spelled);
        if (!step.IsSpelled(spelled))
        {
            return this;
        }

        if (_changes < MostChanges)
        {
            _changes++;
            (Other, Next) = (Next, step);
        }

        return step;
    }

    private bool IsSpelled(ReadOnlySpan<byte> spelled)
    {
        Span<byte> bytes = stackalloc byte[Longest];
        _bytes.CopyTo(bytes);
        return spelled.SequenceEqual(bytes[..Length]);
    }
}

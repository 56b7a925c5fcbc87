using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Digits in groups as people write numbers, <c>+46 (0)8 928 571 38</c>: at most three of <c>space - . ( ) /</c> between two groups.</summary>
internal ref struct NumberRun
{
    public const int MostDigits = 24;

    private DigitBuffer _digits;
    private PositionBuffer _positions;
    private GroupBuffer _groups;

    /// <summary>How many digits were read.</summary>
    public int Count { get; private set; }

    /// <summary>How many groups the digits stand in.</summary>
    public int Groups { get; private set; }

    /// <summary>The digits go on past <see cref="MostDigits"/>.</summary>
    public bool Cut { get; private set; }

    /// <summary>The first digit of a group, as a place in <see cref="Digits"/>; for <see cref="Groups"/> itself, <see cref="Count"/>.</summary>
    public readonly int Group(int index) => _groups[index];

    /// <summary>The length of a group in digits.</summary>
    public readonly int GroupLength(int index) => _groups[index + 1] - _groups[index];

    /// <summary>Where a digit stands in the text.</summary>
    public readonly int Position(int digit) => _positions[digit];

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Digits => ((ReadOnlySpan<byte>)_digits)[..Count];

    /// <summary>Reads the run that starts with the digit at <paramref name="start"/>.</summary>
    public void Read(ReadOnlySpan<byte> text, int start, int to)
    {
        Cut = false;
        // Counted in registers: each digit would have to wait for what the one before has written.
        int i = start, count = 0, groups = 0, gap = 0;
        var open = true;
        for (; i < to; i++)
        {
            var b = text[i];
            if ((uint)(b - '0') <= 9)
            {
                if (count == MostDigits)
                {
                    Cut = true;
                    break;
                }

                if (open)
                {
                    _groups[groups++] = (byte)count;
                    open = false;
                }

                _positions[count] = i;
                _digits[count++] = b;
                gap = 0;
            }
            else if (b is (byte)' ' or (byte)'-' or (byte)'.' or (byte)'(' or (byte)')' or (byte)'/')
            {
                open = true;
                if (++gap > 3)
                {
                    break;
                }
            }
            else
            {
                break;
            }
        }

        _groups[groups] = (byte)count;
        (Count, Groups) = (count, groups);
    }

    [InlineArray(MostDigits)]
    private struct DigitBuffer
    {
        private byte _first;
    }

    [InlineArray(MostDigits)]
    private struct PositionBuffer
    {
        private int _first;
    }

    [InlineArray(MostDigits + 1)]
    private struct GroupBuffer
    {
        private byte _first;
    }
}

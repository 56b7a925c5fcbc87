using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>How the names begin that words of a text may give to the entities a rule set looks for. Nearly every word of a text begins none, and one look at its first four letters tells.</summary>
internal sealed class NameStarts
{
    private const int Most = 4;

    // By entity: what its names begin with, as hashes.
    private static readonly ushort[][] ByEntity = [.. EntityCatalogue.All.Select(Starts)];

    private readonly ulong[] _starts = new ulong[1 << 10];

    /// <param name="looked">By entity: some rule looks for it.</param>
    public NameStarts(bool[] looked)
    {
        for (var id = 0; id < looked.Length; id++)
        {
            if (looked[id] && ContextDetector.FindsByWords(id))
            {
                foreach (var start in ByEntity[id])
                {
                    _starts[start >> 6] |= 1UL << start;
                }
            }
        }
    }

    /// <summary>A name may begin with the word of <paramref name="length"/> bytes at <paramref name="start"/>, whatever its case. Of words whose first four bytes are not all ASCII any may.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool May(ReadOnlySpan<byte> text, int start, int length)
    {
        var four = start + Most <= text.Length
            ? Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start))
            : Short(text[start..]);
        if (!BitConverter.IsLittleEndian)
        {
            four = BinaryPrimitives.ReverseEndianness(four);
        }

        var unused = 8 * Math.Max(0, Most - length);
        four = four << unused >>> unused;
        var hash = Hash(four | 0x20202020u << unused >>> unused);
        return (four & 0x80808080) != 0 || (_starts[hash >> 6] >> hash & 1) != 0;
    }

    /// <summary>Fewer than four bytes as if zeros followed them.</summary>
    private static uint Short(ReadOnlySpan<byte> rest)
    {
        Span<byte> four = stackalloc byte[Most];
        four.Clear();
        rest.CopyTo(four);
        return MemoryMarshal.Read<uint>(four);
    }

    private static ushort[] Starts(Entity entity)
    {
        var starts = new HashSet<ushort>();
        foreach (var name in entity.Keywords)
        {
            // A plural names what its singular does. A first word of fewer letters goes on in the next.
            var word = name + "s";
            uint four = 0;
            for (var i = 0; i < Math.Min(Most, word.Length) && word[i] < 0x80; i++)
            {
                four |= (uint)word[i] << (8 * i);
                starts.Add(Hash(four));
            }
        }

        return [.. starts];
    }

    private static ushort Hash(uint four) => (ushort)(four * 0x9E3779B1 >> 16);
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Redaction.Rules;

/// <summary>The keys that records have, with what each of them means to the rules.</summary>
internal sealed partial class CompiledRules
{
    /// <summary>So many keys are remembered, none longer than that.</summary>
    private const int MostKeys = 2048;
    private const int LongestKey = 128;

    private static readonly int Person = EntityCatalogue.Find("PERSON")!.Id;

    private readonly Lock _adding = new();
    private KeySlot[] _keys = new KeySlot[256];
    private int _keyCount;

    /// <summary>A place of the table of keys. Of a key with at most 16 bytes, head and tail are all of it.</summary>
    private struct KeySlot
    {
        public ulong Head;
        public ulong Tail;
        public int Length;
        public KeyMeaning? Meaning;
    }

    /// <summary>What the key (unescaped UTF-8) means. Remembers the first two thousand different ones.</summary>
    public KeyMeaning Key(ReadOnlySpan<byte> key)
    {
        var (head, tail) = Ends(key);
        return Find(Volatile.Read(ref _keys), key, head, tail) ?? (Volatile.Read(ref _keyCount) == MostKeys && SaysNothing(key) ? KeyMeaning.None : Add(key, head, tail));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KeyMeaning? Find(KeySlot[] keys, ReadOnlySpan<byte> key, ulong head, ulong tail)
    {
        for (var slot = Place(head, tail, key.Length, keys.Length); ; slot = slot + 1 & (keys.Length - 1))
        {
            ref readonly var known = ref keys[slot];
            if (known.Head == head && known.Tail == tail && known.Length == key.Length && known.Meaning is { } meaning && (key.Length <= 16 || key.SequenceEqual(meaning.Utf8)))
            {
                return meaning;
            }

            if (known.Meaning is null)
            {
                return null;
            }
        }
    }

    /// <summary>As all keys of a map do that are identifiers, more of them than are remembered. Allocates nothing.</summary>
    private bool SaysNothing(ReadOnlySpan<byte> key)
    {
        if (key.Length > LongestKey)
        {
            return false;
        }

        Span<char> chars = stackalloc char[LongestKey];
        var text = chars[..Encoding.UTF8.GetChars(key, chars)];
        return KeyContext.Of(text) == KeyContext.None && Paths.Symbol(text) == PathMatcher.OtherKey;
    }

    private KeyMeaning Add(ReadOnlySpan<byte> key, ulong head, ulong tail)
    {
        var text = Encoding.UTF8.GetString(key);
        var utf8 = key.ToArray();
        lock (_adding)
        {
            if (Find(_keys, key, head, tail) is { } added)
            {
                return added;
            }

            var full = key.Length > LongestKey || _keyCount == MostKeys;
            var context = KeyContext.Of(text);
            int[] names = [.. context.Entities.Where(id => Looked[id] && ContextDetector.DecidesByKey(id))];
            var role = Looked[Person] ? context.Role : context.Role & (KeyRole.Paired | KeyRole.Line);
            KeyMeaning Make(int[] names, KeyMeaning? ofPerson) => new()
            {
                Utf8 = utf8,
                Id = full ? 0 : _keyCount + 1,
                Shown = full || !IsName(text) ? "*" : text,
                Symbol = Paths.Symbol(text),
                Context = context,
                Names = names,
                NamesAny = names.Length > 0,
                OtherNumber = context.OtherNumber,
                Role = role,
                Depends = (role & (KeyRole.Name | KeyRole.Paired | KeyRole.Line)) != 0,
                OfPerson = ofPerson,
            };
            var meaning = Make(names, (context.Role & KeyRole.Name) != 0 && Looked[Person] ? Make([.. names, Person], null) : null);
            if (full)
            {
                return meaning;
            }

            // Readers go on in the old table.
            var size = (_keyCount + 1) * 4 > _keys.Length ? _keys.Length * 2 : _keys.Length;
            var copy = new KeySlot[size];
            foreach (var known in _keys)
            {
                if (known.Meaning is not null)
                {
                    Put(copy, known);
                }
            }

            Put(copy, new KeySlot { Head = head, Tail = tail, Length = key.Length, Meaning = meaning });
            _keyCount++;
            Volatile.Write(ref _keys, copy);
            return meaning;
        }

        static bool IsName(string text) => text.Length is > 0 and <= 48 && text.Count(char.IsAsciiDigit) < 4 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

        static void Put(KeySlot[] table, KeySlot entry)
        {
            var slot = Place(entry.Head, entry.Tail, entry.Length, table.Length);
            while (table[slot].Meaning is not null)
            {
                slot = slot + 1 & (table.Length - 1);
            }

            table[slot] = entry;
        }
    }

    /// <summary>The first and the last eight bytes; of a shorter key, all of it, twice.</summary>
    private static (ulong Head, ulong Tail) Ends(ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        key[..Math.Min(8, key.Length)].CopyTo(bytes);
        var head = MemoryMarshal.Read<ulong>(bytes);
        key[Math.Max(0, key.Length - 8)..].CopyTo(bytes);
        return (head, MemoryMarshal.Read<ulong>(bytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(ulong head, ulong tail, int length, int size) =>
        (int)((head ^ BitOperations.RotateLeft(tail, 29) ^ (ulong)length) * 0x9E3779B97F4A7C15 >> 40) & (size - 1);
}

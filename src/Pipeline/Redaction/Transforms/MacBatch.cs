using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Weir.Pipeline.Redaction.Transforms;

/// <summary>
/// The MACs of several messages. AES-CMAC goes block after block, each of which waits for the one before; four messages side by side take little longer than one.
/// One thread at a time.
/// </summary>
internal sealed class MacBatch
{
    private const int Side = 4;

    /// <summary>Bytes of a MAC that a token keeps; its last four are the proof.</summary>
    private const int Kept = 12;

    private byte[] _text = new byte[1024];
    private int _used;
    private Message[] _messages = new Message[16];
    private int _count;
    private int _next;

    // Kept from record to record: to begin with a key costs as much as all the rest.
    [ThreadStatic]
    private static byte[]? t_hmacSecret;

    [ThreadStatic]
    private static IncrementalHash? t_hmac;

    private struct Message
    {
        public int Start;
        public int Length;
        public Vector128<byte> Tag;
    }

    /// <summary>Forgets all messages, those too of a batch that an error cut short.</summary>
    public void Clear()
    {
        Forget();
        (_count, _next) = (0, 0);
    }

    /// <summary>Room for one more message of at most as many bytes.</summary>
    public Span<byte> Begin(int most)
    {
        // And for the padding of its last block.
        var need = _used + most + 16;
        if (need > _text.Length)
        {
            var grown = new byte[Math.Max(need, _text.Length * 2)];
            _text.AsSpan(0, _used).CopyTo(grown);
            Array.Clear(_text);
            _text = grown;
        }

        return _text.AsSpan(_used, most);
    }

    /// <summary>The message that was begun is as long.</summary>
    public void End(int length)
    {
        if (_count == _messages.Length)
        {
            Array.Resize(ref _messages, _count * 2);
        }

        _messages[_count].Start = _used;
        _messages[_count++].Length = length;
        _used += (length + 15) / 16 * 16;
    }

    /// <summary>Computes all MACs, by AES-CMAC or, with a secret for it, by HMAC-SHA-256, and their proofs. The messages are forgotten.</summary>
    public void Compute(Cmac mac, byte[]? hmacSecret, Cmac check)
    {
        Span<byte> hash = stackalloc byte[32];
        for (var first = 0; first < _count; first += Side)
        {
            var four = _messages.AsSpan(first, Math.Min(Side, _count - first));
            if (hmacSecret is null)
            {
                SideBySide(four, mac);
            }
            else
            {
                foreach (ref var message in four)
                {
                    Hmac(hmacSecret, _text.AsSpan(message.Start, message.Length), hash);
                    message.Tag = Vector128.Create<byte>(hash[..16]);
                }
            }

            Prove(four, check);
        }

        Forget();
    }

    private static void Hmac(byte[] secret, ReadOnlySpan<byte> message, Span<byte> hash)
    {
        // An error below must not leave a message behind for the next.
        var hmac = t_hmac;
        t_hmac = null;
        if (hmac is null || secret != t_hmacSecret)
        {
            hmac?.Dispose();
            hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
            t_hmacSecret = secret;
        }

        hmac.AppendData(message);
        hmac.GetHashAndReset(hash);
        t_hmac = hmac;
    }

    /// <summary>Messages are in clear: they do not stay.</summary>
    private void Forget()
    {
        _text.AsSpan(0, _used).Clear();
        _used = 0;
    }

    /// <summary>The 16 bytes behind the next token, in the order of the messages.</summary>
    public Vector128<byte> Next() => _messages[_next++].Tag;

    [SkipLocalsInit]
    private void SideBySide(Span<Message> four, Cmac mac)
    {
        Span<int> blocks = stackalloc int[Side];
        blocks.Clear();
        Span<int> starts = stackalloc int[Side];
        starts.Clear();
        var most = 0;
        for (var i = 0; i < four.Length; i++)
        {
            starts[i] = four[i].Start;
            blocks[i] = mac.Pad(_text.AsSpan(four[i].Start), four[i].Length);
            most = Math.Max(most, blocks[i]);
        }

        // Each message lies in the text with the padding of its last block. One that has ended goes through the cipher for nothing.
        ref var text = ref MemoryMarshal.GetArrayDataReference(_text);
        Span<Vector128<byte>> states = stackalloc Vector128<byte>[Side];
        states.Clear();
        Span<Vector128<byte>> tags = stackalloc Vector128<byte>[Side];
        for (var block = 0; block < most; block++)
        {
            for (var i = 0; i < Side; i++)
            {
                if (block < blocks[i])
                {
                    states[i] ^= Vector128.LoadUnsafe(ref text, (nuint)(starts[i] + block * 16));
                }
            }

            mac.Aes.EncryptFour(states);
            for (var i = 0; i < Side; i++)
            {
                if (block == blocks[i] - 1)
                {
                    tags[i] = states[i];
                }
            }
        }

        for (var i = 0; i < four.Length; i++)
        {
            four[i].Tag = tags[i];
        }
    }

    /// <summary>Puts the first bytes of the MAC of the bytes that are kept behind them.</summary>
    [SkipLocalsInit]
    private static void Prove(Span<Message> four, Cmac check)
    {
        Span<byte> texts = stackalloc byte[Side * 16];
        Span<Vector128<byte>> states = stackalloc Vector128<byte>[Side];
        states.Clear();
        for (var i = 0; i < four.Length; i++)
        {
            var text = texts.Slice(i * 16, 16);
            four[i].Tag.CopyTo(text);
            check.Pad(text, Kept);
            states[i] = Vector128.Create<byte>(text);
        }

        check.Aes.EncryptFour(states);
        for (var i = 0; i < four.Length; i++)
        {
            four[i].Tag = four[i].Tag.AsUInt32().WithElement(3, states[i].AsUInt32().ToScalar()).AsByte();
        }
    }
}

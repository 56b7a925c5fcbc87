using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>What gives access: tokens, keys and wallets, found by their marks around a long run of letters and digits.</summary>
internal static class SecretDetector
{
    private static readonly SearchValues<byte> UpperAndDigits = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);
    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static readonly SearchValues<byte> LowerHex = SearchValues.Create("0123456789abcdef"u8);

    private static readonly (byte[] Mark, int Min)[] Marks =
    [
        ("sk_live_"u8.ToArray(), 16), ("sk_test_"u8.ToArray(), 16), ("rk_live_"u8.ToArray(), 16), ("pk_live_"u8.ToArray(), 16), ("ghp_"u8.ToArray(), 30), ("gho_"u8.ToArray(), 30),
        ("ghs_"u8.ToArray(), 30), ("ghu_"u8.ToArray(), 30), ("ghr_"u8.ToArray(), 30), ("github_pat_"u8.ToArray(), 30), ("glpat-"u8.ToArray(), 16), ("xoxb-"u8.ToArray(), 16), ("xoxp-"u8.ToArray(), 16),
        ("xoxs-"u8.ToArray(), 16), ("xoxr-"u8.ToArray(), 16), ("xapp-"u8.ToArray(), 30), ("ya29."u8.ToArray(), 30), ("GOCSPX-"u8.ToArray(), 24), ("whsec_"u8.ToArray(), 24), ("pk_test_"u8.ToArray(), 16), ("rk_test_"u8.ToArray(), 16),
        ("shpss_"u8.ToArray(), 24), ("shpca_"u8.ToArray(), 24), ("shppa_"u8.ToArray(), 24), ("sq0atp-"u8.ToArray(), 24), ("sq0csp-"u8.ToArray(), 24), ("EAAA"u8.ToArray(), 60), ("dapi"u8.ToArray(), 36), ("hvs."u8.ToArray(), 24), ("hvb."u8.ToArray(), 24),
        ("lin_api_"u8.ToArray(), 24), ("NRAK-"u8.ToArray(), 24), ("pypi-"u8.ToArray(), 40), ("key-"u8.ToArray(), 36), ("glptt-"u8.ToArray(), 20), ("gldt-"u8.ToArray(), 20), ("figd_"u8.ToArray(), 30), ("PMAK-"u8.ToArray(), 40), ("phc_"u8.ToArray(), 36), ("phx_"u8.ToArray(), 36),
        ("secret_"u8.ToArray(), 36), ("ntn_"u8.ToArray(), 36), ("rubygems_"u8.ToArray(), 40), ("sntrys_"u8.ToArray(), 40), ("dckr_pat_"u8.ToArray(), 30), ("AGE-SECRET-KEY-1"u8.ToArray(), 60), ("pul-"u8.ToArray(), 36), ("tfp_"u8.ToArray(), 36), ("r8_"u8.ToArray(), 36),
        ("xoxa-"u8.ToArray(), 16), ("AIza"u8.ToArray(), 30), ("SG."u8.ToArray(), 30), ("npm_"u8.ToArray(), 30), ("sk-"u8.ToArray(), 20), ("shpat_"u8.ToArray(), 24), ("hf_"u8.ToArray(), 24), ("dop_v1_"u8.ToArray(), 40),
    ];

    private static readonly SearchValues<byte> MarkStarts = SearchValues.Create([.. Marks.Select(m => m.Mark[0]).Distinct()]);

    private const int LongestHead = 100;

    // The last letters of marks that end in a sign, which breaks the run.
    private static readonly bool[] MarkEnds = [.. Enumerable.Range(0, 128).Select(b => Marks.Any(m => m.Mark[^1] is (byte)'_' or (byte)'-' or (byte)'.' && m.Mark[^2] == b))];

    /// <summary>A mark that ends in a sign may stand before the run that begins here.</summary>
    public static bool IsMarked(ReadOnlySpan<byte> text, int start, int from) =>
        start - 2 >= from && text[start - 1] is (byte)'_' or (byte)'-' or (byte)'.' && text[start - 2] < 128 && MarkEnds[text[start - 2]];

    /// <summary>The secret around a long run; the entity says which.</summary>
    public static bool TryFind(ReadOnlySpan<byte> text, int at, int from, int to, bool[] looked, out int start, out int end, out int entity)
    {
        start = at;
        while (start > from && Word(text[start - 1]))
        {
            start--;
        }

        end = at;
        while (end < to && Word(text[end]))
        {
            end++;
        }

        var run = text[start..end];
        if (looked[EntityId.Jwt] && run.StartsWith("eyJ"u8) && JwtLength(text[start..to]) is var jwt and > 0)
        {
            (end, entity) = (start + jwt, EntityId.Jwt);
            return true;
        }

        if (looked[EntityId.AwsKey] && run.Length == 20 && (run.StartsWith("AKIA"u8) || run.StartsWith("ASIA"u8) || run.StartsWith("AROA"u8) || run.StartsWith("AIDA"u8)) && !run.ContainsAnyExcept(UpperAndDigits))
        {
            entity = EntityId.AwsKey;
            return true;
        }

        if (looked[EntityId.Eth] && run.Length == 42 && run[0] == '0' && (run[1] | 0x20) == 'x' && !run[2..].ContainsAnyExcept(Hex))
        {
            entity = EntityId.Eth;
            return true;
        }

        if (looked[EntityId.Btc] && run.Length is >= 14 and <= 90 && IsBitcoin(run))
        {
            entity = EntityId.Btc;
            return true;
        }

        if (looked[EntityId.ApiKey] && (TryMarked(text, at, from, to, ref start, ref end) || TryUnmarked(text, run, from, to, ref start, ref end)))
        {
            entity = EntityId.ApiKey;
            return true;
        }

        entity = -1;
        return false;
    }

    /// <summary>A key that begins with its maker's mark, whatever dashes and dots are in it.</summary>
    private static bool TryMarked(ReadOnlySpan<byte> text, int at, int from, int to, ref int start, ref int end)
    {
        var head = start;
        while (head > from && start - head < LongestHead && (Word(text[head - 1]) || text[head - 1] is (byte)'-' or (byte)'.'))
        {
            head--;
        }

        // A mark stands at the head, or behind a dot or dash that is no part of the key.
        for (var i = head; i <= start; i++)
        {
            if (i > head && Word(text[i - 1]) || !MarkStarts.Contains(text[i]))
            {
                continue;
            }

            foreach (var (mark, min) in Marks)
            {
                if (!text[i..to].StartsWith(mark))
                {
                    continue;
                }

                var tail = Math.Max(end, at);
                while (tail < to && (Word(text[tail]) || text[tail] is (byte)'-' or (byte)'.' && tail + 1 < to && Word(text[tail + 1])))
                {
                    tail++;
                }

                if (tail - i >= min)
                {
                    (start, end) = (i, tail);
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Keys that are known by their parts: two capitals and 32 hexadecimal digits, <c>123456789:AA...</c>, three parts of a bot's token, a hook's address.</summary>
    private static bool TryUnmarked(ReadOnlySpan<byte> text, ReadOnlySpan<byte> run, int from, int to, ref int start, ref int end)
    {
        if (run.Length == 34 && (run.StartsWith("SK"u8) || run.StartsWith("AC"u8)) && !run[2..].ContainsAnyExcept(LowerHex))
        {
            return true;
        }

        var tail = end;
        while (tail < to && (Word(text[tail]) || text[tail] == (byte)'-'))
        {
            tail++;
        }

        if (run.StartsWith("AA"u8) && start - 9 >= from && text[start - 1] == (byte)':' && tail - start is >= 33 and <= 36)
        {
            var bot = start - 1;
            while (bot > from && char.IsAsciiDigit((char)text[bot - 1]))
            {
                bot--;
            }

            if (start - 1 - bot is >= 8 and <= 10)
            {
                (start, end) = (bot, tail);
                return true;
            }
        }

        if (run[0] is (byte)'M' or (byte)'N' or (byte)'O' && tail - start is >= 23 and <= 28 && tail + 34 <= to && text[tail] == (byte)'.' && text[(tail + 7)..Math.Min(to, tail + 9)].IndexOf((byte)'.') is var dot and >= 0)
        {
            var last = tail + 8 + dot;
            while (last < to && (Word(text[last]) || text[last] == (byte)'-'))
            {
                last++;
            }

            if (last - tail is >= 34 and <= 48)
            {
                end = last;
                return true;
            }
        }

        if (run.Length == 24 && start > from && text[start - 1] == (byte)'/' && text[Math.Max(from, start - 56)..start].IndexOf("hooks.slack.com/services/"u8) >= 0)
        {
            var hook = text[from..start].LastIndexOf("hooks.slack.com"u8) + from;
            start = hook - 8 >= from && text[(hook - 8)..hook].SequenceEqual("https://"u8) ? hook - 8 : hook;
            return true;
        }

        return false;
    }

    /// <summary>-----BEGIN ... PRIVATE KEY----- up to its end, or up to the end of the text when that is missing.</summary>
    public static bool TryPrivateKey(ReadOnlySpan<byte> text, int at, int from, int to, out int start, out int end)
    {
        start = at;
        while (start > from && text[start - 1] == (byte)'-')
        {
            start--;
        }

        end = at;
        var rest = text[start..to];
        if (!rest.StartsWith("-----BEGIN "u8))
        {
            return false;
        }

        var label = rest[11..Math.Min(rest.Length, 64)].IndexOf("PRIVATE KEY"u8);
        if (label < 0)
        {
            return false;
        }

        var close = rest.IndexOf("-----END "u8);
        if (close < 0)
        {
            end = to;
            return true;
        }

        var last = rest[(close + 9)..].IndexOf("-----"u8);
        end = last < 0 ? to : start + close + 9 + last + 5;
        return true;
    }

    /// <summary>scheme://user:password@host: the credentials, given the '@'.</summary>
    public static bool TryUrlCredentials(ReadOnlySpan<byte> text, int at, int from, out int start)
    {
        start = at;
        var floor = Math.Max(from, at - 256);
        var colon = -1;
        for (var i = at - 1; i >= floor; i--)
        {
            var b = text[i];
            if (b is (byte)' ' or (byte)'"' or (byte)'\n' or (byte)'<' or (byte)'>' or (byte)'?')
            {
                return false;
            }

            if (b == (byte)':')
            {
                colon = i;
            }

            if (b == (byte)'/' && i > floor + 1 && text[i - 1] == (byte)'/' && text[i - 2] == (byte)':')
            {
                start = i + 1;
                return colon > i + 1 && at - colon > 1;
            }
        }

        return false;
    }

    /// <summary>header.payload.signature, each base64url, the header a JSON object.</summary>
    public static int JwtLength(ReadOnlySpan<byte> text)
    {
        int parts = 0, i = 0;
        var part = 0;
        for (; i <= text.Length; i++)
        {
            if (i < text.Length && (Word(text[i]) || text[i] == (byte)'-'))
            {
                continue;
            }

            var length = i - part;
            parts++;
            if (parts == 3)
            {
                return length >= 8 ? i : 0;
            }

            if (length < 4 || i == text.Length || text[i] != (byte)'.')
            {
                return 0;
            }

            part = i + 1;
        }

        return 0;
    }

    /// <summary>Base58 with its four check bytes (versions 0x00, 0x05 and those of the test net), or bech32 and bech32m (BIP 173, 350).</summary>
    public static bool IsBitcoin(ReadOnlySpan<byte> text)
    {
        if (text.Length is >= 14 and <= 90 && ((text[0] | 0x20) == 'b' && (text[1] | 0x20) == 'c' || (text[0] | 0x20) == 't' && (text[1] | 0x20) == 'b') && text[2] == '1')
        {
            return IsBech32(text);
        }

        const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        if (text.Length is < 25 or > 35 || text[0] is not ((byte)'1' or (byte)'3' or (byte)'m' or (byte)'n' or (byte)'2'))
        {
            return false;
        }

        var value = BigInteger.Zero;
        foreach (var b in text)
        {
            var digit = Alphabet.IndexOf((char)b, StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            value = value * 58 + digit;
        }

        Span<byte> bytes = stackalloc byte[32];
        bytes.Clear();
        var count = value.GetByteCount(isUnsigned: true);
        if (count > 25 || !value.TryWriteBytes(bytes[(25 - count)..25], out _, isUnsigned: true, isBigEndian: true))
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes[..21], hash);
        SHA256.HashData(hash, hash);
        return hash[..4].SequenceEqual(bytes[21..25]);
    }

    /// <summary>The shape of a Bitcoin address whatever its check says: beside its name a mistyped one is still somebody's.</summary>
    public static bool LooksLikeBitcoin(ReadOnlySpan<byte> text) => text.Length is >= 26 and <= 35 && text[0] is (byte)'1' or (byte)'3' && !text.ContainsAnyExcept(Base58);

    private static readonly SearchValues<byte> Base58 = SearchValues.Create("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"u8);

    private static bool IsBech32(ReadOnlySpan<byte> text)
    {
        const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
        var lower = text.ContainsAnyInRange((byte)'a', (byte)'z');
        // A witness program has 2 to 40 bytes; of version 0 it has 20 or 32.
        var program = (text.Length - 3 - 1 - 6) * 5 / 8;
        if (lower && text.ContainsAnyInRange((byte)'A', (byte)'Z') || program > 40 || (text[3] | 0x20) == 'q' && program is not (20 or 32))
        {
            return false;
        }

        // "bc" or "tb" as BIP 173 expands it: the letters' high bits, a zero, their low bits.
        uint check = 1;
        ReadOnlySpan<byte> human = [3, 3, 0, (byte)(text[0] & 31), (byte)(text[1] & 31)];
        foreach (var v in human)
        {
            check = Step(check, v);
        }

        foreach (var b in text[3..])
        {
            var digit = Alphabet.IndexOf((char)(lower ? b : b | 0x20), StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            check = Step(check, (byte)digit);
        }

        // Version 0 has the first constant; later ones have the second, and had the first before BIP 350.
        return check == 1 || check == 0x2bc830a3 && (text[3] | 0x20) != 'q';

        static uint Step(uint check, byte value)
        {
            var top = check >> 25;
            check = (check & 0x1ffffff) << 5 ^ value;
            ReadOnlySpan<uint> generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
            for (var i = 0; i < 5; i++)
            {
                check ^= (top >> i & 1) != 0 ? generator[i] : 0;
            }

            return check;
        }
    }

    private static bool Word(byte b) => char.IsAsciiLetterOrDigit((char)b) || b == (byte)'_';
}

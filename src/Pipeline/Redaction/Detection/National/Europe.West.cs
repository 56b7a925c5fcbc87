using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Numbers of countries of western Europe. The rules are those that the issuing offices publish.</summary>
internal static partial class Europe
{
    public static bool AtVat(ReadOnlySpan<byte> n) => Shape(n, "U99999999") && (6 + 10 * 9 - LuhnSum(n[1..8])) % 10 == D(n[8]);

    public static bool AtVnr(ReadOnlySpan<byte> n) => Digits(n, 10) && n[0] != '0' && Sum(n, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 == D(n[3]);

    public static bool BeNn(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11))
        {
            return false;
        }

        var check = Number(n[9..]);
        var year = Number(n[..2]);
        int century;
        if (97 - Mod(n[..9], 97) == check)
        {
            century = 1900;
        }
        else if (2000 + year <= Today.Year && 97 - Mod(n[..9], 97, start: 2) == check)
        {
            century = 2000;
        }
        else
        {
            return false;
        }

        // Month 0: not known; a day past the month's end: the counter of the day ran out.
        int month = Number(n[2..4]), day = Number(n[4..6]);
        return month <= 12 && (month == 0 || !Date(century + year, month, day) || PastDate(century + year, month, day));
    }

    public static bool BeVat(ReadOnlySpan<byte> n)
    {
        // Older numbers are written without the leading zero.
        return n.Length is 9 or 10 && Digits(n) && Number(n[..^2]) > 0 && (Number(n[..^2]) + Number(n[^2..])) % 97 == 0;
    }

    public static bool ChSsn(ReadOnlySpan<byte> n) => Digits(n, 13) && n.StartsWith("756"u8) && Ean(n);

    public static bool DeTaxId(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11) || n[0] == '0')
        {
            return false;
        }

        // Of the first ten digits exactly one stands twice or three times.
        Span<int> counts = stackalloc int[10];
        counts.Clear();
        foreach (var b in n[..10])
        {
            counts[D(b)]++;
        }

        int repeated = 0, most = 0;
        foreach (var count in counts)
        {
            repeated += count > 1 ? 1 : 0;
            most = Math.Max(most, count);
        }

        return repeated == 1 && most is 2 or 3 && Mod11And10(n);
    }

    /// <summary>10 or 11 digits as the states write it, or the 13 of the uniform federal scheme.</summary>
    public static bool DeTaxNumber(ReadOnlySpan<byte> n)
    {
        if (!Digits(n))
        {
            return false;
        }

        if (n.Length != 13)
        {
            return n.Length is 10 or 11;
        }

        return n[4] == '0' && (n[0] is (byte)'5' or (byte)'9' || Number(n[..2]) is 10 or 11 or 21 or 22 or 23 or 24 or 26 or 27 or 28 or 30 or 31 or 32 or 40 or 41);
    }

    public static bool DeVat(ReadOnlySpan<byte> n) => Digits(n, 9) && n[0] != '0' && Mod11And10(n);

    /// <summary>Area, birth date, initial, serial, check: 15 070649 C 10 3.</summary>
    public static bool DeSocialSecurity(ReadOnlySpan<byte> n)
    {
        if (!Shape(n, "99999999A999") || !Date(2000, Number(n[4..6]), 1) || Number(n[2..4]) is 0 or > 81 || Number(n[2..4]) is > 31 and < 51)
        {
            return false;
        }

        Span<byte> all = stackalloc byte[12];
        n[..8].CopyTo(all);
        var initial = n[8] - 'A' + 1;
        all[8] = (byte)('0' + initial / 10);
        all[9] = (byte)('0' + initial % 10);
        n[9..11].CopyTo(all[10..]);
        ReadOnlySpan<int> weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
        var sum = 0;
        for (var i = 0; i < 12; i++)
        {
            var p = D(all[i]) * weights[i];
            sum += p / 10 + p % 10;
        }

        return sum % 10 == D(n[11]);
    }

    /// <summary>Letter, eight digits, check digit: weights 1 and 2 over the letter's two digits and the eight.</summary>
    public static bool DeHealthInsurance(ReadOnlySpan<byte> n)
    {
        if (!Shape(n, "A999999999"))
        {
            return false;
        }

        Span<byte> all = stackalloc byte[10];
        var letter = n[0] - 'A' + 1;
        all[0] = (byte)('0' + letter / 10);
        all[1] = (byte)('0' + letter % 10);
        n[1..9].CopyTo(all[2..]);
        var sum = 0;
        for (var i = 0; i < 10; i++)
        {
            var p = D(all[i]) * (i % 2 == 0 ? 1 : 2);
            sum += p / 10 + p % 10;
        }

        return sum % 10 == D(n[9]);
    }

    /// <summary>Nine characters with ICAO 9303's check (7, 3, 1) at the end: identity cards and passports.</summary>
    public static bool DeDocument(ReadOnlySpan<byte> n)
    {
        if (n.Length != 9 || !In(n[0], "CFGHJKLMNPRTVWXYZ") || !char.IsAsciiDigit((char)n[8]))
        {
            return n.Length == 9 && n[0] == 'T' && Digits(n[1..]);
        }

        var sum = 0;
        for (var i = 0; i < 8; i++)
        {
            var v = Base36Value(n[i]);
            if (v < 0)
            {
                return false;
            }

            sum += v * (i % 3) switch { 0 => 7, 1 => 3, _ => 1 };
        }

        return sum % 10 == D(n[8]) || n[0] == 'T' && Digits(n[1..]);
    }

    public static bool FrNif(ReadOnlySpan<byte> n) => Digits(n, 13) && n[0] <= '3' && Mod(n[..10], 511) == Number(n[10..]);

    public static bool FrNir(ReadOnlySpan<byte> n)
    {
        if (n.Length != 15 || !Digits(n[..5]) || !Digits(n[7..]))
        {
            return false;
        }

        // Corsica: 2A counts as 19, 2B as 18.
        Span<byte> plain = stackalloc byte[13];
        n[..13].CopyTo(plain);
        if (n[5] == '2' && n[6] is (byte)'A' or (byte)'B')
        {
            plain[5] = (byte)'1';
            plain[6] = (byte)(n[6] == 'A' ? '9' : '8');
        }

        return Digits(plain) && 97 - Mod(plain, 97) == Number(n[13..]);
    }

    public static bool FrSiren(ReadOnlySpan<byte> n) => Digits(n, 9) && Luhn(n);

    public static bool FrSiret(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 14) || !Luhn(n[..9]))
        {
            return false;
        }

        // The post office numbers its branches with a plain sum.
        if (n.StartsWith("356000000"u8) && !n.SequenceEqual("35600000000048"u8))
        {
            var sum = 0;
            foreach (var b in n)
            {
                sum += D(b);
            }

            return sum % 5 == 0;
        }

        return Luhn(n);
    }

    public static bool FrVat(ReadOnlySpan<byte> n)
    {
        const string Alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        if (n.Length != 11 || !Digits(n[2..]) || !In(n[0], Alphabet) || !In(n[1], Alphabet))
        {
            return false;
        }

        // Companies of Monaco have 000 in place of a SIREN.
        if (!n[2..5].SequenceEqual("000"u8) && !FrSiren(n[2..]))
        {
            return false;
        }

        if (Digits(n[..2]))
        {
            return (Mod(n[2..], 97) * 100 + 12) % 97 == Number(n[..2]);
        }

        int a = Alphabet.IndexOf((char)n[0], StringComparison.Ordinal), b = Alphabet.IndexOf((char)n[1], StringComparison.Ordinal);
        var check = a < 10 ? a * 24 + b - 10 : a * 34 + b - 100;
        return (Mod(n[2..], 11) + 1 + check / 11) % 11 == check % 11;
    }

    public static bool UkNhs(ReadOnlySpan<byte> n) => Digits(n, 10) && Sum(n, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0;

    public static bool UkUpn(ReadOnlySpan<byte> n)
    {
        const string Alphabet = "ABCDEFGHJKLMNPQRTUVWXYZ";
        if (n.Length != 13 || !Digits(n[1..12]))
        {
            return false;
        }

        // The last place of a temporary number is a letter.
        var last = char.IsAsciiDigit((char)n[12]) ? D(n[12]) : Alphabet.IndexOf((char)n[12], StringComparison.Ordinal);
        return last >= 0 && Alphabet[(Sum(n[1..], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) + 13 * last) % 23] == n[0];
    }

    public static bool UkUtr(ReadOnlySpan<byte> n) => Digits(n, 10) && "21987654321"[Sum(n[1..], [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11] == n[0];

    public static bool UkVat(ReadOnlySpan<byte> n)
    {
        if (n.Length == 5)
        {
            return Digits(n[2..]) && (n.StartsWith("GD"u8) && Number(n[2..]) < 500 || n.StartsWith("HA"u8) && Number(n[2..]) >= 500);
        }

        if (n.Length == 11 && Digits(n[6..]) && (n.StartsWith("GD8888"u8) && Number(n[6..9]) < 500 || n.StartsWith("HA8888"u8) && Number(n[6..9]) >= 500))
        {
            return Number(n[6..9]) % 97 == Number(n[9..11]);
        }

        if (n.Length is not (9 or 12) || !Digits(n))
        {
            return false;
        }

        var check = Sum(n, [8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
        return check == 0 || Number(n[..3]) >= 100 && check is 42 or 55;
    }

    /// <summary>Two letters that are issued, six digits, A to D.</summary>
    public static bool UkNino(ReadOnlySpan<byte> n) =>
        n.Length is 8 or 9 && Shape(n[..8], "AA999999") && (n.Length == 8 || n[8] is >= (byte)'A' and <= (byte)'D')
        && !In(n[0], "DFIQUV") && !In(n[1], "DFIQUVO") && !(n[..2].SequenceEqual("BG"u8) || n[..2].SequenceEqual("GB"u8) || n[..2].SequenceEqual("KN"u8)
            || n[..2].SequenceEqual("NK"u8) || n[..2].SequenceEqual("NT"u8) || n[..2].SequenceEqual("TN"u8) || n[..2].SequenceEqual("ZZ"u8));

    /// <summary>Surname, decade and birth date, initials: MORGA 657054 SM9IJ.</summary>
    public static bool UkDrivingLicence(ReadOnlySpan<byte> n)
    {
        if (n.Length != 16 || !Digits(n[5..11]) || !Letter(n[0]))
        {
            return false;
        }

        var nine = false;
        foreach (var b in n[..5])
        {
            if (b == '9')
            {
                nine = true;
            }
            else if (!Letter(b) || nine)
            {
                return false;
            }
        }

        var month = Number(n[6..8]);
        var day = Number(n[8..10]);
        return (month is >= 1 and <= 12 || month is >= 51 and <= 62) && day is >= 1 and <= 31
            && (Letter(n[11]) || n[11] == '9') && (Letter(n[12]) || n[12] == '9') && Shape(n[13..], "XAA");
    }

    public static bool IePps(ReadOnlySpan<byte> n)
    {
        if (n.Length is not (8 or 9) || !Digits(n[..7]) || n[7] is < (byte)'A' or > (byte)'W' || n.Length == 9 && !In(n[8], "ABCDEFGHITWX"))
        {
            return false;
        }

        var sum = Sum(n, [8, 7, 6, 5, 4, 3, 2]);
        if (n.Length == 9 && n[8] <= (byte)'I')
        {
            sum += 9 * (n[8] - 'A' + 1);
        }

        return "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23] == n[7];
    }

    public static bool NlBsn(ReadOnlySpan<byte> n)
    {
        Span<byte> nine = stackalloc byte[9];
        return NlDigits(n, ref nine) && Number(nine) > 0 && BsnRest(nine) == 0;
    }

    public static bool NlOnderwijs(ReadOnlySpan<byte> n) => Digits(n, 9) && n.StartsWith("10"u8) && BsnRest(n) == 5;

    public static bool NlVat(ReadOnlySpan<byte> n)
    {
        if (n.Length is < 6 or > 12 || n[^3] != 'B' || !Digits(n[^2..]))
        {
            return false;
        }

        Span<byte> nine = stackalloc byte[9];
        if (!NlDigits(n[..^3], ref nine) || Number(n[^2..]) == 0)
        {
            return false;
        }

        // NL = 23 21, B = 11: MOD 97-10 over all of it.
        var rest = Mod(nine, 97, 2321);
        rest = (rest * 100 + 11) % 97;
        return BsnRest(nine) == 0 && Number(nine) > 0 || (rest * 100 + Number(n[^2..])) % 97 == 1;
    }

    private static bool NlDigits(ReadOnlySpan<byte> n, ref Span<byte> nine)
    {
        if (n.Length is < 3 or > 9 || !Digits(n))
        {
            return false;
        }

        nine.Fill((byte)'0');
        n.CopyTo(nine[(9 - n.Length)..]);
        return true;
    }

    private static int BsnRest(ReadOnlySpan<byte> n) => (Sum(n, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 + 11) % 11;

    /// <summary>The Luhn sum modulo ten, the last digit counted once.</summary>
    private static int LuhnSum(ReadOnlySpan<byte> n)
    {
        var sum = 0;
        for (var i = 0; i < n.Length; i++)
        {
            var d = D(n[n.Length - 1 - i]) * (i % 2 == 0 ? 1 : 2);
            sum += d > 9 ? d - 9 : d;
        }

        return sum % 10;
    }
}

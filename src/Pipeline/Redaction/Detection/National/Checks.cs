namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Decides about a number that stands there compact: ASCII, upper case, nothing between the characters.</summary>
internal delegate bool Check(ReadOnlySpan<byte> number);

/// <summary>The arithmetic that national numbers share. Numbers are ASCII.</summary>
internal static class Checks
{
    private const string Base36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    public static int D(byte b) => b - '0';

    public static bool Digits(ReadOnlySpan<byte> n) => !n.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    public static bool Digits(ReadOnlySpan<byte> n, int length) => n.Length == length && Digits(n);

    public static bool Letter(byte b) => b is >= (byte)'A' and <= (byte)'Z';

    public static bool In(byte b, string set) => set.Contains((char)b, StringComparison.Ordinal);

    /// <summary>True when the text has the shape: '9' a digit, 'A' a letter, 'X' either, anything else itself.</summary>
    public static bool Shape(ReadOnlySpan<byte> n, string shape)
    {
        if (n.Length != shape.Length)
        {
            return false;
        }

        for (var i = 0; i < n.Length; i++)
        {
            var ok = shape[i] switch
            {
                '9' => char.IsAsciiDigit((char)n[i]),
                'A' => Letter(n[i]),
                'X' => Letter(n[i]) || char.IsAsciiDigit((char)n[i]),
                var c => n[i] == c,
            };
            if (!ok)
            {
                return false;
            }
        }

        return true;
    }

    public static int Sum(ReadOnlySpan<byte> n, ReadOnlySpan<int> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += D(n[i]) * weights[i];
        }

        return sum;
    }

    public static int Number(ReadOnlySpan<byte> n)
    {
        var value = 0;
        foreach (var b in n)
        {
            value = value * 10 + D(b);
        }

        return value;
    }

    /// <summary>The remainder of a long number of digits and letters (A = 10 ... Z = 35).</summary>
    public static int Mod(ReadOnlySpan<byte> n, int modulus, int start = 0)
    {
        var rest = start;
        foreach (var b in n)
        {
            var v = Base36Value(b);
            rest = v > 9 ? (rest * 100 + v) % modulus : (rest * 10 + v) % modulus;
        }

        return rest;
    }

    public static int Base36Value(byte b) => Base36.IndexOf((char)b, StringComparison.Ordinal);

    public static bool Luhn(ReadOnlySpan<byte> n) => Digits(n) && CardDetector.Luhn(n);

    /// <summary>ISO/IEC 7064, MOD 11,10.</summary>
    public static bool Mod11And10(ReadOnlySpan<byte> n)
    {
        var check = 5;
        foreach (var b in n)
        {
            check = ((check == 0 ? 10 : check) * 2 % 11 + D(b)) % 10;
        }

        return check == 1;
    }

    /// <summary>ISO/IEC 7064, MOD 11-2, with X for ten.</summary>
    public static bool Mod11And2(ReadOnlySpan<byte> n)
    {
        var check = 0;
        foreach (var b in n)
        {
            check = (2 * check + (b == (byte)'X' ? 10 : D(b))) % 11;
        }

        return check == 1;
    }

    /// <summary>GS1: weights 1 and 3 from the right.</summary>
    public static bool Ean(ReadOnlySpan<byte> n)
    {
        var sum = 0;
        for (var i = 0; i < n.Length; i++)
        {
            sum += D(n[n.Length - 1 - i]) * (i % 2 == 0 ? 1 : 3);
        }

        return sum % 10 == 0;
    }

    private static readonly int[][] Dihedral = BuildDihedral();
    private static readonly int[][] Permutation = BuildPermutation();

    /// <summary>Verhoeff's check over the dihedral group D5.</summary>
    public static bool Verhoeff(ReadOnlySpan<byte> n)
    {
        var check = 0;
        for (var i = 0; i < n.Length; i++)
        {
            check = Dihedral[check][Permutation[i % 8][D(n[n.Length - 1 - i])]];
        }

        return check == 0;
    }

    private static int[][] BuildDihedral()
    {
        var table = new int[10][];
        for (var i = 0; i < 10; i++)
        {
            table[i] = new int[10];
            for (var j = 0; j < 10; j++)
            {
                table[i][j] = i < 5 ? (j < 5 ? (i + j) % 5 : (i + j - 5) % 5 + 5) : j < 5 ? (i - 5 - j + 5) % 5 + 5 : (i - j + 5) % 5;
            }
        }

        return table;
    }

    private static int[][] BuildPermutation()
    {
        int[] step = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
        var table = new int[8][];
        table[0] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        for (var i = 1; i < 8; i++)
        {
            table[i] = [.. table[i - 1].Select(v => step[v])];
        }

        return table;
    }

    public static bool Date(int year, int month, int day) =>
        year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);

    /// <summary>A date that is not in the future.</summary>
    public static bool PastDate(int year, int month, int day) =>
        Date(year, month, day) && new DateOnly(year, month, day) <= Today;

    public static DateOnly Today => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
}

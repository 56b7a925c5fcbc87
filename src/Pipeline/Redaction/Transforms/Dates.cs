using System.Globalization;
using System.Text;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Transforms;

/// <summary>Dates as they stand in records: <c>2024-01-31</c> with or without a time, <c>31.01.2024</c>, <c>31/01/2024</c> or <c>01/31/2024</c>, <c>20240131</c>.</summary>
internal static class Dates
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd", "yyyyMMdd", "dd.MM.yyyy", "d.M.yyyy", "dd-MM-yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "d/M/yyyy", "M/d/yyyy", "dd.MM.yy", "dd/MM/yy", "MM/dd/yy",
    ];

    /// <summary>Writes the date moved by some days in the form it came in, its time of day left out; false when it is no date.</summary>
    public static bool TryShift(ReadOnlySpan<byte> value, int days, Pool<byte> output)
    {
        if (!TryRead(value, out var date, out var format))
        {
            return false;
        }

        // Beyond the calendar the other way: no date stays as it is.
        var number = date.DayNumber + days;
        number = number < DateOnly.MinValue.DayNumber || number > DateOnly.MaxValue.DayNumber ? date.DayNumber - days : number;
        output.AddRange(Encoding.ASCII.GetBytes(DateOnly.FromDayNumber(number).ToString(format, CultureInfo.InvariantCulture)));
        return true;
    }

    /// <summary>The year of a date.</summary>
    public static bool TryYear(ReadOnlySpan<byte> value, out int year)
    {
        var read = TryRead(value, out var date, out _);
        year = date.Year;
        return read;
    }

    private static bool TryRead(ReadOnlySpan<byte> value, out DateOnly date, out string format)
    {
        date = default;
        format = "";
        if (value.Length is < 6 or > 40)
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(value).Trim();
        var time = text.IndexOfAny(['T', ' ']);
        text = time > 0 ? text[..time] : text;
        foreach (var candidate in Formats)
        {
            if (DateOnly.TryParseExact(text, candidate, CultureInfo.InvariantCulture, DateTimeStyles.None, out date))
            {
                format = candidate;
                return true;
            }
        }

        return false;
    }
}

using System.Text.Unicode;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// Newline-delimited JSON: a record a line, blank lines skipped, <c>\r\n</c> and a missing last newline allowed. A line that is no JSON is an error of that record only.
/// <code>
/// {"order":1}
/// {"order":2,"partitionKey":"k1"}
/// </code>
/// </summary>
internal static class NdjsonRecords
{
    public static void Read(ReadOnlySpan<byte> body, RecordIntake intake)
    {
        if (body.StartsWith("\uFEFF"u8))
        {
            body = body[3..];
        }

        // Checked in one go: line by line it would cost a call each.
        var isUtf8 = Utf8.IsValid(body);
        for (var number = 1; body.Length > 0; number++)
        {
            var end = body.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? [] : body[(end + 1)..];
            line = line.Trim(" \t\r"u8);
            if (line.Length > 0)
            {
                JsonRecords.ReadLine(line, number, intake, isUtf8);
            }
        }
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// JSON of answers, put together from ready-made pieces: an answer to 500 records has 500 results of the same shape, which a general writer would check name by name.
/// The caller minds the commas.
/// </summary>
internal sealed class AnswerText
{
    /// <summary>Larger buffers are not kept for the next answer.</summary>
    private const int KeptBytes = 1 << 20;

    [ThreadStatic]
    private static AnswerText? _idle;

    /// <summary>What stands in JSON as it is.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:#/ ,;()='*[]{}|?!@$%^~");

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>An empty text of this thread's own, to be given back before anything is awaited.</summary>
    public static AnswerText Rent()
    {
        var text = _idle ?? new AnswerText();
        _idle = null;
        return text;
    }

    public void Return()
    {
        if (_buffer.Capacity <= KeptBytes)
        {
            _buffer.ResetWrittenCount();
            _idle = this;
        }
    }

    public AnswerText Raw(ReadOnlySpan<byte> json)
    {
        _buffer.Write(json);
        return this;
    }

    public AnswerText Number(long value)
    {
        Utf8Formatter.TryFormat(value, _buffer.GetSpan(20), out var written);
        _buffer.Advance(written);
        return this;
    }

    /// <summary>A record's id as the node gives it, with its quotes: <c>"5f3a9c01-19aabbccd00001"</c>.</summary>
    public AnswerText Id(string node, long number)
    {
        var to = _buffer.GetSpan(node.Length + 20);
        to[0] = (byte)'"';
        var length = 1 + Encoding.ASCII.GetBytes(node, to[1..]);
        to[length++] = (byte)'-';
        Utf8Formatter.TryFormat(number, to[length..], out var written, new StandardFormat('x'));
        length += written;
        to[length++] = (byte)'"';
        _buffer.Advance(length);
        return this;
    }

    /// <summary>A string with its quotes, escaped.</summary>
    public AnswerText Text(ReadOnlySpan<char> value)
    {
        _buffer.Write("\""u8);
        if (value.ContainsAnyExcept(Plain))
        {
            // Read by programs and never put into a page, so quotes and angle brackets may stand. By way of UTF-8, which puts something in the place of half a surrogate pair.
            _buffer.Write(JsonEncodedText.Encode(Encoding.UTF8.GetBytes([.. value]), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        }
        else
        {
            _buffer.Advance(Encoding.ASCII.GetBytes(value, _buffer.GetSpan(value.Length)));
        }

        _buffer.Write("\""u8);
        return this;
    }
}

using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using ZstdSharp;

namespace Weir.Pipeline.Ingest;

/// <summary>A request's whole body in one pooled buffer, counted against the memory for bodies until disposed.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBuffer = 4096;
    private readonly BodyMemory _memory;
    private byte[] _buffer = [];
    private long _reserved;

    private RequestBody(BodyMemory memory) => _memory = memory;

    public int Length { get; private set; }

    /// <summary>SHA-256 of the body as it was sent, before decompression; empty unless asked for.</summary>
    public byte[] Sha256 { get; private set; } = [];

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Length);

    /// <summary>Reads and, by <c>Content-Encoding</c>, decompresses. Throws <see cref="IngestRefusedException"/> for what is too long, broken or unknown.</summary>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, IngestOptions options, BodyMemory memory, bool hash = false)
    {
        if (context.Request.ContentLength > options.MaxRequestBytes)
        {
            throw new IngestRefusedException(IngestProblem.RequestTooLarge(options.MaxRequestBytes));
        }

        var body = new RequestBody(memory);
        try
        {
            var encoding = context.Request.Headers.ContentEncoding;
            if (encoding.Count == 0 || (encoding.Count == 1 && (encoding[0]!.Length == 0 || encoding[0]!.Equals("identity", StringComparison.OrdinalIgnoreCase))))
            {
                await body.ReadPlainAsync(context, options);
                body.Sha256 = hash ? SHA256.HashData(body.Span) : [];
            }
            else
            {
                await body.DecompressAsync(context, encoding.ToString(), options, hash);
            }

            return body;
        }
        catch (IOException e) when (e is not Microsoft.AspNetCore.Http.BadHttpRequestException && !context.RequestAborted.IsCancellationRequested)
        {
            // The server's word for a few kinds of broken chunks; nothing here has met a disk.
            body.Dispose();
            throw new IngestRefusedException(new IngestProblem(400, "bad-request", "The request is not valid HTTP", e.Message, "body"));
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _memory.Release(Interlocked.Exchange(ref _reserved, 0));
    }

    private async ValueTask ReadPlainAsync(HttpContext context, IngestOptions options)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            var available = result.Buffer.Length;
            if (Length + available > options.MaxRequestBytes)
            {
                throw new IngestRefusedException(IngestProblem.RequestTooLarge(options.MaxRequestBytes));
            }

            // Memory follows what has arrived, not what was announced: a slow sender of a large body holds little.
            await EnsureAsync((int)available, context.Request.ContentLength ?? 0, context.RequestAborted);
            result.Buffer.CopyTo(_buffer.AsSpan(Length));
            Length += (int)available;
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private async Task DecompressAsync(HttpContext context, string encoding, IngestOptions options, bool hash)
    {
        await using var limited = new LimitedStream(context.Request.Body, options.MaxRequestBytes, hash);
        await using Stream stream = encoding.Trim().ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(limited, CompressionMode.Decompress),
            "br" => new BrotliStream(limited, CompressionMode.Decompress),
            "deflate" => new ZLibStream(limited, CompressionMode.Decompress),
            "zstd" => new DecompressionStream(limited),
            _ => throw new IngestRefusedException(IngestProblem.UnsupportedEncoding(encoding)),
        };
        try
        {
            while (true)
            {
                await EnsureAsync(64 << 10, 0, context.RequestAborted);
                var read = await stream.ReadAsync(_buffer.AsMemory(Length), context.RequestAborted);
                if (read == 0)
                {
                    // A decompressor may stop before the end; what follows belongs to the body all the same.
                    await limited.CopyToAsync(Stream.Null, context.RequestAborted);
                    Sha256 = limited.Hash();
                    return;
                }

                Length += read;
                if (Length > options.MaxDecompressedBytes)
                {
                    throw new IngestRefusedException(IngestProblem.DecompressedTooLarge(options.MaxDecompressedBytes));
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or ZstdException or EndOfStreamException)
        {
            throw new IngestRefusedException(IngestProblem.Malformed($"The body is not {encoding}."));
        }
    }

    /// <summary>Room for so many bytes more.</summary>
    private async ValueTask EnsureAsync(int more, long announced, CancellationToken cancellationToken)
    {
        if (_buffer.Length - Length >= more && _buffer.Length > 0)
        {
            return;
        }

        var wanted = Math.Max(Math.Max(Length + more, FirstBuffer), (int)Math.Min(announced, 2L * (Length + more)));
        if (Length > 0)
        {
            wanted = Math.Max(wanted, (int)Math.Min(2L * _buffer.Length, Array.MaxLength));
        }

        // Twice: the body here, and its records on their way to the spool.
        var reserve = (2L * wanted) - _reserved;
        if (reserve > 0)
        {
            await _memory.ReserveAsync(reserve, cancellationToken);
            _reserved += reserve;
        }

        var larger = ArrayPool<byte>.Shared.Rent(wanted);
        Span.CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }

    /// <summary>Ends with a refusal once more than so many bytes were read.</summary>
    private sealed class LimitedStream(Stream inner, int limit, bool hash) : Stream
    {
        private readonly IncrementalHash? _hash = hash ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        private long _read;

        /// <summary>The hash of all that was read; empty unless asked for.</summary>
        public byte[] Hash() => _hash?.GetHashAndReset() ?? [];

        protected override void Dispose(bool disposing)
        {
            _hash?.Dispose();
            base.Dispose(disposing);
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => _read; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            _read += read;
            _hash?.AppendData(buffer.Span[..read]);
            return _read > limit ? throw new IngestRefusedException(IngestProblem.RequestTooLarge(limit)) : read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

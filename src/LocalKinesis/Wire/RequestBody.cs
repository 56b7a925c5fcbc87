using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Weir.LocalKinesis.Wire;

/// <summary>A request's body in one piece: where the server has it, or copied into pooled memory.</summary>
internal sealed class RequestBody : IDisposable
{
    private readonly PipeReader? _lender;
    private readonly BodyMemory? _memory;
    private readonly SequencePosition _end;
    private byte[] _bytes = [];

    private RequestBody(byte[] bytes, int length, BodyMemory memory) => (_bytes, Memory, _memory) = (bytes, bytes.AsMemory(0, length), memory);

    private RequestBody(PipeReader lender, in ReadOnlySequence<byte> buffer) => (_lender, _end, Memory) = (lender, buffer.End, buffer.First);

    /// <summary>Valid until the body is disposed of.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    public int Length => Memory.Length;

    /// <summary>Reads the body without copying it when it lies in one piece. The server goes on receiving only after <see cref="Dispose"/>: for calls that are soon answered.</summary>
    public static async ValueTask<RequestBody> BorrowAsync(IFeatureCollection features, BodyMemory memory, CancellationToken cancellationToken)
    {
        var reader = features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        ReadResult read;
        try
        {
            read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (IsClients(e))
        {
            throw Unreadable(e);
        }

        if (read.IsCompleted && read.Buffer.IsSingleSegment)
            return new RequestBody(reader, read.Buffer);
        reader.AdvanceTo(read.Buffer.Start);
        return await CopyAsync(features, memory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the body into memory of its own.</summary>
    /// <exception cref="Weir.Aws.Kinesis.KinesisException">Too much is being received at once.</exception>
    public static async ValueTask<RequestBody> CopyAsync(IFeatureCollection features, BodyMemory memory, CancellationToken cancellationToken)
    {
        var reader = features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        var bytes = memory.RentAhead(features.GetRequiredFeature<IHttpRequestFeature>().Headers.ContentLength);
        var length = 0;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var more = (int)read.Buffer.Length;
                if (length + more > bytes.Length)
                {
                    var larger = memory.Rent(Math.Max(length + more, bytes.Length * 2));
                    bytes.AsSpan(0, length).CopyTo(larger);
                    memory.Return(bytes);
                    bytes = larger;
                }

                read.Buffer.CopyTo(bytes.AsSpan(length));
                length += more;
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return new RequestBody(bytes, length, memory);
            }
        }
        catch (Exception e)
        {
            memory.Return(bytes);
            if (e is IOException io && IsClients(io))
                throw Unreadable(io);
            throw;
        }
    }

    /// <summary>The server tells of a stream that the client reset, and of a chunk's size that is no number, as if a file could not be read.</summary>
    private static bool IsClients(IOException e) => e is not (BadHttpRequestException or ConnectionResetException);

    private static BadHttpRequestException Unreadable(IOException e) => new("The body ended early, or its chunks cannot be told apart.", StatusCodes.Status400BadRequest, e);

    public void Dispose()
    {
        _lender?.AdvanceTo(_end);
        if (_bytes.Length > 0)
            _memory!.Return(_bytes);
        _bytes = [];
    }
}

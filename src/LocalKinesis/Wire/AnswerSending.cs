using Microsoft.AspNetCore.Http.Features;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// Sends whole answers, and keeps clients that ask for much and take little from filling the machine's memory: what waits to be taken has a deadline, and
/// while too much waits no records are read for anybody.
/// </summary>
/// <param name="time">The clock of the deadlines.</param>
/// <param name="mostBytes">What may wait together, 512 MiB: room for some thirty-five of the largest answers.</param>
internal sealed class AnswerSending(TimeProvider time, long mostBytes = 512L << 20)
{
    /// <summary>The slowest that an answer may be taken at, after <see cref="Patience"/>: a thirtieth of what the service gives a reader of one shard.</summary>
    private const double SlowestBytesPerSecond = 64 << 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private long _waiting;

    /// <summary>Refuses when too much waits to be taken.</summary>
    /// <exception cref="KinesisException">ServiceUnavailable, status 503: the same call may find room later.</exception>
    public void CheckRoom()
    {
        if (Volatile.Read(ref _waiting) > mostBytes)
            throw new KinesisException(KinesisErrorCodes.ServiceUnavailable, "Clients are taking more answers than there is memory for. Try again.", 503);
    }

    /// <summary>Sends the bytes; a client that has not taken them by their deadline loses its connection.</summary>
    public async ValueTask SendAsync(IFeatureCollection features, ReadOnlyMemory<byte> bytes)
    {
        Interlocked.Add(ref _waiting, bytes.Length);
        try
        {
            var sending = features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(bytes);
            if (sending.IsCompleted)
            {
                await sending.ConfigureAwait(false);
                return;
            }

            using var deadline = time.CreateTimer(
                static lifetime => ((IHttpRequestLifetimeFeature)lifetime!).Abort(),
                features.GetRequiredFeature<IHttpRequestLifetimeFeature>(),
                Patience + TimeSpan.FromSeconds(bytes.Length / SlowestBytesPerSecond),
                Timeout.InfiniteTimeSpan);
            await sending.ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Add(ref _waiting, -bytes.Length);
        }
    }
}

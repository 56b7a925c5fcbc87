using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// Carries some records through an engine of its own just after the start, over a socket in its directory, so that what carries records is compiled well
/// before clients come: the first second under load otherwise answers ten times slower than the rest. Takes a second or two of one processor.
/// </summary>
internal static partial class WarmUp
{
    private const string DirectoryName = "warm-up";
    private const int Connections = 8;
    private const int Rounds = 10;
    private const int CallsPerRound = 12;
    private const int RecordsPerCall = 24;

    /// <summary>The compiler takes up what was called often once nothing new has been called for 100 ms.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);

    /// <summary>Runs until it is done or cancelled; says so in the log when it cannot, and throws nothing.</summary>
    public static async Task RunAsync(LocalKinesisOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(options.Directory, DirectoryName);
        try
        {
            Delete(directory);
            await CarryAsync(directory, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException)
        {
            LogCold(logger, e);
        }
        finally
        {
            Delete(directory);
        }
    }

    private static async Task CarryAsync(string directory, CancellationToken cancellationToken)
    {
        var options = new LocalKinesisOptions { Directory = directory, Limits = KinesisLimits.None, InitialStreams = "w:4", SegmentBytes = 64 << 20 };
        var kinesis = new LocalKinesisEngine(options, TimeProvider.System, NullLogger<LocalKinesisEngine>.Instance);
        await using (kinesis.ConfigureAwait(false))
        {
            await kinesis.OpenAsync(cancellationToken).ConfigureAwait(false);
            var path = Path.Combine(directory, "socket");
            var listener = await HttpListener.StartAsync(kinesis.Engine, path, cancellationToken).ConfigureAwait(false);
            await using (listener.ConfigureAwait(false))
            {
                var put = Request("PutRecord", $$"""{"StreamName":"w","PartitionKey":"k","Data":"{{Data}}"}""");
                var many = Request("PutRecords", $$"""{"StreamName":"w","Records":[{{string.Join(',', Enumerable.Range(0, RecordsPerCall).Select(i => $$"""{"Data":"{{Data}}","PartitionKey":"{{i}}"}"""))}}]}""");
                var iterator = await kinesis.GetShardIteratorAsync(new Aws.Kinesis.GetShardIteratorRequest("shardId-000000000000", "TRIM_HORIZON", "w"), cancellationToken).ConfigureAwait(false);
                var get = Request("GetRecords", $$"""{"ShardIterator":"{{iterator.ShardIterator}}","Limit":100}""");
                for (var round = 0; round < Rounds; round++)
                {
                    await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => CallAsync(path, [put, put, put, many, put, get], cancellationToken))).ConfigureAwait(false);
                    await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private static string Data { get; } = Convert.ToBase64String(new byte[1024]);

    private static byte[] Request(string operation, string body) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"POST / HTTP/1.1\r\nHost: w\r\nContent-Type: {KinesisEndpoint.Json}\r\nX-Amz-Target: Kinesis_20131202.{operation}\r\nX-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential=w/20260101/w/kinesis/aws4_request, SignedHeaders=host, Signature=w\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

    private static async Task CallAsync(string path, byte[][] requests, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
        var stream = new NetworkStream(socket, ownsSocket: false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[256 << 10];
            for (var call = 0; call < CallsPerRound; call++)
            {
                await stream.WriteAsync(requests[call % requests.Length], cancellationToken).ConfigureAwait(false);
                var length = 0;
                while (!IsWhole(buffer.AsSpan(0, length)))
                {
                    var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                        throw new IOException("The connection was closed before the answer.");
                    length += read;
                }
            }
        }
    }

    /// <summary>Whether head and body have come.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        var field = answer.IndexOf("Content-Length: "u8);
        if (head < 0 || field < 0)
            return false;
        var digits = answer[(field + 16)..];
        return int.TryParse(digits[..digits.IndexOf((byte)'\r')], NumberStyles.None, CultureInfo.InvariantCulture, out var length) && answer.Length >= head + 4 + length;
    }

    private static void Delete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not there, or for the next start to take away.
        }
    }

    [LoggerMessage(LogLevel.Information, "The engine could not warm up; its first answers under load will be slower.")]
    private static partial void LogCold(ILogger logger, Exception exception);
}

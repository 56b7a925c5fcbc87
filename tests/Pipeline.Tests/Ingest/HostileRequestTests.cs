using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Weir.Pipeline.Tests.Publishing;
using ZstdSharp;

namespace Weir.Pipeline.Tests.Ingest;

public sealed class HostileRequestTests
{
    private const string Records = "/v1/streams/orders/records";

    private static async Task<IngestServer> StartAsync(params (string, string)[] settings)
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 2);
        return await IngestServer.StartAsync(kinesis, null, [("Publishing:DrainSeconds", "0"), .. settings]);
    }

    /// <summary>Sends bytes as they are and reads until the server has answered, or with <paramref name="toEnd"/> or <paramref name="halfClose"/> until it closes.</summary>
    private static async Task<string> RawAsync(IngestServer server, string request, bool halfClose = false, bool toEnd = false)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
            if (halfClose)
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Refused before all of it was sent: the answer may be there all the same.
        }

        var answer = new StringBuilder();
        var buffer = new byte[4096];
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, timeout.Token)) > 0)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
                if (answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && !halfClose && !toEnd)
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // Reset: the server had enough of it.
            return answer.ToString();
        }

        return answer.ToString();
    }

    private static string Head(string more) => $"POST {Records} HTTP/1.1\r\nHost: x\r\nX-Api-Key: good-key\r\nContent-Type: text/plain\r\n{more}\r\n";

    public static TheoryData<string> Encodings => ["gzip", "br", "zstd", "deflate"];

    internal static byte[] Compress(string encoding, byte[] data)
    {
        using var output = new MemoryStream();
        using (Stream compressor = encoding switch
        {
            "gzip" => new GZipStream(output, CompressionLevel.Optimal),
            "br" => new BrotliStream(output, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(output, CompressionLevel.Optimal),
            _ => new CompressionStream(output, 3),
        })
        {
            compressor.Write(data);
        }

        return output.ToArray();
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_compressed_body_is_taken(string encoding)
    {
        await using var server = await StartAsync();

        var (status, answer) = await server.PostAsync(Records, Compress(encoding, Encoding.UTF8.GetBytes("{\"n\":1}\n{\"n\":2}\n")), "application/x-ndjson", ("Content-Encoding", encoding));

        Assert.Equal(202, status);
        Assert.Equal(2, answer.GetProperty("accepted").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_zip_bomb_is_413_before_it_unfolds(string encoding)
    {
        await using var server = await StartAsync(("Ingest:MaxDecompressedBytes", "4194304"));

        var (status, answer) = await server.PostAsync(Records, Compress(encoding, new byte[64 << 20]), "application/x-ndjson", ("Content-Encoding", encoding));

        Assert.Equal(413, status);
        Assert.Equal("urn:weir:problem:decompressed-too-large", answer.GetProperty("type").GetString());
        Assert.Equal(4194304, answer.GetProperty("limit").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_body_that_is_not_what_its_encoding_says_is_400(string encoding)
    {
        await using var server = await StartAsync();

        var (status, answer) = await server.PostAsync(Records, "this is not compressed at all, whatever the header says", "text/plain", ("Content-Encoding", encoding));

        Assert.Equal(400, status);
        Assert.Equal("urn:weir:problem:malformed-body", answer.GetProperty("type").GetString());
    }

    [Fact]
    public async Task An_unknown_encoding_is_415()
    {
        await using var server = await StartAsync();

        Assert.Equal(415, (await server.PostAsync(Records, "x", "text/plain", ("Content-Encoding", "compress"))).Status);
    }

    [Fact]
    public async Task A_record_of_10_MiB_is_413_before_its_body_is_read()
    {
        await using var server = await StartAsync();

        // The body is never sent: the answer comes from the announced length.
        var answer = await RawAsync(server, Head("Content-Length: 10485760\r\n"));

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_of_10_MiB_without_a_length_is_413()
    {
        await using var server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Records) { Content = new StreamContent(new MemoryStream(new byte[10 << 20])) };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");

        Assert.Equal(413, (int)(await server.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_body_that_drips_is_408_and_holds_nothing_up()
    {
        await using var server = await StartAsync();
        var slow = RawAsync(server, Head("Content-Length: 1000\r\n") + "a few bytes");

        Assert.Equal(202, (await server.PostAsync(Records, "x", "text/plain")).Status);
        Assert.StartsWith("HTTP/1.1 408", await slow, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")]
    [InlineData("Content-Length: -1\r\n", "hello")]
    [InlineData("Content-Length: many\r\n", "hello")]
    [InlineData("Transfer-Encoding: chunked\r\n", "zz\r\nhello\r\n0\r\n\r\n")]
    [InlineData("X-Partition-Key: a\r\nX-Partition-Key: b\r\nContent-Length: 5\r\n", "hello")]
    [InlineData("X-Api-Key: good-key\r\nContent-Length: 5\r\n", "hello")]
    [InlineData("Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 5\r\n", "hello")]
    public async Task Wrong_lengths_and_doubled_headers_are_400(string headers, string body)
    {
        await using var server = await StartAsync();

        Assert.StartsWith("HTTP/1.1 400", await RawAsync(server, Head(headers) + body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "3\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, gzip\r\n", "5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: gzip\r\n", "hello")]
    [InlineData("Content-Length: 5 5\r\n", "hello")]
    [InlineData("Content-Length: 99999999999999999999\r\n", "hello")]
    [InlineData("X-Partition Key: k\r\nContent-Length: 5\r\n", "hello")]
    [InlineData("X-Partition-Key\r\nContent-Length: 5\r\n", "hello")]
    [InlineData("X-Partition-Key: \u0000\r\nContent-Length: 5\r\n", "hello")]
    [InlineData("X-Partition-Key: \u00ff\u00fe\r\nContent-Length: 5\r\n", "hello")]
    [InlineData("X-Record-Id: a\r\nX-Record-Id: b\r\nContent-Length: 5\r\n", "hello")]
    public async Task Nonsense_in_chunks_and_headers_is_refused_and_nothing_is_taken(string headers, string body)
    {
        await using var server = await StartAsync();

        var answer = await RawAsync(server, Head(headers) + body);

        Assert.True(answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 501", StringComparison.Ordinal), answer);
        Assert.Equal(0, server.Metrics.Read().RecordsAccepted);
    }

    [Fact]
    public async Task A_length_beside_chunks_cannot_smuggle_a_second_request()
    {
        await using var server = await StartAsync();

        // By the length the second request would be body; by the chunks it is a request of its own, and has no key.
        var answer = await RawAsync(server, Head("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n") + $"5\r\nhello\r\n0\r\n\r\nPOST {Records} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", toEnd: true);

        Assert.DoesNotContain("202", answer.Split("HTTP/1.1 ").Skip(2).Select(a => a[..3]));
        Assert.InRange(server.Metrics.Read().RecordsAccepted, 0, 1);
    }

    [Fact]
    public async Task A_sender_that_expects_100_is_told_to_go_on_only_once_it_is_admitted()
    {
        await using var server = await StartAsync();

        Assert.StartsWith("HTTP/1.1 100 Continue", await RawAsync(server, Head("Expect: 100-continue\r\nContent-Length: 5\r\n")), StringComparison.Ordinal);
        var refused = await RawAsync(server, Head("Expect: 100-continue\r\nContent-Length: 5\r\n").Replace("good-key", "wrong-key", StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 401", refused, StringComparison.Ordinal);
        var tooLarge = await RawAsync(server, Head("Expect: 100-continue\r\nContent-Length: 104857600\r\n"));
        Assert.StartsWith("HTTP/1.1 413", tooLarge, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_of_HTTP_1_0_is_taken_and_its_connection_closed()
    {
        await using var server = await StartAsync();

        var answer = await RawAsync(server, $"POST {Records} HTTP/1.0\r\nX-Api-Key: good-key\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello", toEnd: true);

        Assert.StartsWith("HTTP/1.1 202", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_sent_without_waiting_are_answered_in_their_order()
    {
        await using var server = await StartAsync();
        var request = Head("Content-Length: 5\r\n") + "hello";

        var answer = await RawAsync(server, request + request.Replace("text/plain", "text/html", StringComparison.Ordinal) + Head("Connection: close\r\nContent-Length: 5\r\n") + "hello", toEnd: true);

        Assert.Equal(["202", "415", "202"], answer.Split("HTTP/1.1 ").Skip(1).Select(a => a[..3]));
    }

    [Fact]
    public async Task Headers_without_end_are_431_and_an_address_without_end_is_414()
    {
        await using var server = await StartAsync();

        Assert.StartsWith("HTTP/1.1 431", await RawAsync(server, Head($"X-Filler: {new string('x', 40_000)}\r\nContent-Length: 5\r\n") + "hello"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431", await RawAsync(server, Head(string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: x\r\n"))) + "hello"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414", await RawAsync(server, $"POST {Records}?{new string('x', 10_000)} HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_not_UTF8_is_an_error_of_its_own()
    {
        await using var server = await StartAsync();

        var (status, answer) = await server.PostAsync(Records, [.. "{\"n\":1}\n{\"n\":\""u8, 0xC3, 0x28, .. "\"}\n{\"n\":3}"u8], "application/x-ndjson");

        Assert.Equal(202, status);
        Assert.Equal(["accepted", "rejected", "accepted"], answer.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("status").GetString()));
        Assert.Contains("UTF-8", answer.GetProperty("results")[1].GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_shorter_than_announced_is_never_taken()
    {
        await using var server = await StartAsync();

        var answer = await RawAsync(server, Head("Content-Length: 100\r\n") + "short", halfClose: true);

        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), answer);
        Assert.Equal(0, server.Metrics.Read().RecordsAccepted);
    }

    [Fact]
    public async Task A_million_tiny_records_in_one_request_are_413_and_in_twenty_they_are_taken()
    {
        await using var server = await StartAsync();
        var tiny = new StringBuilder().Insert(0, "1\n", 50_000).ToString();

        var (status, answer) = await server.PostAsync(Records, string.Concat(Enumerable.Repeat(tiny, 20)), "application/x-ndjson");
        Assert.Equal(413, status);
        Assert.Equal(50_000, answer.GetProperty("limit").GetInt32());
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(202, (await server.PostAsync(Records, tiny, "application/x-ndjson")).Status);
        }

        Assert.Equal(1_000_000, server.Metrics.Read().RecordsAccepted);
    }

    [Fact]
    public async Task Deeply_nested_JSON_is_400()
    {
        await using var server = await StartAsync();

        Assert.Equal(400, (await server.PostAsync(Records, new string('[', 100_000), "application/json")).Status);
    }
}

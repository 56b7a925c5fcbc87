using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace Weir.LocalKinesis.Tests.Wire;

/// <summary>An engine with its own port, and a client that speaks the bare protocol.</summary>
internal sealed class WireServer : IAsyncDisposable
{
    public const string Json = "application/x-amz-json-1.1";

    private WireServer(TestEngine engine, LocalKinesisHost host) => (Engine, Host, Client) = (engine, host, new HttpClient { BaseAddress = new Uri(host.Url!) });

    public TestEngine Engine { get; }
    public LocalKinesisHost Host { get; }
    public HttpClient Client { get; }

    public static async Task<WireServer> StartAsync(Action<LocalKinesisOptions>? configure = null)
    {
        var engine = new TestEngine(configure);
        var host = new LocalKinesisHost(engine.Kinesis, NullLoggerFactory.Instance);
        await host.StartAsync(default);
        return new WireServer(engine, host);
    }

    public static HttpRequestMessage Request(string operation, HttpContent content, string type = Json, bool signed = true)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = content };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        request.Headers.TryAddWithoutValidation("X-Amz-Target", $"Kinesis_20131202.{operation}");
        if (signed)
        {
            request.Headers.TryAddWithoutValidation("X-Amz-Date", "20260301T120000Z");
            request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=x/20260301/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0");
        }

        return request;
    }

    public async Task<(HttpStatusCode Status, string Body)> SendAsync(string operation, string json)
    {
        using var request = Request(operation, new ByteArrayContent(Encoding.UTF8.GetBytes(json)));
        using var response = await Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<JsonElement> OkAsync(string operation, string json)
    {
        var (status, body) = await SendAsync(operation, json);
        Assert.True(status == HttpStatusCode.OK, $"{operation}: {(int)status} {body}");
        return body.Length == 0 ? default : JsonDocument.Parse(body).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        await Engine.DisposeAsync();
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Aws.Protocol;

namespace Weir.Aws.Tests.Protocol;

/// <summary>One request as it came over the wire.</summary>
internal sealed record ReceivedRequest(string Method, string Path, string Protocol, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>A server on a free loopback port that answers as scripted, in order, and checks every signature with code of its own.</summary>
internal sealed class FakeAws : IAsyncDisposable
{
    public const string AccessKey = "AKIDEXAMPLE";
    public const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    public const string Region = "eu-west-1";
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();

    private FakeAws(WebApplication app) => _app = app;

    public ConcurrentQueue<ReceivedRequest> Received { get; } = new();

    public Uri Url => new(_app.Urls.Single());

    public AwsEndpoint Endpoint => new() { Region = Region, ServiceUrl = Url, Credentials = new BasicAWSCredentials(AccessKey, Secret) };

    public static async Task<FakeAws> StartAsync(HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = 32 << 20;
            k.Listen(IPAddress.Loopback, 0, l => l.Protocols = protocols);
        });
        var app = builder.Build();
        var fake = new FakeAws(app);
        app.Run(fake.AnswerAsync);
        await app.StartAsync();
        return fake;
    }

    public FakeAws Then(int status, string body, string contentType = "application/x-amz-json-1.1", params (string Name, string Value)[] headers) => Then(async http =>
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.Headers["x-amzn-RequestId"] = "c0ffee00-0000-4000-8000-00000000000" + Received.Count;
        foreach (var (name, value) in headers)
            http.Response.Headers[name] = value;
        await http.Response.WriteAsync(body, http.RequestAborted);
    });

    public FakeAws Then(Func<HttpContext, Task> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    public FakeAws ThenError(string code, string message = "no", int status = 400) =>
        Then(status, $$"""{"__type":"{{code}}","message":"{{message}}"}""");

    /// <summary>Promises more than it sends, then drops the connection.</summary>
    public FakeAws ThenTruncated() => Then(async http =>
    {
        http.Response.ContentType = "application/x-amz-json-1.1";
        http.Response.ContentLength = 1_000;
        await http.Response.WriteAsync("""{"StreamNames":["a",""");
        await http.Response.Body.FlushAsync();
        http.Abort();
    });

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var request = new ReceivedRequest(
            http.Request.Method,
            http.Request.Path,
            http.Request.Protocol,
            http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        Received.Enqueue(request);
        if (Signature.Of(request, Secret) is var expected && !request.Headers["Authorization"].EndsWith("Signature=" + expected, StringComparison.Ordinal))
        {
            http.Response.StatusCode = 403;
            await http.Response.WriteAsync("""{"__type":"SignatureDoesNotMatch","message":"the test's own signature differs"}""");
            return;
        }

        if (_script.TryDequeue(out var answer))
            await answer(http);
        else
            http.Response.StatusCode = 410;
    }
}

/// <summary>Signature Version 4 from its <see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">description</see>, for the one shape of request we make.</summary>
internal static class Signature
{
    /// <summary>The signature the request should carry, from the scope and headers it says it signed.</summary>
    public static string Of(ReceivedRequest request, string secret)
    {
        var parts = request.Headers["Authorization"]["AWS4-HMAC-SHA256 ".Length..].Split(", ").Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        var scope = parts["Credential"].Split('/', 2)[1];
        var signed = parts["SignedHeaders"];
        var canonical = string.Join('\n',
        [
            request.Method, request.Path, "",
            .. signed.Split(';').Select(name => $"{name}:{request.Headers[name].Trim()}"), "",
            signed, Hex(SHA256.HashData(request.Body)),
        ]);
        var toSign = string.Join('\n', "AWS4-HMAC-SHA256", request.Headers["X-Amz-Date"], scope, Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    public static DateTimeOffset DateOf(ReceivedRequest request) =>
        DateTimeOffset.ParseExact(request.Headers["X-Amz-Date"], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Access;

namespace Weir.Dashboard.Tests.Api;

/// <summary>Values that nobody has are planted in a stream of the whole program; no answer of the API, no line of the log and no file of its data directory may hold one. The stream itself, which is the partners', and the spool before redaction do.</summary>
public sealed class CanaryApiTests : IAsyncLifetime
{
    private static readonly string[] Canaries = ["canary.bird.4711@example.net", "4539148803436467", "5500005555555559", "219-09-9998", "+1 415-555-0132"];

    private readonly string _data = Directory.CreateTempSubdirectory("weir-canary-api-").FullName;
    private readonly LogLines _log = new();
    private readonly WeirServer _server;

    public CanaryApiTests() => _server = new WeirServer
    {
        Settings = { ["DataDirectory"] = _data, ["Logging:LogLevel:Default"] = "Trace", ["Redaction:PostScanEvery"] = "1" },
        Logging = logging => logging.ClearProviders().AddProvider(_log),
    };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        try
        {
            Directory.Delete(_data, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Something still writes its last file; the system's clean-up takes what is left.
        }
    }

    [Fact]
    public async Task No_planted_value_is_in_an_answer_of_the_API_in_the_log_or_in_a_file()
    {
        using var client = _server.Client(Roles.Admin);
        var kinesis = _server.Services.GetRequiredService<IKinesis>();
        var records = 0;
        foreach (var canary in Canaries)
        {
            // As a value, escaped, as a key, in text, in the partition key; and in records that cannot be read at all.
            await Put($$$"""{"a":{"b":["{{{canary}}}"]}}""");
            await Put($$"""{"a":"{{string.Concat(canary.Select(c => $"\\u{(int)c:x4}"))}}"}""");
            await Put($$"""{"{{canary}}":1}""");
            await Put($"{canary} came by", $"key {canary}");
            records += 4;
            await Put($$"""{"a":"{{canary}}",}""");
        }

        await Eventually.GetAsync(() => client.GetFromJsonAsync<JsonElement>("/api/v1/records/count?stream=orders"), c => c.GetProperty("count").GetInt32() == records, "the records");
        var letters = await Eventually.GetAsync(() => client.GetFromJsonAsync<JsonElement>("/api/v1/dead-letters"), l => l.GetArrayLength() == Canaries.Length, "the dead letters");
        await Eventually.GetAsync(() => client.GetAsync("/api/v1/metrics"), a => a.StatusCode == HttpStatusCode.OK, "a sample");

        var answers = new List<string>();
        foreach (var path in Gets(letters[0].GetProperty("key").GetString()!))
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            using var answer = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream")
            {
                continue;
            }

            var text = await answer.Content.ReadAsStringAsync(patience.Token);
            answers.Add($"{(int)answer.StatusCode} {path}");
            foreach (var canary in Canaries)
            {
                Assert.False(text.Contains(canary, StringComparison.OrdinalIgnoreCase), $"{canary} is in the answer of {path}");
            }
        }

        // The walk has seen what there is to see.
        Assert.Contains(answers, a => a.StartsWith("200 /api/v1/records?", StringComparison.Ordinal));
        Assert.Contains(answers, a => a.StartsWith("200 /api/v1/dead-letters", StringComparison.Ordinal));
        Assert.Contains(answers, a => a.StartsWith("200 /api/v1/audit", StringComparison.Ordinal));
        Assert.True(answers.Count(a => a.StartsWith("200 ", StringComparison.Ordinal)) > 20, string.Join('\n', answers));

        var looked = 0;
        foreach (var file in Directory.EnumerateFiles(_data, "*", SearchOption.AllDirectories).Where(f => !IsBeforeRedaction(f)))
        {
            if (await ReadAsync(file) is not { } content)
            {
                continue;
            }

            looked++;
            foreach (var canary in Canaries)
            {
                Assert.True(content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(canary)) < 0, $"{canary} is in {Path.GetRelativePath(_data, file)}");
            }
        }

        Assert.True(looked > 1, "there are files beside the stream's");
        Assert.Contains(_log.All, l => l.Contains("went to the dead letter", StringComparison.Ordinal));
        foreach (var canary in Canaries)
        {
            Assert.DoesNotContain(_log.All, l => l.Contains(canary, StringComparison.OrdinalIgnoreCase));
        }

        Task Put(string record, string key = "k") => kinesis.PutRecordAsync(new PutRecordRequest(Encoding.UTF8.GetBytes(record), key, "orders"), default);
    }

    /// <summary>Every path that answers GET, with something that exists in place of its parameters.</summary>
    private IEnumerable<string> Gets(string letter)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["stream"] = "orders", ["key"] = letter, ["number"] = "1", ["id"] = "email" };
        foreach (var endpoint in _server.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>())
        {
            var raw = endpoint.RoutePattern.RawText ?? "";
            if (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") != true || !raw.TrimStart('/').StartsWith("api/", StringComparison.Ordinal))
            {
                continue;
            }

            var path = "/" + raw.Trim('/');
            foreach (var parameter in endpoint.RoutePattern.Parameters)
            {
                var start = path.IndexOf($"{{{parameter.Name}", StringComparison.Ordinal);
                path = start < 0 ? path : $"{path[..start]}{values.GetValueOrDefault(parameter.Name, "1")}{path[(path.IndexOf('}', start) + 1)..]}";
            }

            yield return $"{path}?stream=orders&kind=recordsIn&targetShardCount=4&limit=100&contains=a";
            yield return path;
        }
    }

    private bool IsBeforeRedaction(string file)
    {
        var first = Path.GetRelativePath(_data, file).Split(Path.DirectorySeparatorChar)[0];
        return first is "kinesis" or "spool";
    }

    /// <summary>Null when the file has gone since it was listed: a key file is written under another name first.</summary>
    private static async Task<byte[]?> ReadAsync(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content);
            return content.ToArray();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Keeps what is logged, with exceptions, and prints nothing.</summary>
    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public string[] All => [.. _lines];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            _lines.Enqueue($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

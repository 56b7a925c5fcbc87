using System.Reflection;
using System.Text.Json;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Tests.Publishing;

namespace Weir.Pipeline.Tests.Ingest;

public sealed class OpenApiTests
{
    /// <summary>Every problem that ingest can answer with, made with empty arguments.</summary>
    private static IEnumerable<IngestProblem> Problems =>
        typeof(IngestProblem).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(m => m.ReturnType == typeof(IngestProblem))
            .Select(m => (IngestProblem)m.Invoke(null, [.. m.GetParameters().Select(p => Empty(p.ParameterType))])!);

    private static object? Empty(Type type) =>
        type == typeof(string) ? (object)"" : type == typeof(int) ? (object)0 : type == typeof(long) ? (object)0L : null;

    [Fact]
    public async Task Every_answer_stands_in_the_document_under_its_status()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        await using var server = await IngestServer.StartAsync(kinesis);
        using var document = JsonDocument.Parse(await server.Client.GetStringAsync("/openapi/v1.json"));

        Assert.Equal("3.1.0", document.RootElement.GetProperty("openapi").GetString());
        foreach (var path in (string[])["/v1/streams/{stream}/records", "/v1/streams/{stream}/records:batch"])
        {
            var responses = document.RootElement.GetProperty("paths").GetProperty(path).GetProperty("post").GetProperty("responses");
            Assert.False(responses.TryGetProperty("503", out _));
            foreach (var problem in Problems)
            {
                Assert.True(
                    responses.TryGetProperty(problem.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), out var response)
                    && response.GetProperty("content").GetProperty("application/problem+json").GetProperty("examples").TryGetProperty(problem.Code, out _),
                    $"{problem.Status} {problem.Code} is not in the document.");
            }
        }
    }
}

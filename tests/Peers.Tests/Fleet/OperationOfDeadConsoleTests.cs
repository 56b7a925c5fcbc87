using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Weir.Aws.Kinesis;
using Weir.Browser.Tests;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests.Fleet;

/// <summary>Two consoles of the real binary on our engine and dynalite: the one that carries a reshard is killed in its middle, or stands still.</summary>
public sealed class OperationOfDeadConsoleTests : FleetTest
{
    private const string Stream = "orders";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_other_console_shows_it_and_carries_it_to_its_end(bool killed)
    {
        await using var engine = await WeirEngine.StartAsync(stateChangeMilliseconds: 6000);
        var kinesis = engine.Connect();
        await kinesis.CreateStreamAsync(new CreateStreamRequest(Stream, 1), default);
        await kinesis.ActiveAsync(Stream);
        await using var one = await ConsoleAsync("one", engine);
        await using var two = await ConsoleAsync("two", engine);
        using var first = await ClientAsync(one);
        using var second = await ClientAsync(two);

        var started = await first.PostAsJsonAsync($"/api/v1/streams/{Stream}/reshard", new { targetShardCount = 8 });
        Assert.True(started.IsSuccessStatusCode, await started.Content.ReadAsStringAsync());
        var id = JsonDocument.Parse(await started.Content.ReadAsStringAsync()).RootElement.GetProperty("operationId").GetString()!;
        var before = await UntilAsync(second, id, o => o.GetProperty("stepsDone").GetInt32() >= 1);
        Assert.Equal("Running", before.GetProperty("state").GetString());
        if (killed)
            await one.KillAsync();
        else
            await one.StandStillAsync();

        var after = await UntilAsync(second, id, o => o.GetProperty("state").GetString() != "Running");

        Assert.Equal(("Succeeded", 3), (after.GetProperty("state").GetString(), after.GetProperty("stepsDone").GetInt32()));
        Assert.NotEqual(before.GetProperty("runsOn").GetString(), after.GetProperty("runsOn").GetString());
        Assert.Equal(8, (await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(Stream), default)).StreamDescriptionSummary.OpenShardCount);
        if (!killed)
        {
            await one.GoOnAsync();
            var seen = await UntilAsync(first, id, o => o.GetProperty("state").GetString() != "Running");
            Assert.Equal(after.GetProperty("runsOn").GetString(), seen.GetProperty("runsOn").GetString());
        }

        var audit = JsonDocument.Parse(await second.GetStringAsync("/api/v1/audit")).RootElement.EnumerateArray().Select(l => l.GetProperty("action").GetString()).ToArray();
        Assert.Single(audit, "take-over-reshard");
        Assert.Single(audit, "end-reshard");
    }

    private static async Task<JsonElement> UntilAsync(HttpClient console, string id, Func<JsonElement, bool> fits)
    {
        var watch = Stopwatch.StartNew();
        var seen = "nothing";
        while (watch.Elapsed < Patience)
        {
            var answer = await console.GetAsync($"/api/v1/operations/{id}");
            seen = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode && JsonDocument.Parse(seen).RootElement is var operation && fits(operation))
                return operation;
            await Task.Delay(100);
        }

        throw new TimeoutException($"Waited {Patience}; the console says {seen}");
    }

    private static async Task<HttpClient> ClientAsync(WeirProcess console)
    {
        var ran = await Tool.RunAsync("dotnet", [WeirProcess.Binary, "tokens", "create", "--name", "test", "--role", "admin", "--quiet", "--data", Path.Combine(console.DataDirectory, "data")]);
        Assert.True(ran.ExitCode == 0, ran.Error);
        var client = new HttpClient { BaseAddress = console.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ran.Output.Trim());
        return client;
    }

    private Task<WeirProcess> ConsoleAsync(string name, WeirEngine engine) => WeirProcess.StartAsync(
        new Dictionary<string, string>
        {
            ["Mode"] = "Aws",
            ["Roles"] = "console",
            ["Aws:Region"] = WeirEngine.Region,
            ["Aws:AccessKeyId"] = "123456789012",
            ["Aws:SecretAccessKey"] = "secret",
            ["Aws:Kinesis:ServiceUrl"] = engine.Address.ToString(),
            ["Aws:CloudWatch:ServiceUrl"] = engine.Address.ToString(),
            ["Aws:DynamoDb:ServiceUrl"] = Dynamo.Address.ToString(),
        },
        Folder(name),
        default);
}

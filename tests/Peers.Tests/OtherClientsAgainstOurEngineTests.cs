using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests;

/// <summary>AWS's own SDKs, as they come, use our engine and see what AWS would show them.</summary>
public sealed partial class OtherClientsAgainstOurEngineTests
{
    [Theory]
    [InlineData("default", false)]
    [InlineData("http1", false)]
    [InlineData("default", true)]
    public async Task The_SDK_for_JavaScript(string mode, bool push)
    {
        Npm.Require("@aws-sdk/client-kinesis", "@smithy/node-http-handler");
        await using var engine = await WeirEngine.StartAsync();
        Check(await Tool.RunAsync(Tool.Find("node")!, [Path.Combine(Npm.Root, "Scripts", "sdk.js"), mode, push ? "push" : "records"], engine.ClientEnvironment), push);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Boto3(bool push)
    {
        var python = await PythonWithBoto3Async();
        await using var engine = await WeirEngine.StartAsync();
        Check(await Tool.RunAsync(python, [Path.Combine(Npm.Root, "Scripts", "boto.py"), push ? "push" : "records"], engine.ClientEnvironment), push);
    }

    [Fact]
    public async Task Every_operation_that_boto3_knows()
    {
        var python = await PythonWithBoto3Async();
        await using var engine = await WeirEngine.StartAsync();

        var ran = await Tool.RunAsync(python, [Path.Combine(Npm.Root, "Scripts", "operations.py")], engine.ClientEnvironment);

        Assert.True(ran.ExitCode == 0, ran.Error + ran.Output);
        var outcomes = JsonSerializer.Deserialize(ran.Output, SeenJson.Default.DictionaryStringString)!;
        Assert.InRange(outcomes.Count, 29, 100);
        Assert.Equal([], outcomes.Where(o => o.Value != "ok").Select(o => $"{o.Key}: {o.Value}"));
    }

    [Fact]
    public async Task Every_operation_of_the_current_API_through_the_SDK_for_JavaScript()
    {
        Npm.Require("@aws-sdk/client-kinesis");
        await using var engine = await WeirEngine.StartAsync();

        var ran = await Tool.RunAsync(Tool.Find("node")!, [Path.Combine(Npm.Root, "Scripts", "operations.js")], engine.ClientEnvironment);

        Assert.True(ran.ExitCode == 0, ran.Error + ran.Output);
        var outcomes = JsonSerializer.Deserialize(ran.Output, SeenJson.Default.DictionaryStringString)!;
        Assert.Equal(45, outcomes.Count);
        Assert.Equal([], outcomes.Where(o => o.Value != "ok").Select(o => $"{o.Key}: {o.Value}"));
    }

    private static async Task<string> PythonWithBoto3Async()
    {
        var python = Tool.Find("python3");
        Assert.SkipUnless(python is not null, "python3 is not on PATH");
        Assert.SkipUnless((await Tool.RunAsync(python!, ["-c", "import boto3"])).ExitCode == 0, "python3 has no boto3");
        return python!;
    }

    private static void Check(Ran ran, bool push)
    {
        Assert.True(ran.ExitCode == 0, ran.Error + ran.Output);
        var seen = JsonSerializer.Deserialize(ran.Output, SeenJson.Default.Seen)!;
        Assert.True(seen.Created);
        Assert.Equal(0, seen.Failed);
        Assert.Equal([.. Enumerable.Range(0, 50).Select(i => $"many {i}").Append("single").Order(StringComparer.Ordinal)], seen.Read.Select(r => r.Data).Order(StringComparer.Ordinal));
        Assert.All(seen.Read, r => Assert.True(r.Arrived));
        Assert.Equal("single", seen.Read.Single(r => r.SequenceNumber == seen.Put.SequenceNumber && r.ShardId == seen.Put.ShardId).Data);
        Assert.All(seen.Read.Where(r => r.Data != "single"), r => Assert.Equal(r.PartitionKey["k".Length..], r.Data["many ".Length..]));
        if (push)
            Assert.Equal(seen.Read.Where(r => r.ShardId == seen.Put.ShardId).Select(r => r.Data), seen.Pushed);
        Assert.Equal(new Scaled(2, 4), seen.Scaled);
        Assert.Equal(4, seen.Open);
        Assert.Equal(["ResourceInUseException", "ResourceNotFoundException", "InvalidArgumentException", "ValidationException"], seen.Refusals);
    }

    internal sealed record Seen(bool Created, Placed Put, int Failed, IReadOnlyList<Got> Read, IReadOnlyList<string> Pushed, Scaled Scaled, int Open, IReadOnlyList<string> Refusals);

    internal sealed record Placed([property: JsonPropertyName("ShardId")] string ShardId, [property: JsonPropertyName("SequenceNumber")] string SequenceNumber);

    internal sealed record Got(
        [property: JsonPropertyName("ShardId")] string ShardId,
        [property: JsonPropertyName("PartitionKey")] string PartitionKey,
        [property: JsonPropertyName("SequenceNumber")] string SequenceNumber,
        [property: JsonPropertyName("Data")] string Data,
        bool Arrived);

    internal sealed record Scaled(int From, int To);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Seen))]
    [JsonSerializable(typeof(Dictionary<string, string>))]
    internal sealed partial class SeenJson : JsonSerializerContext;
}

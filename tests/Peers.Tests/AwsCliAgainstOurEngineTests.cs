using System.Text;
using System.Text.Json.Nodes;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests;

/// <summary>The AWS command line, version 1 or 2, against our engine, as an operator would use it.</summary>
public sealed class AwsCliAgainstOurEngineTests
{
    [Fact]
    public async Task A_stream_is_made_written_read_scaled_split_merged_and_deleted()
    {
        var aws = Tool.Find("aws");
        Assert.SkipUnless(aws is not null, "the AWS CLI is not on PATH");
        await using var engine = await WeirEngine.StartAsync();
        var version = await Tool.RunAsync(aws!, ["--version"]);
        Assert.SkipUnless(version.ExitCode == 0, $"the AWS CLI does not run: {version.Error}");
        // Version 1 sends --data as it stands, version 2 takes it for base64.
        var decodes = !(version.Output + version.Error).StartsWith("aws-cli/1.", StringComparison.Ordinal);
        string Sent(string text) => decodes ? Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) : text;

        async Task<JsonNode?> Run(params string[] arguments)
        {
            var ran = await Tool.RunAsync(aws!, ["--endpoint-url", engine.Address.AbsoluteUri, "--output", "json", "kinesis", .. arguments], engine.ClientEnvironment);
            Assert.True(ran.ExitCode == 0, $"aws kinesis {string.Join(' ', arguments)}: {ran.Error}");
            return ran.Output.Trim().Length == 0 ? null : JsonNode.Parse(ran.Output);
        }

        await Run("create-stream", "--stream-name", "orders", "--shard-count", "2");
        await Run("wait", "stream-exists", "--stream-name", "orders");
        Assert.Equal("orders", (string?)(await Run("list-streams"))!["StreamNames"]![0]);
        var put = (await Run("put-record", "--stream-name", "orders", "--partition-key", "a", "--data", Sent("hello")))!;
        var many = (await Run(
            "put-records", "--stream-name", "orders", "--records",
            $$"""[{"Data":"{{Sent("one")}}","PartitionKey":"b"},{"Data":"{{Sent("two")}}","PartitionKey":"c"}]"""))!;
        Assert.Equal(0, (int?)many["FailedRecordCount"]);

        var iterator = (await Run("get-shard-iterator", "--stream-name", "orders", "--shard-id", (string)put["ShardId"]!, "--shard-iterator-type", "TRIM_HORIZON"))!;
        var records = (await Run("get-records", "--shard-iterator", (string)iterator["ShardIterator"]!))!["Records"]!.AsArray();
        var first = records.Single(r => (string?)r!["SequenceNumber"] == (string?)put["SequenceNumber"]);
        Assert.Equal("hello", Encoding.UTF8.GetString(Convert.FromBase64String((string)first!["Data"]!)));

        Assert.Equal(4, (int?)(await Run("update-shard-count", "--stream-name", "orders", "--target-shard-count", "4", "--scaling-type", "UNIFORM_SCALING"))!["TargetShardCount"]);
        await Run("wait", "stream-exists", "--stream-name", "orders");
        var open = await Open();
        Assert.Equal(4, open.Count);
        await Run("merge-shards", "--stream-name", "orders", "--shard-to-merge", open[0].Id, "--adjacent-shard-to-merge", open[1].Id);
        await Run("wait", "stream-exists", "--stream-name", "orders");
        var merged = await Open();
        Assert.Equal(3, merged.Count);
        await Run("split-shard", "--stream-name", "orders", "--shard-to-split", merged[0].Id, "--new-starting-hash-key", "12345678901234567890");
        await Run("wait", "stream-exists", "--stream-name", "orders");
        Assert.Contains("12345678901234567890", (await Open()).Select(s => s.Start));
        await Run("delete-stream", "--stream-name", "orders");
        await Run("wait", "stream-not-exists", "--stream-name", "orders");

        // In the order of their ranges.
        async Task<List<(string Id, string Start)>> Open() =>
        [
            .. (await Run("list-shards", "--stream-name", "orders", "--shard-filter", "Type=AT_LATEST"))!["Shards"]!.AsArray()
                .Select(s => ((string)s!["ShardId"]!, (string)s["HashKeyRange"]!["StartingHashKey"]!))
                .OrderBy(s => UInt128.Parse(s.Item2, System.Globalization.CultureInfo.InvariantCulture)),
        ];
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.LocalKinesis.Tests.Wire;

namespace Weir.LocalKinesis.Tests.Storage;

/// <summary>What acknowledged changes have made of a stream and its account.</summary>
internal sealed record Settings
{
    public SortedDictionary<string, string> Tags { get; init; } = [];
    public SortedSet<string> Consumers { get; init; } = [];
    public SortedSet<string> Metrics { get; init; } = [];
    public SortedSet<string> Others { get; init; } = [];
    public int RetentionHours { get; init; } = 24;
    public int MaxRecordKiB { get; init; } = 1024;
    public string Key { get; init; } = "";
    public string Policy { get; init; } = "{}";
    public string Mode { get; init; } = "PROVISIONED";
    public string Commitment { get; init; } = "DISABLED";
    public int OpenShards { get; init; } = ChangeHistory.FewestShards;

    public override string ToString() =>
        $"tags {string.Join(',', Tags)}; consumers {string.Join(',', Consumers)}; metrics {string.Join(',', Metrics)}; streams {string.Join(',', Others)}; retention {RetentionHours}; size {MaxRecordKiB}; key {Key}; policy {Policy}; mode {Mode}; commitment {Commitment}; open {OpenShards}";
}

/// <summary>
/// Makes one change after the other, of every kind that the API has, and remembers what was acknowledged. A change that was under way when the engine died
/// may have happened or not; every other must be as it was told.
/// </summary>
internal sealed class ChangeHistory(Random random)
{
    public const string Stream = "settings";
    public const int FewestShards = 5;
    private const string StreamArn = "arn:aws:kinesis:us-east-1:000000000000:stream/settings";
    private static readonly string[] ShardMetrics = ["IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds", "OutgoingBytes", "OutgoingRecords"];

    /// <summary>Why a change may be refused: the one before is not complete, or was completed between the look at the shards and the call.</summary>
    private static readonly string[] Refusals = ["ResourceInUse", "LimitExceeded", "has already been merged or split"];

    private Settings _known = new();
    private Settings? _underWay;
    private int _names;

    /// <summary>Operations that were acknowledged, by name.</summary>
    public SortedDictionary<string, int> Acknowledged { get; } = [];

    /// <summary>Changes until the engine no longer answers.</summary>
    public async Task RunAsync(HttpClient client, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (await NextAsync(client) is not { } step)
                    continue;
                _underWay = step.After;
                var (status, body) = await SendAsync(client, step.Operation, step.Json);
                if (status == 200)
                {
                    _known = step.After;
                    Acknowledged[step.Operation] = Acknowledged.GetValueOrDefault(step.Operation) + 1;
                }
                else
                {
                    Assert.True(Refusals.Any(r => body.Contains(r, StringComparison.Ordinal)), $"{step.Operation} {step.Json}: {body}");
                }

                _underWay = null;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            // The engine was killed.
        }
    }

    /// <summary>Asserts that what was acknowledged is in effect.</summary>
    public async Task CheckAsync(HttpClient client)
    {
        var found = await ReadAsync(client);
        var text = found.ToString();
        Assert.True(text == _known.ToString() || text == _underWay?.ToString(), $"acknowledged: {_known}\nunder way:   {_underWay}\nfound:       {text}");
        (_known, _underWay) = (found, null);
    }

    private async Task<(string Operation, string Json, Settings After)?> NextAsync(HttpClient client)
    {
        var (known, name) = (_known, string.Create(CultureInfo.InvariantCulture, $"n{_names++}"));
        var byName = $"\"StreamName\":\"{Stream}\"";
        var byArn = $"\"StreamARN\":\"{StreamArn}\"";
        var resource = $"\"ResourceARN\":\"{StreamArn}\"";
        var provisioned = known.Mode == "PROVISIONED";
        string? Any(ICollection<string> from) => from.Count == 0 ? null : from.ElementAt(random.Next(from.Count));
        switch (random.Next(20))
        {
            case 0 when known.Tags.Count < 20:
                return ("AddTagsToStream", $$$"""{{{{byName}}},"Tags":{"{{{name}}}":"1"}}""", known with { Tags = new(known.Tags) { [name] = "1" } });
            case 1 when Any(known.Tags.Keys) is { } tag:
                return ("RemoveTagsFromStream", $$"""{{{byName}},"TagKeys":["{{tag}}"]}""", known with { Tags = new(known.Tags.Where(t => t.Key != tag).ToDictionary()) });
            case 2 when known.Tags.Count < 20:
                return ("TagResource", $$$"""{{{{resource}}},"Tags":{"{{{name}}}":"2"}}""", known with { Tags = new(known.Tags) { [name] = "2" } });
            case 3 when Any(known.Tags.Keys) is { } tag:
                return ("UntagResource", $$"""{{{resource}},"TagKeys":["{{tag}}"]}""", known with { Tags = new(known.Tags.Where(t => t.Key != tag).ToDictionary()) });
            case 4 when known.RetentionHours < 8000:
                var longer = known.RetentionHours + random.Next(1, 100);
                return ("IncreaseStreamRetentionPeriod", $$"""{{{byName}},"RetentionPeriodHours":{{longer}}}""", known with { RetentionHours = longer });
            case 5:
                var shorter = random.Next(24, known.RetentionHours + 1);
                return ("DecreaseStreamRetentionPeriod", $$"""{{{byArn}},"RetentionPeriodHours":{{shorter}}}""", known with { RetentionHours = shorter });
            case 6:
                return ("StartStreamEncryption", $$"""{{{byName}},"EncryptionType":"KMS","KeyId":"{{name}}"}""", known with { Key = name });
            case 7:
                return ("StopStreamEncryption", $$"""{{{byName}},"EncryptionType":"KMS","KeyId":"x"}""", known with { Key = "" });
            case 8:
                var metric = ShardMetrics[random.Next(ShardMetrics.Length)];
                return ("EnableEnhancedMonitoring", $$"""{{{byName}},"ShardLevelMetrics":["{{metric}}"]}""", known with { Metrics = [.. known.Metrics, metric] });
            case 9 when Any(known.Metrics) is { } gone:
                return ("DisableEnhancedMonitoring", $$"""{{{byName}},"ShardLevelMetrics":["{{gone}}"]}""", known with { Metrics = [.. known.Metrics.Where(m => m != gone)] });
            case 10:
                var size = random.Next(1024, 10_241);
                return ("UpdateMaxRecordSize", $$"""{{{byArn}},"MaxRecordSizeInKiB":{{size}}}""", known with { MaxRecordKiB = size });
            case 11 when known.Consumers.Count < 4:
                return ("RegisterStreamConsumer", $$"""{{{byArn}},"ConsumerName":"{{name}}"}""", known with { Consumers = [.. known.Consumers, name] });
            case 12 when Any(known.Consumers) is { } consumer:
                return ("DeregisterStreamConsumer", $$"""{{{byArn}},"ConsumerName":"{{consumer}}"}""", known with { Consumers = [.. known.Consumers.Where(c => c != consumer)] });
            case 13:
                return ("PutResourcePolicy", $$"""{{{resource}},"Policy":"{\"Id\":\"{{name}}\"}"}""", known with { Policy = $"{{\"Id\":\"{name}\"}}" });
            case 14 when known.Policy != "{}":
                return ("DeleteResourcePolicy", $$"""{{{resource}}}""", known with { Policy = "{}" });
            case 15 when known.Others.Count < 20:
                return ("CreateStream", $$"""{"StreamName":"{{name}}","ShardCount":1}""", known with { Others = [.. known.Others, name] });
            case 16 when Any(known.Others) is { } other:
                return ("DeleteStream", $$"""{"StreamName":"{{other}}"}""", known with { Others = [.. known.Others.Where(o => o != other)] });
            case 17:
                var mode = provisioned ? "ON_DEMAND" : "PROVISIONED";
                return ("UpdateStreamMode", $$$"""{{{{byArn}}},"StreamModeDetails":{"StreamMode":"{{{mode}}}"}}""", known with { Mode = mode });
            case 18:
                var commitment = known.Commitment == "ENABLED" ? "DISABLED" : "ENABLED";
                return ("UpdateAccountSettings", $$$"""{"MinimumThroughputBillingCommitment":{"Status":"{{{commitment}}}"}}""", known with { Commitment = commitment });
            case 19 when provisioned:
                return await ReshardAsync(client, byName, known);
            default:
                return null;
        }
    }

    private async Task<(string, string, Settings)?> ReshardAsync(HttpClient client, string byName, Settings known)
    {
        if (random.Next(3) == 0)
        {
            var target = random.Next(Math.Max(FewestShards, (known.OpenShards + 1) / 2), Math.Min(40, known.OpenShards * 2) + 1);
            return ("UpdateShardCount", $$"""{{{byName}},"ScalingType":"UNIFORM_SCALING","TargetShardCount":{{target}}}""", known with { OpenShards = target });
        }

        var open = await OpenShardsAsync(client);
        var at = random.Next(open.Count - 1);
        var (shard, start, end) = open[at];
        if (known.OpenShards > FewestShards && random.Next(2) == 0)
            return ("MergeShards", $$"""{{{byName}},"ShardToMerge":"{{shard}}","AdjacentShardToMerge":"{{open[at + 1].Id}}"}""", known with { OpenShards = known.OpenShards - 1 });
        return known.OpenShards < 40 && end - start > 10
            ? ("SplitShard", $$"""{{{byName}},"ShardToSplit":"{{shard}}","NewStartingHashKey":"{{start + ((end - start) / 2)}}"}""", known with { OpenShards = known.OpenShards + 1 })
            : null;
    }

    private async Task<Settings> ReadAsync(HttpClient client)
    {
        for (var tries = 0; tries < 3000; tries++)
        {
            var summary = (await OkAsync(client, "DescribeStreamSummary", $$"""{"StreamName":"{{Stream}}"}""")).GetProperty("StreamDescriptionSummary");
            var consumers = (await OkAsync(client, "ListStreamConsumers", $$"""{"StreamARN":"{{StreamArn}}"}""")).GetProperty("Consumers");
            var streams = (await OkAsync(client, "ListStreams", """{"Limit":10000}""")).GetProperty("StreamSummaries");
            if (summary.GetProperty("StreamStatus").GetString() != "ACTIVE"
                || consumers.EnumerateArray().Any(c => c.GetProperty("ConsumerStatus").GetString() != "ACTIVE")
                || streams.EnumerateArray().Any(s => s.GetProperty("StreamStatus").GetString() == "DELETING"))
            {
                await Task.Delay(20);
                continue;
            }

            var tags = (await OkAsync(client, "ListTagsForStream", $$"""{"StreamName":"{{Stream}}"}""")).GetProperty("Tags");
            return new Settings
            {
                Tags = new(tags.EnumerateArray().ToDictionary(t => t.GetProperty("Key").GetString()!, t => t.GetProperty("Value").GetString()!)),
                Consumers = [.. consumers.EnumerateArray().Select(c => c.GetProperty("ConsumerName").GetString()!)],
                Metrics = [.. summary.GetProperty("EnhancedMonitoring")[0].GetProperty("ShardLevelMetrics").EnumerateArray().Select(m => m.GetString()!)],
                Others = [.. streams.EnumerateArray().Select(s => s.GetProperty("StreamName").GetString()!).Where(n => n[0] == 'n')],
                RetentionHours = summary.GetProperty("RetentionPeriodHours").GetInt32(),
                MaxRecordKiB = summary.GetProperty("MaxRecordSizeInKiB").GetInt32(),
                Key = summary.TryGetProperty("KeyId", out var key) ? key.GetString()! : "",
                Policy = (await OkAsync(client, "GetResourcePolicy", $$"""{"ResourceARN":"{{StreamArn}}"}""")).GetProperty("Policy").GetString()!,
                Mode = summary.GetProperty("StreamModeDetails").GetProperty("StreamMode").GetString()!,
                Commitment = (await OkAsync(client, "DescribeAccountSettings", "{}")).GetProperty("MinimumThroughputBillingCommitment").GetProperty("Status").GetString()!,
                OpenShards = (await OpenShardsAsync(client)).Count,
            };
        }

        throw new TimeoutException("The changes under way were not completed within 60 seconds of the start.");
    }

    private static async Task<List<(string Id, UInt128 Start, UInt128 End)>> OpenShardsAsync(HttpClient client) =>
    [
        .. (await OkAsync(client, "ListShards", $$$"""{"StreamName":"{{{Stream}}}","MaxResults":10000,"ShardFilter":{"Type":"AT_LATEST"}}""")).GetProperty("Shards").EnumerateArray()
            .Select(s => (s.GetProperty("ShardId").GetString()!, Hash(s, "StartingHashKey"), Hash(s, "EndingHashKey")))
            .OrderBy(s => s.Item2),
    ];

    private static UInt128 Hash(JsonElement shard, string end) => UInt128.Parse(shard.GetProperty("HashKeyRange").GetProperty(end).GetString()!, CultureInfo.InvariantCulture);

    private static async Task<JsonElement> OkAsync(HttpClient client, string operation, string json)
    {
        var (status, body) = await SendAsync(client, operation, json);
        Assert.True(status == 200, $"{operation} {json}: {body}");
        return JsonDocument.Parse(body).RootElement;
    }

    private static async Task<(int Status, string Body)> SendAsync(HttpClient client, string operation, string json)
    {
        using var request = WireServer.Request(operation, new ByteArrayContent(Encoding.UTF8.GetBytes(json)));
        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Weir.Browser.Tests;

/// <summary>Every <c>weir …</c> line of docs/api.md, run by bash and curl in the order of the page. What a reader fills in (an id, a hash, a shard) is looked up.</summary>
public sealed partial class ApiPageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_command_of_the_API_page_works()
    {
        var page = Page();
        Assert.SkipWhen(page is null, "docs/api.md is not beside the tests.");
        await using var weir = await WeirProcess.StartAsync(new Dictionary<string, string> { ["LocalKinesis:InitialStreams"] = "orders:2" }, null, Cancel);
        var (key, token) = await WeirVerbs.SecretsAsync(weir, "acme");
        var (_, second) = await WeirVerbs.SecretsAsync(weir, "bea");
        using var client = WeirClient.With(weir.Address, (key, token));

        var commands = Commands(page!);
        Assert.True(commands.Count > 40, $"only {commands.Count} commands were found");
        var wrong = new List<string>();
        foreach (var command in commands)
        {
            await QuietAsync(client);
            await PrepareAsync(client, command);
            var (line, answer) = ("", "");

            // The shards that are looked up for a reader are those of the last sample; the next one has them right.
            using var sample = new PeriodicTimer(TimeSpan.FromSeconds(1));
            for (var tries = Tries(command); tries > 0 && !Success().IsMatch(answer); tries--)
            {
                if (answer.Length > 0)
                {
                    await QuietAsync(client);
                    await PrepareAsync(client, command);
                }

                line = await FillInAsync(client, command);
                answer = await RunAsync(weir, line, command.Contains("/approve", StringComparison.Ordinal) ? second : token);
                if (!Success().IsMatch(answer) && tries > 1)
                {
                    await sample.WaitForNextTickAsync(Cancel);
                }
            }

            if (!Success().IsMatch(answer))
            {
                wrong.Add($"{line} → {answer}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    /// <summary>Commands without the remark behind them; not those of a record or a value that only a reader has, with <c>4959…</c> or <c>enc:k1:…</c> in its place.</summary>
    private static List<string> Commands(string page) =>
        [.. File.ReadAllLines(page).Where(l => l.StartsWith("weir ", StringComparison.Ordinal) && !l.Contains("4959…", StringComparison.Ordinal) && !l.Contains("enc:k1:", StringComparison.Ordinal)).Select(l => Remark().Replace(l, "").Trim())];

    /// <summary>More than once what speaks of shards as the last sample had them, or of an operation that a slow machine may meet only at its end.</summary>
    private static int Tries(string command) =>
        command.Contains("/shards/shardId", StringComparison.Ordinal) ? 4 : command.Contains("/stop", StringComparison.Ordinal) ? 3 : 1;

    /// <summary>What the page shows in the middle of something must be in the middle of it.</summary>
    private static async Task PrepareAsync(WeirClient client, string command)
    {
        if (command.Contains("/stop", StringComparison.Ordinal))
        {
            var open = (await client.GetAsync("streams/orders")).GetProperty("openShards").GetInt32();
            await client.PostAsync("streams/orders/reshard", new { targetShardCount = open == 2 ? 8 : 2 });
        }
        else if (command.Contains("-X DELETE $WEIR/api/v1/rule-sets/7", StringComparison.Ordinal))
        {
            await client.PostAsync("rule-sets", new { rules = new[] { new { id = "phone", name = "Phone", detector = "PHONE_NUMBER", transform = new { kind = "Redact" } } } });
        }
        else if (command.Contains("/shadow", StringComparison.Ordinal) && command.StartsWith("weir $WEIR", StringComparison.Ordinal))
        {
            await Eventually.SeeAsync("a set in the shadow", () => client.GetAsync("rule-sets"), s => s.EnumerateArray().Any(x => x.GetProperty("state").GetString() == "Shadow"), Patience);
        }
    }

    private static async Task<string> FillInAsync(WeirClient client, string command)
    {
        if (command.Contains("k3…", StringComparison.Ordinal))
        {
            command = command.Replace("k3…", Text((await client.GetAsync("operations"))[0], "id"), StringComparison.Ordinal);
        }

        if (command.Contains("/shards/shardId", StringComparison.Ordinal))
        {
            var shards = (await client.GetAsync("streams/orders/shards")).EnumerateArray().Where(s => s.GetProperty("isOpen").GetBoolean())
                .OrderBy(s => UInt128.Parse(Text(s, "startingHashKey"), CultureInfo.InvariantCulture)).ToArray();
            var at = HashKey().Match(command) is { Success: true } given ? UInt128.Parse(given.Groups[1].Value, CultureInfo.InvariantCulture) : UInt128.One;
            var place = Array.FindIndex(shards, s => UInt128.Parse(Text(s, "endingHashKey"), CultureInfo.InvariantCulture) >= at);
            command = command.Replace("shardId-000000000002", Text(shards[place], "shardId"), StringComparison.Ordinal)
                .Replace("shardId-000000000003", Text(shards[0], "shardId"), StringComparison.Ordinal).Replace("shardId-000000000004", Text(shards[1], "shardId"), StringComparison.Ordinal);
        }

        if (command.Contains("rule-sets/7", StringComparison.Ordinal) || command.Contains("rule-sets/6", StringComparison.Ordinal))
        {
            var sets = (await client.GetAsync("rule-sets")).EnumerateArray().ToArray();
            var waiting = sets.FirstOrDefault(s => Text(s, "state") is "Draft" or "Shadow");
            var (seven, six) = (waiting.ValueKind == JsonValueKind.Undefined ? sets.First(s => Text(s, "state") != "Active") : waiting, sets.FirstOrDefault(s => Text(s, "state") == "Retired"));
            var active = sets.First(s => Text(s, "state") == "Active");
            command = command.Replace("against=6", $"against={active.GetProperty("number").GetInt32()}", StringComparison.Ordinal).Replace("\"over\":\"41d0…\"", $"\"over\":\"{Text(active, "hash")}\"", StringComparison.Ordinal);

            // An edit names the hash that the draft has before it.
            command = command.Contains("rule-sets/7/rules", StringComparison.Ordinal) ? Fill(Fill(command, "7", "41d0…", seven), "7", "77ab…", seven)
                : command.Contains("rule-sets/7", StringComparison.Ordinal) ? Fill(command, "7", "9f2c…", seven) : Fill(command, "6", "41d0…", six);
        }

        foreach (var list in (string[])["keys", "tokens", "people"])
        {
            if (command.Contains($"/{list}/ID", StringComparison.Ordinal))
            {
                var all = (await client.GetAsync(list)).EnumerateArray().ToArray();
                var made = all.FirstOrDefault(i => i.ToString().Contains("deploy", StringComparison.Ordinal) || i.ToString().Contains("vera@", StringComparison.Ordinal));
                command = command.Replace("/ID", "/" + Text(made.ValueKind == JsonValueKind.Undefined ? all.Last(i => i.GetProperty("revokedAt").ValueKind == JsonValueKind.Null) : made, "id"), StringComparison.Ordinal);
            }
        }

        return command;
    }

    private static string Fill(string command, string number, string hash, JsonElement set) => command
        .Replace($"rule-sets/{number}", $"rule-sets/{set.GetProperty("number").GetInt32()}", StringComparison.Ordinal)
        .Replace(hash, Text(set, "hash"), StringComparison.Ordinal);

    /// <summary>Until nothing is under way that would refuse the next command.</summary>
    private static async Task QuietAsync(WeirClient client)
    {
        await Eventually.SeeAsync("no operation", () => client.GetAsync("operations"), o => o.EnumerateArray().All(x => Text(x, "state") != "Running"), Patience);
        await Eventually.SeeAsync("active streams", () => client.GetAsync("streams"), s => s.EnumerateArray().All(x => Text(x, "status") == "ACTIVE"), Patience);
    }

    private static async Task<string> RunAsync(WeirProcess weir, string line, string token)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("""weir() { curl -sS -w '\n%{http_code}' -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" "$@"; }; """ + line);
        start.Environment["WEIR"] = weir.Address.ToString().TrimEnd('/');
        start.Environment["TOKEN"] = token;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancel) + await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return output.Trim() is { Length: > 600 } and var text ? text[^600..] : output.Trim();
    }

    private static string? Page()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "docs", "api.md")))
            {
                return Path.Combine(folder.FullName, "docs", "api.md");
            }
        }

        return null;
    }

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;

    [GeneratedRegex(@"\s{2,}#.*$")]
    private static partial Regex Remark();

    [GeneratedRegex("newStartingHashKey\":\"(\\d+)\"")]
    private static partial Regex HashKey();

    [GeneratedRegex(@"(^|\n)2\d\d$")]
    private static partial Regex Success();
}

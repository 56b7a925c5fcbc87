using System.Security.Cryptography;
using System.Text;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Tests.Publishing;

namespace Weir.Pipeline.Tests.Ingest;

public sealed class PartnerLimitTests
{
    private const string Records = "/v1/streams/orders/records";
    private const string Secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";

    private static ScriptedKinesis Orders()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 2);
        return kinesis;
    }

    [Fact]
    public async Task A_partner_over_its_rate_gets_429_with_the_time_to_wait_and_the_others_go_on()
    {
        await using var server = await IngestServer.StartAsync(Orders());
        server.Partners.ByKey["slow-key"] = new Partner("slow", "Slow", RecordsPerSecond: 10);
        server.Client.DefaultRequestHeaders.Clear();
        Assert.Equal(202, (await server.PostAsync(Records, "[" + string.Join(',', Enumerable.Repeat("1", 500)) + "]", "application/json", ("X-Api-Key", "slow-key"))).Status);

        using var request = new HttpRequestMessage(HttpMethod.Post, Records) { Content = new StringContent("x", null, "text/plain") };
        request.Headers.Add("X-Api-Key", "slow-key");
        using var response = await server.Client.SendAsync(request);

        Assert.Equal(429, (int)response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 10, 50);
        Assert.Equal("10", response.Headers.GetValues("RateLimit-Limit").Single());
        Assert.Equal("0", response.Headers.GetValues("RateLimit-Remaining").Single());
        Assert.Contains("rate-limited", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(202, (await server.PostAsync(Records, "x", "text/plain", ("X-Api-Key", "good-key"))).Status);
    }

    [Fact]
    public async Task A_full_spool_is_429_loses_nothing_and_recovers_without_a_restart()
    {
        var kinesis = Orders();
        var blocked = true;
        kinesis.Refuse = (_, _) => blocked ? KinesisErrorCodes.ProvisionedThroughputExceeded : null;
        await using var server = await IngestServer.StartAsync(
            kinesis,
            null,
            ("Spool:MaxBytes", "67108864"),
            ("Spool:HighWaterPercent", "100"),
            ("Publishing:RateLimitPercent", "0"),
            ("Publishing:MaxBackOffMilliseconds", "50"));
        var body = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Repeat("\"" + new string('x', 500_000) + "\"", 8)));
        var accepted = 0;
        int status;
        System.Text.Json.JsonElement answer;
        do
        {
            (status, answer) = await server.PostAsync(Records, body, "application/x-ndjson");
            accepted += status == 202 ? 8 : 0;
        }
        while (status == 202);

        Assert.Equal(429, status);
        Assert.Equal("urn:weir:problem:spool-full", answer.GetProperty("type").GetString());
        Assert.InRange(accepted, 90, 140);
        blocked = false;
        await Until.Async("every accepted record in the stream", () => kinesis.All("orders").Count == accepted);
        var tries = 0;
        while ((await server.PostAsync(Records, body, "application/x-ndjson")).Status != 202)
        {
            Assert.True(++tries < 100, "The spool took records again within 100 tries.");
            await Task.Delay(50);
        }

        Assert.DoesNotContain(503, server.Metrics.Read().RequestsByStatus.Keys);
    }

    [Fact]
    public async Task Above_the_high_water_mark_the_partner_that_spikes_is_told_and_the_others_are_not()
    {
        var kinesis = Orders();
        kinesis.Refuse = (_, _) => KinesisErrorCodes.ProvisionedThroughputExceeded;
        await using var server = await IngestServer.StartAsync(kinesis, null, ("Spool:MaxBytes", "67108864"), ("Spool:HighWaterPercent", "10"), ("Publishing:DrainSeconds", "0"));
        server.Partners.ByKey["quiet-key"] = new Partner("quiet", "Quiet");

        // Slowly, and with room for twenty seconds of it: shares are looked at each half second, and on a busy machine later.
        var body = new byte[150_000];
        var refused = 0;
        for (var i = 0; i < 400 && refused == 0; i++)
        {
            var (status, answer) = await server.PostAsync(Records, body, "application/octet-stream");
            if (status == 429)
            {
                Assert.Equal("urn:weir:problem:over-fair-share", answer.GetProperty("type").GetString());
                refused++;
            }

            await Task.Delay(50);
        }

        Assert.Equal(1, refused);
        server.Client.DefaultRequestHeaders.Clear();
        Assert.Equal(202, (await server.PostAsync(Records, "small", "text/plain", ("X-Api-Key", "quiet-key"))).Status);
    }

    [Theory]
    [InlineData("good", 202, null)]
    [InlineData("missing", 401, "missing-signature")]
    [InlineData("old", 401, "wrong-signature")]
    [InlineData("body", 401, "wrong-signature")]
    [InlineData("garbage", 401, "wrong-signature")]
    public async Task A_partner_with_a_secret_signs_its_requests(string kind, int expected, string? code)
    {
        await using var server = await IngestServer.StartAsync(Orders());
        server.Partners.ByKey["signing-key"] = new Partner("signing", "Signing") { SigningSecret = Secret };
        server.Client.DefaultRequestHeaders.Clear();
        const string Body = "{\"a\":1}";
        var time = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - (kind == "old" ? 1000 : 0)).ToUnixTimeSeconds();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(kind == "body" ? "{\"a\":2}" : Body)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromBase64String(Secret), Encoding.UTF8.GetBytes($"{time}.POST.{Records}.{hash}")));
        List<(string, string)> headers = [("X-Api-Key", "signing-key")];
        if (kind != "missing")
        {
            headers.Add(("X-Signature", kind == "garbage" ? "t=99999999999999999999,v1=zz" : $"t={time},v1={signature}"));
        }

        var (status, answer) = await server.PostAsync(Records, Body, "application/json", [.. headers]);

        Assert.Equal(expected, status);
        if (code is not null)
        {
            Assert.Equal("urn:weir:problem:" + code, answer.GetProperty("type").GetString());
        }
    }

    [Fact]
    public async Task Readiness_turns_off_first_and_requests_are_still_taken_for_the_grace_period()
    {
        var time = new HeldPause(TimeSpan.FromSeconds(299));
        var server = await IngestServer.StartAsync(Orders(), null, time, ("Ingest:GraceSeconds", "299"));
        await Until.Async("readiness", () => server.Client.GetAsync("/readyz").Result.IsSuccessStatusCode);

        var stopping = server.StopAsync();
        await Until.Async("readiness off", () => (int)server.Client.GetAsync("/readyz").Result.StatusCode == 503);
        Assert.Equal(202, (await server.PostAsync(Records, "late", "text/plain")).Status);
        Assert.True((await server.Client.GetAsync("/healthz")).IsSuccessStatusCode);
        Assert.False(stopping.IsCompleted);
        time.End();
        await stopping;
        await server.DisposeAsync();
    }

    /// <summary>The system's time, but a pause of this length lasts until the test ends it, and none after.</summary>
    private sealed class HeldPause(TimeSpan length) : TimeProvider
    {
        private readonly List<ITimer> _held = [];
        private bool _ended;

        public void End()
        {
            lock (_held)
            {
                _ended = true;
                _held.ForEach(t => t.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != length)
            {
                return base.CreateTimer(callback, state, dueTime, period);
            }

            lock (_held)
            {
                _held.Add(base.CreateTimer(callback, state, _ended ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, period));
                return _held[^1];
            }
        }
    }
}

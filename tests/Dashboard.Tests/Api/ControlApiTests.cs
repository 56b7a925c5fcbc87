using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Weir.ControlPlane.Access;

namespace Weir.Dashboard.Tests.Api;

public sealed class ControlApiTests(WeirServer server) : IClassFixture<WeirServer>
{
    [Theory]
    [InlineData("GET", "/api/v1/metrics")]
    [InlineData("GET", "/api/v1/streams")]
    [InlineData("POST", "/api/v1/streams")]
    [InlineData("PUT", "/api/v1/rules/email/enabled")]
    [InlineData("GET", "/api/v1/audit")]
    [InlineData("GET", "/api/v1/nothing/here")]
    public async Task Without_a_sign_in_everything_answers_401_with_a_problem(string method, string path)
    {
        using var client = server.Client();

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Not signed in", (await ProblemAsync(answer)).GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_token_that_is_unknown_or_revoked_is_401()
    {
        using var client = server.Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", "wt_0000000000000000000000000000000000000000000000000000");

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/me")).StatusCode);
    }

    [Theory]
    [InlineData(Roles.Viewer, "GET", "/api/v1/audit", HttpStatusCode.Forbidden)]
    [InlineData(Roles.Viewer, "GET", "/api/v1/records", HttpStatusCode.Forbidden)]
    [InlineData(Roles.Operator, "GET", "/api/v1/audit", HttpStatusCode.Forbidden)]
    [InlineData(Roles.Operator, "GET", "/api/v1/records", HttpStatusCode.OK)]
    [InlineData(Roles.Compliance, "GET", "/api/v1/audit", HttpStatusCode.OK)]
    [InlineData(Roles.Compliance, "GET", "/api/v1/keys", HttpStatusCode.Forbidden)]
    [InlineData(Roles.Operator, "GET", "/api/v1/people", HttpStatusCode.Forbidden)]
    [InlineData(Roles.Admin, "GET", "/api/v1/people", HttpStatusCode.OK)]
    [InlineData(Roles.Viewer, "GET", "/api/v1/rules", HttpStatusCode.OK)]
    [InlineData(Roles.Viewer, "GET", "/api/v1/records/count", HttpStatusCode.OK)]
    [InlineData(Roles.Viewer, "DELETE", "/api/v1/streams/orders", HttpStatusCode.Forbidden)]
    [InlineData(Roles.Compliance, "DELETE", "/api/v1/sample-traffic", HttpStatusCode.Forbidden)]
    [InlineData(Roles.Operator, "DELETE", "/api/v1/rules/email", HttpStatusCode.Forbidden)]
    public async Task A_role_may_what_it_is_for(string role, string method, string path, HttpStatusCode expected)
    {
        using var client = server.Client(role);

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.Forbidden)
        {
            Assert.Equal("Not allowed", (await ProblemAsync(answer)).GetProperty("title").GetString());
        }
    }

    [Fact]
    public async Task A_denied_change_stands_in_the_audit_log()
    {
        using var viewer = server.Client(Roles.Viewer);
        using var compliance = server.Client(Roles.Compliance);
        using var denied = await viewer.PostAsJsonAsync("/api/v1/streams", new { stream = "denied-by-test", shardCount = 1 });
        Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);

        var lines = await compliance.GetFromJsonAsync<JsonElement>("/api/v1/audit?action=create-stream&outcome=denied");

        Assert.Contains(lines.EnumerateArray(), l => l.GetProperty("target").GetString() == "denied-by-test");
        Assert.Equal(JsonValueKind.Null, (await compliance.GetFromJsonAsync<JsonElement>("/api/v1/audit/verify")).GetProperty("firstBrokenId").ValueKind);
    }

    [Fact]
    public async Task A_stream_is_made_resharded_step_by_step_and_deleted()
    {
        using var client = server.Client(Roles.Operator);
        using var made = await client.PostAsJsonAsync("/api/v1/streams", new { stream = "reshard-me", shardCount = 1 });
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        await StreamAsync(client, "reshard-me", s => s.GetProperty("status").GetString() == "ACTIVE", "the stream to be active");

        var plan = await client.GetFromJsonAsync<JsonElement>("/api/v1/streams/reshard-me/reshard?targetShardCount=4");
        Assert.Equal("[2,4]", plan.GetProperty("steps").GetRawText());
        Assert.Equal(JsonValueKind.Null, plan.GetProperty("problem").ValueKind);

        using var started = await client.PostAsJsonAsync("/api/v1/streams/reshard-me/reshard", new { targetShardCount = 4 });
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var operation = await Eventually.GetAsync(() => client.GetFromJsonAsync<JsonElement>(started.Headers.Location), o => o.GetProperty("state").GetString() != "Running", "the reshard to end");
        Assert.Equal(("Succeeded", 2), (operation.GetProperty("state").GetString(), operation.GetProperty("stepsDone").GetInt32()));
        var stream = await StreamAsync(client, "reshard-me", s => s.GetProperty("openShards").GetInt32() == 4, "four open shards");
        Assert.Equal("340282366920938463463374607431768211455", stream.GetProperty("shards").EnumerateArray().Last().GetProperty("endingHashKey").GetString());

        var shards = stream.GetProperty("shards").EnumerateArray().Where(s => s.GetProperty("isOpen").GetBoolean()).Select(s => s.GetProperty("shardId").GetString()).ToArray();
        using var apart = await client.PostAsJsonAsync($"/api/v1/streams/reshard-me/shards/{shards[0]}/merge", new { adjacentShardId = shards[2] });
        Assert.Equal("adjacentShardId", (await ProblemAsync(apart)).GetProperty("field").GetString());
        using var merged = await client.PostAsJsonAsync($"/api/v1/streams/reshard-me/shards/{shards[0]}/merge", new { adjacentShardId = shards[1] });
        Assert.Equal(HttpStatusCode.OK, merged.StatusCode);
        await StreamAsync(client, "reshard-me", s => s.GetProperty("openShards").GetInt32() == 3 && s.GetProperty("status").GetString() == "ACTIVE", "three open shards");
        using var split = await client.PostAsync($"/api/v1/streams/reshard-me/shards/{shards[3]}/split", null);
        Assert.True(split.IsSuccessStatusCode, await split.Content.ReadAsStringAsync());
        await StreamAsync(client, "reshard-me", s => s.GetProperty("openShards").GetInt32() == 4 && s.GetProperty("status").GetString() == "ACTIVE", "four open shards again");

        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync("/api/v1/streams/reshard-me")).StatusCode);
        await Eventually.GetAsync(async () => (await client.GetAsync("/api/v1/streams/reshard-me")).StatusCode, s => s == HttpStatusCode.NotFound, "the stream to be gone");
    }

    [Fact]
    public async Task A_second_reshard_of_a_stream_is_refused_while_the_first_runs()
    {
        // The stream stays UPDATING for longer than the test takes, so the first step cannot end before the second request is there.
        await using var slow = new WeirServer { Settings = { ["LocalKinesis:StateChangeMilliseconds"] = "600000" } };
        using var client = slow.Client(Roles.Operator);
        using var started = await client.PostAsJsonAsync("/api/v1/streams/orders/reshard", new { targetShardCount = 4 });
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);

        using var twice = await client.PostAsJsonAsync("/api/v1/streams/orders/reshard", new { targetShardCount = 8 });

        Assert.Equal(HttpStatusCode.BadRequest, twice.StatusCode);
        Assert.Equal("Running", (await client.GetFromJsonAsync<JsonElement>(started.Headers.Location)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_rule_is_switched_saved_and_removed_and_the_list_says_by_whom()
    {
        using var client = server.Client(Roles.Compliance);
        using var off = await client.PutAsJsonAsync("/api/v1/rules/phone/enabled", new { enabled = false, reason = "a test" });
        Assert.Equal(HttpStatusCode.OK, off.StatusCode);
        var entry = await client.GetFromJsonAsync<JsonElement>("/api/v1/rules/phone");
        Assert.Equal((false, "a test", "compliance of a test"), (entry.GetProperty("rule").GetProperty("enabled").GetBoolean(), entry.GetProperty("reason").GetString(), entry.GetProperty("changedBy").GetString()));

        using var saved = await client.PutAsJsonAsync("/api/v1/rules/loyalty", new { name = "Loyalty number", path = "/customer/loyalty", transform = new { kind = "mask", keepLast = 2 } });
        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        Assert.Equal("Mask", (await client.GetFromJsonAsync<JsonElement>("/api/v1/rules/loyalty")).GetProperty("rule").GetProperty("transform").GetProperty("kind").GetString());

        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync("/api/v1/rules/loyalty")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.DeleteAsync("/api/v1/rules/loyalty")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PutAsJsonAsync("/api/v1/rules/loyalty/enabled", new { enabled = true })).StatusCode);
    }

    [Theory]
    [InlineData("json", "application/json")]
    [InlineData("csv", "text/csv")]
    [InlineData("html", "text/html")]
    public async Task The_report_of_a_period_is_to_be_had_in_three_formats(string format, string type)
    {
        using var client = server.Client(Roles.Compliance);
        using var answer = await client.GetAsync($"/api/v1/rules/report?format={format}&from=2026-01-01T00:00:00Z");

        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal($"redaction-report.{format}", answer.Content.Headers.ContentDisposition!.FileName);
        Assert.Contains((await client.GetFromJsonAsync<JsonElement>("/api/v1/rules")).GetProperty("hash").GetString()!, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("format=pdf", "format")]
    [InlineData("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "to")]
    public async Task A_report_that_cannot_be_written_says_what_is_wrong(string query, string field)
    {
        using var client = server.Client(Roles.Compliance);
        using var answer = await client.GetAsync($"/api/v1/rules/report?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(field, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_is_edited_rule_by_rule_as_it_was_seen_and_compared_with_the_set_in_force()
    {
        using var client = server.Client(Roles.Compliance);
        using var drafted = await client.PostAsJsonAsync("/api/v1/rule-sets", new { reason = "a test", rules = new[] { new { id = "loyalty", name = "Loyalty number", path = "/loyalty", transform = new { kind = "Redact" } } } });
        var number = (await drafted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        async Task<string> HashAsync() => (await client.GetFromJsonAsync<JsonElement>($"/api/v1/rule-sets/{number}")).GetProperty("hash").GetString()!;
        var seen = await HashAsync();
        var rule = new { name = "E-mail", detector = "EMAIL_ADDRESS", transform = new { kind = "Token" } };

        Assert.Equal(HttpStatusCode.OK, (await client.PutAsJsonAsync($"/api/v1/rule-sets/{number}/rules/mail", new { hash = seen, rule })).StatusCode);
        using var late = await client.PutAsJsonAsync($"/api/v1/rule-sets/{number}/rules/mail", new { hash = seen, rule });
        Assert.Equal(HttpStatusCode.BadRequest, late.StatusCode);
        Assert.Contains("Nothing of yours is saved", await late.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var changes = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/rule-sets/{number}/changes")).EnumerateArray().Select(c => c.GetProperty("kind").GetString());
        Assert.Contains("Removed", changes);
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync($"/api/v1/rule-sets/{number}/rules/mail?hash={await HashAsync()}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync($"/api/v1/rule-sets/{number}?reason=done")).StatusCode);
        Assert.Equal(["pci-dss", "gdpr", "hipaa"], (await client.GetFromJsonAsync<JsonElement>("/api/v1/rule-packs")).EnumerateArray().Select(p => p.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_set_of_rules_is_drafted_shown_in_the_shadow_and_discarded()
    {
        using var client = server.Client(Roles.Compliance);
        using var drafted = await client.PostAsJsonAsync("/api/v1/rule-sets", new { reason = "a test", rules = new[] { new { id = "loyalty", name = "Loyalty number", path = "/loyalty", transform = new { kind = "Redact" } } } });
        Assert.Equal(HttpStatusCode.OK, drafted.StatusCode);
        var set = (await client.GetFromJsonAsync<JsonElement>("/api/v1/rule-sets")).EnumerateArray().First(s => s.GetProperty("state").GetString() == "Draft");
        var number = set.GetProperty("number").GetInt32();

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync($"/api/v1/rule-sets/{number}/shadow", null)).StatusCode);
        Assert.Equal(set.GetProperty("hash").GetString(), (await client.GetFromJsonAsync<JsonElement>("/api/v1/rule-sets/shadow")).GetProperty("candidateHash").GetString());
        using var own = await client.PostAsJsonAsync($"/api/v1/rule-sets/{number}/activate", new { hash = "not this one" });
        Assert.Equal(HttpStatusCode.BadRequest, own.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync($"/api/v1/rule-sets/{number}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/v1/rule-sets/shadow")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/api/v1/rule-sets/9999/shadow", null)).StatusCode);
    }

    [Theory]
    [InlineData("POST", "/api/v1/streams", "{\"stream\":\"a b\"}", "stream")]
    [InlineData("POST", "/api/v1/streams", "{\"stream\":\"ok\",\"shardCount\":0}", "shardCount")]
    [InlineData("POST", "/api/v1/streams", "{\"stream\":\"ok\",\"shardCount\":\"many\"}", "shardCount")]
    [InlineData("POST", "/api/v1/streams", "{\"shardCount\":1}", null)]
    [InlineData("POST", "/api/v1/streams", "{\"stream\":null}", "stream")]
    [InlineData("POST", "/api/v1/streams", "{\"stream\":", null)]
    [InlineData("POST", "/api/v1/streams", "", null)]
    [InlineData("POST", "/api/v1/streams/orders/reshard", "{\"targetShardCount\":0}", "targetShardCount")]
    [InlineData("POST", "/api/v1/streams/orders/reshard", "{\"targetShardCount\":2147483647}", "targetShardCount")]
    [InlineData("PUT", "/api/v1/sample-traffic", "{\"stream\":\"orders\",\"recordsPerSecond\":20001}", "recordsPerSecond")]
    [InlineData("PUT", "/api/v1/rules/x", "{\"name\":\"X\",\"path\":\"/x\",\"transform\":{\"kind\":\"explode\"}}", "transform.kind")]
    [InlineData("PUT", "/api/v1/rules/x", "{\"name\":\"X\",\"path\":\"/x\"}", null)]
    [InlineData("POST", "/api/v1/tokens", "{\"name\":\"x\",\"role\":\"root\"}", "role")]
    [InlineData("POST", "/api/v1/keys", "{\"partnerName\":\"\"}", "partnerName")]
    [InlineData("POST", "/api/v1/people", "{\"email\":\"nobody\",\"name\":\"N\",\"roles\":[\"viewer\"]}", "email")]
    [InlineData("POST", "/api/v1/people", "{\"email\":\"n@example.org\",\"name\":\"N\",\"roles\":[]}", "roles")]
    [InlineData("GET", "/api/v1/records?limit=0", null, null)]
    [InlineData("GET", "/api/v1/metrics/history?kind=nothing", null, "kind")]
    [InlineData("GET", "/api/v1/metrics/history?kind=3", null, "kind")]
    [InlineData("GET", "/api/v1/metrics/history?kind=ShardIncomingBytes&stream=orders", null, "shard")]
    [InlineData("GET", "/api/v1/metrics/history?kind=IngestRecords&seconds=0", null, "seconds")]
    [InlineData("GET", "/api/v1/streams/orders/reshard?targetShardCount=four", null, null)]
    public async Task A_bad_request_is_a_problem_that_names_the_field(string method, string path, string? body, string? field)
    {
        using var client = server.Client(Roles.Admin);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await ProblemAsync(answer);
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()));
        Assert.DoesNotContain("Weir.", problem.GetProperty("detail").GetString());
        if (field is not null)
        {
            Assert.Equal(field, problem.GetProperty("field").GetString());
        }
    }

    [Theory]
    [InlineData("GET", "/api/v1/streams/nowhere")]
    [InlineData("DELETE", "/api/v1/streams/nowhere")]
    [InlineData("GET", "/api/v1/operations/nothing")]
    [InlineData("POST", "/api/v1/operations/nothing/stop")]
    [InlineData("DELETE", "/api/v1/keys/nothing")]
    [InlineData("GET", "/api/v1/nothing/here")]
    public async Task What_is_not_there_is_404_with_a_problem(string method, string path)
    {
        using var client = server.Client(Roles.Admin);

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("Not found", (await ProblemAsync(answer)).GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_wrong_method_or_kind_of_body_is_told_from_a_wrong_path()
    {
        using var client = server.Client(Roles.Admin);

        using var method = await client.PatchAsync("/api/v1/streams", null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, method.StatusCode);
        Assert.Contains("POST", method.Content.Headers.Allow);

        using var form = await client.PostAsync("/api/v1/streams", new FormUrlEncodedContent([new("stream", "orders")]));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.Contains("application/json", (await ProblemAsync(form)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_key_made_here_sends_records_that_are_found_clean()
    {
        using var admin = server.Client(Roles.Admin);
        using var made = await admin.PostAsJsonAsync("/api/v1/keys", new { partnerName = "acme", streams = new[] { "orders" } });
        var key = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
        using var partner = server.Client();
        partner.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var order = $"order-{Guid.NewGuid():n}";

        using var posted = await partner.PostAsync("/v1/streams/orders/records", new StringContent($$$"""{"orderId":"{{{order}}}","customer":{"name":"Ada Example","email":"ada.example@example.org"}}""", Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.Accepted, posted.StatusCode);
        var records = await Eventually.GetAsync(() => admin.GetFromJsonAsync<JsonElement>($"/api/v1/records?stream=orders&contains={order}"), r => r.GetArrayLength() == 1, "the record to be stored");
        Assert.DoesNotContain("Ada Example", records[0].GetProperty("data").GetString());
        Assert.DoesNotContain("ada.example@", records[0].GetProperty("data").GetString());
        Assert.True((await admin.GetFromJsonAsync<JsonElement>("/api/v1/records/count?stream=orders")).GetProperty("count").GetInt64() >= 1);

        var listed = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/keys")).EnumerateArray().Single(k => k.GetProperty("partnerName").GetString() == "acme");
        Assert.DoesNotContain(key, listed.GetRawText());
        Assert.Equal(HttpStatusCode.OK, (await admin.DeleteAsync($"/api/v1/keys/{listed.GetProperty("id").GetString()}")).StatusCode);
        using var refused = await partner.PostAsync("/v1/streams/orders/records", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_partner_that_signs_is_refused_without_its_signature()
    {
        using var admin = server.Client(Roles.Admin);
        using var made = await admin.PostAsJsonAsync("/api/v1/keys", new { partnerName = "signer" });
        using var signing = await admin.PutAsync("/api/v1/partners/signer/signing", null);
        var secret = (await signing.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
        using var partner = server.Client();
        partner.DefaultRequestHeaders.Add("X-Api-Key", (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!);

        async Task<HttpStatusCode> SendAsync(bool signed)
        {
            using var content = new StringContent("{}", Encoding.UTF8, "application/json");
            if (signed)
            {
                var at = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
                var text = $"{at}.POST./v1/streams/orders/records.{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("{}"u8))}";
                content.Headers.Add("X-Signature", $"t={at},v1={Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(Convert.FromBase64String(secret), Encoding.UTF8.GetBytes(text)))}");
            }

            return (await partner.PostAsync("/v1/streams/orders/records", content)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(signed: false));
        Assert.Equal(HttpStatusCode.Accepted, await SendAsync(signed: true));
        var listed = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/partners")).EnumerateArray().Single(p => p.GetProperty("name").GetString() == "signer");
        Assert.True(listed.GetProperty("signs").GetBoolean());
        Assert.DoesNotContain(secret, listed.GetRawText());
        Assert.Equal(HttpStatusCode.OK, (await admin.DeleteAsync("/api/v1/partners/signer/signing")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, await SendAsync(signed: false));
    }

    [Fact]
    public async Task The_reference_of_the_ingest_API_is_served_whole_from_this_host()
    {
        using var client = server.Client();
        var page = await client.GetStringAsync("/reference");

        foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(page, "(?:src|href)=\"([^\"]+)\""))
        {
            Assert.StartsWith("/", link.Groups[1].Value);
            using var got = await client.GetAsync(link.Groups[1].Value);
            Assert.Equal(HttpStatusCode.OK, got.StatusCode);
        }
    }

    [Fact]
    public async Task Sample_traffic_runs_through_the_real_endpoint_until_it_is_stopped()
    {
        using var client = server.Client(Roles.Operator);
        using var started = await client.PutAsJsonAsync("/api/v1/sample-traffic", new { stream = "orders", recordsPerSecond = 50 });
        Assert.Equal(HttpStatusCode.OK, started.StatusCode);

        await Eventually.GetAsync(() => client.GetFromJsonAsync<JsonElement>("/api/v1/sample-traffic"), s => s.GetProperty("accepted").GetInt64() > 0, "an accepted record");
        await Eventually.GetAsync(() => client.GetFromJsonAsync<JsonElement>("/api/v1/metrics"), s => s.GetProperty("ingest").GetProperty("recordsPerSecond").GetDouble() > 0, "a rate above zero");
        using var stopped = await client.DeleteAsync("/api/v1/sample-traffic");
        Assert.Equal(HttpStatusCode.OK, stopped.StatusCode);
        Assert.False((await client.GetFromJsonAsync<JsonElement>("/api/v1/sample-traffic")).GetProperty("running").GetBoolean());
        var history = await client.GetFromJsonAsync<JsonElement>("/api/v1/metrics/history?kind=IngestRecords&seconds=60");
        Assert.Equal(history.GetProperty("times").GetArrayLength(), history.GetProperty("values").GetArrayLength());
        Assert.True(history.GetProperty("times").GetArrayLength() > 0);
    }

    [Fact]
    public async Task A_token_made_here_says_who_it_is_until_it_is_revoked()
    {
        using var admin = server.Client(Roles.Admin);
        using var made = await admin.PostAsJsonAsync("/api/v1/tokens", new { name = "deploy", role = "operator" });
        using var deploy = server.Client();
        deploy.DefaultRequestHeaders.Authorization = new("Bearer", (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString());

        var me = await deploy.GetFromJsonAsync<JsonElement>("/api/v1/me");
        Assert.Equal(("deploy", "[\"view\",\"operate\",\"records\"]"), (me.GetProperty("name").GetString(), me.GetProperty("permissions").GetRawText()));

        var id = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/tokens")).EnumerateArray().Single(t => t.GetProperty("name").GetString() == "deploy").GetProperty("id").GetString();
        await admin.DeleteAsync($"/api/v1/tokens/{id}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await deploy.GetAsync("/api/v1/me")).StatusCode);
    }

    private static Task<JsonElement> StreamAsync(HttpClient client, string stream, Func<JsonElement, bool> fits, string what) => Eventually.GetAsync(
        async () =>
        {
            using var answer = await client.GetAsync($"/api/v1/streams/{stream}");
            return await answer.Content.ReadFromJsonAsync<JsonElement>();
        },
        s => s.TryGetProperty("openShards", out _) && fits(s),
        what);

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}

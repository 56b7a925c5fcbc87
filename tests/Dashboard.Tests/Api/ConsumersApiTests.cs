using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Access;

namespace Weir.Dashboard.Tests.Api;

public sealed class ConsumersApiTests(WeirServer server) : IClassFixture<WeirServer>
{
    [Fact]
    public async Task A_record_that_cannot_be_made_clean_is_listed_without_its_text_and_dropped_with_a_reason()
    {
        using var client = server.Client(Roles.Operator);
        var kinesis = server.Services.GetRequiredService<IKinesis>();
        await kinesis.PutRecordAsync(new PutRecordRequest("""{"card":"4111111111111111" """u8.ToArray(), "k", "orders"), default);
        var letters = await Eventually.GetAsync(() => client.GetFromJsonAsync<JsonElement>("/api/v1/dead-letters"), l => l.GetArrayLength() == 1, "a dead letter");
        var letter = letters[0];
        var key = letter.GetProperty("key").GetString();
        Assert.Equal(("Waiting", 1), (letter.GetProperty("state").GetString(), (await client.GetFromJsonAsync<JsonElement>("/api/v1/dead-letters/count")).GetProperty("waiting").GetInt32()));
        Assert.DoesNotContain("4111", (await client.GetStringAsync($"/api/v1/dead-letters/{key}")), StringComparison.Ordinal);

        var replayed = await client.PostAsync($"/api/v1/dead-letters/{key}/replay", null);
        Assert.Equal(HttpStatusCode.BadRequest, replayed.StatusCode);
        Assert.Contains("cannot be made clean", await replayed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var wordless = await client.PostAsJsonAsync($"/api/v1/dead-letters/{key}/drop", new { reason = " " });
        Assert.Equal("reason", (await wordless.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync($"/api/v1/dead-letters/{key}/drop", new { reason = "A test record." })).StatusCode);

        var dropped = (await client.GetFromJsonAsync<JsonElement>("/api/v1/dead-letters?state=dropped"))[0];
        Assert.Equal("A test record.", dropped.GetProperty("reason").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/api/v1/dead-letters/orders~shardId-000000000000~1~0/replay", null)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync("/api/v1/dead-letters?state=lost")).StatusCode);
    }

    [Fact]
    public async Task A_stream_is_read_again_from_its_start_and_stored_once()
    {
        using var client = server.Client(Roles.Operator);
        var kinesis = server.Services.GetRequiredService<IKinesis>();
        await kinesis.PutRecordAsync(new PutRecordRequest("""{"n":1}"""u8.ToArray(), "k", "orders"), default);
        await Eventually.GetAsync(() => client.GetFromJsonAsync<JsonElement>("/api/v1/records/count?stream=orders"), c => c.GetProperty("count").GetInt64() == 1, "the record");

        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsJsonAsync("/api/v1/streams/orders/rewind", new { })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsJsonAsync("/api/v1/streams/orders/rewind", new { position = "4711" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsJsonAsync("/api/v1/streams/orders/rewind", new { time = TimeProvider.System.GetUtcNow().AddDays(1) })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync("/api/v1/streams/orders/rewind", new { position = "TRIM_HORIZON" })).StatusCode);

        // The record was the last before the rewind and is so again.
        await Eventually.GetAsync(
            () => client.GetFromJsonAsync<JsonElement>("/api/v1/leases?stream=orders"),
            l => l.EnumerateArray().Count() == 2 && l.EnumerateArray().All(x => x.GetProperty("owner").ValueKind == JsonValueKind.String) && l.EnumerateArray().Any(x => x.GetProperty("checkpoint").GetString()!.Length > 20),
            "checkpoints after the rewind");
        Assert.Equal(1, (await client.GetFromJsonAsync<JsonElement>("/api/v1/records/count?stream=orders")).GetProperty("count").GetInt64());
    }

    [Fact]
    public async Task A_viewer_sees_the_fleet_and_changes_nothing()
    {
        using var client = server.Client(Roles.Viewer);
        var fleet = await Eventually.GetAsync(() => client.GetAsync("/api/v1/fleet"), a => a.IsSuccessStatusCode, "the fleet");
        var member = Assert.Single((await fleet.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("members").EnumerateArray());
        Assert.Equal(["ingest", "consumer", "console"], member.GetProperty("instance").GetProperty("roles").EnumerateArray().Select(r => r.GetString()));

        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("/api/v1/streams/orders/rewind", new { position = "LATEST" })).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/v1/dead-letters")).StatusCode);
    }
}

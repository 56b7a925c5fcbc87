using System.Net;

namespace Weir.Dashboard.Tests.Hosting;

public sealed class RolesTests
{
    [Fact]
    public async Task A_process_that_only_takes_records_says_that_it_has_no_console()
    {
        await using var server = new WeirServer { Settings = { ["Roles"] = "ingest" } };
        using var client = server.Client();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync("/v1/streams/orders/records", new StringContent("{}"))).StatusCode);
        foreach (var path in new[] { "/", "/sign-in", "/api/v1/streams", "/hubs/metrics" })
        {
            using var answer = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("its roles are ingest", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ingest")]
    [InlineData("console")]
    public async Task The_reference_of_the_API_is_served_where_partners_send_to_and_where_people_look(string roles)
    {
        await using var server = new WeirServer { Settings = { ["Roles"] = roles } };
        using var client = server.Client();

        foreach (var (path, type) in new[] { ("/reference", "text/html"), ("/openapi/v1.json", "application/json"), ("/js/reference.js", "text/javascript"), ("/lib/swagger-ui/swagger-ui.css", "text/css") })
        {
            using var answer = await client.GetAsync(path);
            Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        }
    }

    [Fact]
    public async Task A_process_that_only_consumes_takes_no_records()
    {
        await using var server = new WeirServer { Settings = { ["Roles"] = "consumer" } };
        using var client = server.Client();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/readyz")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/v1/streams/orders/records", new StringContent("{}"))).StatusCode);
    }
}

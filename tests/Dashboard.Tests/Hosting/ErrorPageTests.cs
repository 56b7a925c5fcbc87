using System.Net;
using Weir.ControlPlane.Access;

namespace Weir.Dashboard.Tests.Hosting;

public sealed class ErrorPageTests
{
    [Fact]
    public async Task An_address_that_leads_nowhere_is_answered_with_a_page_that_says_so()
    {
        await using var server = new WeirServer();
        using var client = server.Client(Roles.Viewer);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere/at-all");
        request.Headers.Accept.ParseAdd("text/html");

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("There is no such page", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}

using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Weir.Dashboard.Tests.Access;

public sealed class DenyByDefaultTests(WeirServer server) : IClassFixture<WeirServer>
{
    /// <summary>All that a stranger may ask for, besides files of <c>wwwroot</c>.</summary>
    private static readonly string[] Open =
    [
        "/v1/streams/{stream}/records", "/v1/streams/{stream}/records:batch", "/v1/{**rest}", "/healthz", "/readyz", "/openapi/v1.json", "/reference",
        "/sign-in", "/setup", "/error", "/not-found", "/account/sign-in", "/account/sign-out", "/account/setup",
    ];

    [Fact]
    public void Only_what_is_listed_here_is_open_to_strangers()
    {
        var open = Endpoints()
            .Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null && e.Metadata.All(m => m.GetType().Name != "StaticAssetDescriptor"))
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Distinct();

        Assert.Empty(open.Except(Open));
    }

    [Fact]
    public async Task Whatever_else_there_is_turns_a_stranger_away()
    {
        using var stranger = server.Client();
        var looked = 0;
        foreach (var endpoint in Endpoints().Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), AddressOf(endpoint));
                using var answer = await stranger.SendAsync(request);
                looked++;

                Assert.True(
                    answer.StatusCode == HttpStatusCode.Unauthorized || (answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.OriginalString.Contains("/sign-in", StringComparison.Ordinal)),
                    $"{method} {endpoint.RoutePattern.RawText} answered {(int)answer.StatusCode}");
            }
        }

        Assert.True(looked > 80, $"only {looked} addresses were found");
    }

    private IEnumerable<RouteEndpoint> Endpoints()
    {
        server.StartServer();
        return server.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>();
    }

    private static string AddressOf(RouteEndpoint endpoint)
    {
        var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
        while (path.IndexOf('{', StringComparison.Ordinal) is var start and >= 0)
        {
            path = $"{path[..start]}1{path[(path.IndexOf('}', start) + 1)..]}";
        }

        return path;
    }
}

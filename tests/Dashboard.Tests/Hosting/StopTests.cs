using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Weir.Dashboard.Tests.Hosting;

public sealed class StopTests
{
    [Fact]
    public async Task Whoever_stops_the_program_while_it_ends_or_after_gets_no_error()
    {
        IHostedService[] parts;
        await using (var server = new WeirServer())
        {
            server.StartServer();
            parts = [.. server.Services.GetServices<IHostedService>()];
        }

        Assert.True(parts.Length > 10, "the program has parts");
        foreach (var part in parts)
        {
            await part.StopAsync(CancellationToken.None);
        }
    }
}

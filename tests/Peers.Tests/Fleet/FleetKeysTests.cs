using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.ControlPlane.Fleet;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Redaction;

namespace Weir.Peers.Tests.Fleet;

public sealed class FleetKeysTests : FleetTest
{
    [Fact]
    public async Task A_consumer_with_keys_of_its_own_stays_out_though_they_have_the_same_name()
    {
        await JoinAsync("one");

        var refused = await Assert.ThrowsAsync<FleetException>(() => JoinAsync("two"));

        Assert.Contains("Redaction:KeyReference", refused.Message);
        Directory.CreateDirectory(Folder("three"));
        File.Copy(Path.Combine(Folder("one"), "redaction.key"), Path.Combine(Folder("three"), "redaction.key"));
        await JoinAsync("three");
    }

    private async Task JoinAsync(string name)
    {
        await using var services = new ServiceCollection().AddRedaction(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = Folder(name) }).Build()).BuildServiceProvider();
        using var follower = new FleetFollower(Table(), [], services.GetRequiredService<IRedactionControl>(), [new ConsumerIdentity(name)], TimeProvider.System, NullLogger<FleetFollower>.Instance);
        await follower.StartAsync(default);
        await follower.StopAsync(default);
    }
}

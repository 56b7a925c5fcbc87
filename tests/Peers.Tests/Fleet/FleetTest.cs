using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.State;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests.Fleet;

/// <summary>Processes with a folder and a state database each, and one table in dynalite between them.</summary>
public abstract class FleetTest : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-fleet-");

    private protected Dynalite Dynamo { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Dynamo = await Dynalite.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (Dynamo is not null)
            await Dynamo.DisposeAsync();
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected string Folder(string name) => _directory.CreateSubdirectory(name).FullName;

    private protected StateTable Table() => new(Dynamo.Client, "weir-state", TimeProvider.System);

    private protected StateDatabase Database(string name) => new(Path.Combine(Folder(name), "state.db"));
}

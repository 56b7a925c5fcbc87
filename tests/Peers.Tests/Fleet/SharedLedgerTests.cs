using System.Buffers;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.State;
using Weir.Peers.Tests.Running;
using Weir.Pipeline.Redaction;

namespace Weir.Peers.Tests.Fleet;

public sealed class SharedLedgerTests
{
    [Fact]
    public async Task A_report_counts_what_every_process_cleaned_once_also_after_they_have_told_it_often()
    {
        var directory = Directory.CreateTempSubdirectory("weir-ledger-");
        await using var dynamo = await Dynalite.StartAsync();
        using var one = new Keeper(dynamo, directory.CreateSubdirectory("one").FullName);
        using var two = new Keeper(dynamo, directory.CreateSubdirectory("two").FullName);
        await one.Shared.JoinAsync(default);
        one.Clean(3);
        two.Clean(4);
        await two.Shared.JoinAsync(default);
        await one.Shared.FollowAsync(default);
        two.Clean(1);
        for (var i = 0; i < 3; i++)
        {
            await two.Shared.FollowAsync(default);
            await one.Shared.FollowAsync(default);
        }

        var now = TimeProvider.System.GetUtcNow();
        foreach (var keeper in new[] { one, two })
        {
            var (records, counts) = keeper.Ledger.Read(now.AddHours(-1), now);
            Assert.Equal(8, records.Redacted);
            Assert.Equal(("email", "/note", 8L), (Assert.Single(counts).Rule, counts[0].Path, counts[0].Hits));
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        directory.Delete(recursive: true);
    }

    private sealed class Keeper : IDisposable
    {
        private readonly ServiceProvider _services;

        public Keeper(Dynalite dynamo, string folder)
        {
            _services = new ServiceCollection().AddRedaction(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = folder }).Build()).BuildServiceProvider();
            var database = new StateDatabase(Path.Combine(folder, "state.db"));
            Ledger = new RedactionLedger(database, _services.GetRequiredService<IRedactionControl>(), TimeProvider.System, NullLogger<RedactionLedger>.Instance);
            Shared = new SharedLedger(new StateTable(dynamo.Client, "weir-state", TimeProvider.System), database, Ledger, TimeProvider.System);
        }

        public RedactionLedger Ledger { get; }

        public SharedLedger Shared { get; }

        public void Clean(int records)
        {
            for (var i = 0; i < records; i++)
                _services.GetRequiredService<IRecordRedactor>().Redact("orders", Encoding.UTF8.GetBytes("""{"note":"ada@example.org"}"""), new ArrayBufferWriter<byte>());
        }

        public void Dispose()
        {
            Ledger.Dispose();
            _services.Dispose();
        }
    }
}

using System.Buffers;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.State;
using Weir.Pipeline.Redaction;

namespace Weir.Peers.Tests.Fleet;

public sealed class SharedLedgerTests : FleetTest
{
    [Fact]
    public async Task A_report_counts_what_every_process_cleaned_once_also_after_they_have_told_it_often()
    {
        using var one = new Keeper(Table(), Database("one"), Folder("one"));
        using var two = new Keeper(Table(), Database("two"), Folder("two"));
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
    }

    private sealed class Keeper : IDisposable
    {
        private readonly ServiceProvider _services;

        public Keeper(StateTable table, StateDatabase database, string folder)
        {
            _services = new ServiceCollection().AddRedaction(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = folder }).Build()).BuildServiceProvider();
            Ledger = new RedactionLedger(database, _services.GetRequiredService<IRedactionControl>(), TimeProvider.System, NullLogger<RedactionLedger>.Instance);
            Shared = new SharedLedger(table, database, Ledger, TimeProvider.System);
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

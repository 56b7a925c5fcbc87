using Weir.ControlPlane.Rules;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Tests.Rules;

/// <summary>Two processes on one state database.</summary>
public sealed class TwoConsolesOnOneDatabaseTests : TwoConsolesContract
{
    private protected override Task<RuleConsole> OpenAsync(string name)
    {
        var database = new StateDatabase(Path.Combine(Folder.FullName, "state.db"));
        return Task.FromResult(new RuleConsole(database, new Seen(database), Folder.FullName, Options));
    }

    private protected override Task SeeAsync(RuleConsole console)
    {
        ((Seen)console.Changes).Look();
        return Task.CompletedTask;
    }

    /// <summary>The changes of one process, which here looks when the test wants it.</summary>
    private sealed class Seen(StateDatabase database) : IRuleChanges
    {
        private readonly OwnRuleChanges _own = new(database);

        public event Action? Changed;

        public void Look() => Changed?.Invoke();

        public async Task<T> CommitAsync<T>(Func<Microsoft.Data.Sqlite.SqliteConnection, Microsoft.Data.Sqlite.SqliteTransaction, T> change, CancellationToken cancellationToken)
        {
            var result = await _own.CommitAsync(change, cancellationToken);
            Changed?.Invoke();
            return result;
        }
    }
}

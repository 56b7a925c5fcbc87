using Microsoft.Data.Sqlite;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Rules;

/// <summary>Puts the changes of rules and rule sets in one order: those of this process, or those of a whole fleet.</summary>
public interface IRuleChanges
{
    /// <summary>Rules or sets have changed on the state database, by a change of another process or of this one.</summary>
    event Action? Changed;

    /// <summary>
    /// Runs a change on the newest state and commits it, all or nothing. What the change throws comes back, and nothing is changed then. It runs again when another process was faster,
    /// so it must read what it decides by from the connection that it is given.
    /// </summary>
    Task<T> CommitAsync<T>(Func<SqliteConnection, SqliteTransaction, T> change, CancellationToken cancellationToken);
}

/// <summary>The changes of a process that is alone: SQLite puts them in order.</summary>
internal sealed class OwnRuleChanges(StateDatabase database) : IRuleChanges
{
    public event Action? Changed;

    public Task<T> CommitAsync<T>(Func<SqliteConnection, SqliteTransaction, T> change, CancellationToken cancellationToken)
    {
        var result = Commit(database, change);
        Changed?.Invoke();
        return Task.FromResult(result);
    }

    public static T Commit<T>(StateDatabase database, Func<SqliteConnection, SqliteTransaction, T> change)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var result = change(connection, transaction);
        transaction.Commit();
        return result;
    }
}

using System.Globalization;
using Amazon.DynamoDBv2.Model;
using Microsoft.Data.Sqlite;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Fleet;

/// <summary>
/// The changes of rules and rule sets of a whole fleet, in one order. Each change is a row of the state table with the next number, and whoever writes a number first has made that change:
/// <code>
/// take over what is newer ──► run the change on SQLite ──► put its rows IF the number is free ──► commit on SQLite, tell the others
///            ▲                                                          └── taken: roll back ──┐
///            └─────────────────────────────────────────────────────────────────────────────────┘
/// </code>
/// So what holds between two editors in one process holds between two consoles. Every process has all sets on its own database, where pages read them, and starts with them when the table is
/// away. One that dies after the put has made the change: the others take it over, and it does itself at its next start.
/// </summary>
internal sealed class SharedRuleChanges(StateTable table, StateDatabase database, TimeProvider time) : IRuleChanges, ISharedThing, IDisposable
{
    /// <summary>The partition.</summary>
    private const string Log = "rules";

    /// <summary>Row of <c>shared_documents</c> that says up to which number this process has followed, and which log that is.</summary>
    public const string Followed = "rule-changes";

    /// <summary>An item of DynamoDB has at most 400 KB.</summary>
    private const int LargestChange = 390_000;

    private static readonly SharedTable[] Tables = [new("rules", ["id"]), new("rule_sets", ["number"]), new("counters", ["name"])];
    private readonly SemaphoreSlim _one = new(1);

    public event Action? Changed;

    public string Name => Log;

    public bool HasJoined => Known() is not null;

    public async Task<T> CommitAsync<T>(Func<SqliteConnection, SqliteTransaction, T> change, CancellationToken cancellationToken)
    {
        T result;
        await _one.WaitAsync(cancellationToken);
        try
        {
            result = await InOrderAsync(change, cancellationToken);
        }
        finally
        {
            _one.Release();
        }

        Changed?.Invoke();
        await RingAsync(cancellationToken);
        return result;
    }

    /// <summary>Takes over what others have changed since; true when there was something.</summary>
    public async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        bool changed;
        try
        {
            changed = await TakeOverAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }

        if (changed)
            Changed?.Invoke();
        return changed;
    }

    /// <summary>Comes into the fleet: the first process brings its rules, another takes the fleet's and lets its own go.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                var first = await table.GetAsync(Log, StateTable.Sort(1), cancellationToken);
                if (first is not null)
                {
                    await TakeOverAsync(Known() is var (number, log) && log == first["write"].S ? number : 0, first["write"].S, cancellationToken);
                    break;
                }

                var mine = OwnRuleChanges.Commit(database, (connection, transaction) => SharedRows.Read(connection, transaction, Tables, []));
                var row = Row(1, mine.ToDictionary(r => r.Key, r => (string?)r.Value));
                if (await table.PutNewAsync(row, cancellationToken))
                    OwnRuleChanges.Commit(database, (connection, transaction) => Note(connection, transaction, 1, row["write"].S));
            }
        }
        finally
        {
            _one.Release();
        }

        Changed?.Invoke();
    }

    public void Dispose() => _one.Dispose();

    private async Task<T> InOrderAsync<T>(Func<SqliteConnection, SqliteTransaction, T> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            await TakeOverAsync(cancellationToken);
            var (number, log) = Known() ?? throw new InvalidOperationException("This process has not joined the fleet yet.");
            using var connection = database.Connect();
            using var transaction = connection.BeginTransaction(deferred: false);
            var before = SharedRows.Read(connection, transaction, Tables, []);
            var result = change(connection, transaction);
            var difference = SharedRows.Difference(before, SharedRows.Read(connection, transaction, Tables, []));
            if (difference.Count == 0)
                return result;
            if (!await table.PutNewAsync(Row(number + 1, difference), cancellationToken))
                continue;
            Note(connection, transaction, number + 1, log);
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        }
    }

    private async Task<bool> TakeOverAsync(CancellationToken cancellationToken) => Known() is var (number, log) && await TakeOverAsync(number, log, cancellationToken);

    /// <param name="number">Up to which number this process has followed; 0 to let go of its own rules in favour of the fleet's.</param>
    /// <param name="log">Which log that is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task<bool> TakeOverAsync(long number, string log, CancellationToken cancellationToken)
    {
        var newer = await table.QueryAsync(Log, StateTable.Sort(number + 1), StateTable.Sort(long.MaxValue / 10_000_000), cancellationToken);
        return newer.Count > 0 && OwnRuleChanges.Commit(database, (connection, transaction) =>
        {
            if (number == 0)
                Forget(connection, transaction);
            foreach (var row in newer)
                SharedRows.Apply(connection, transaction, Tables, Packed.Unpack<Dictionary<string, string?>>(row["body"].B));
            return Note(connection, transaction, long.Parse(newer[^1]["sk"].S, CultureInfo.InvariantCulture), log);
        });
    }

    /// <summary>Best effort: the others look by themselves now and then.</summary>
    private async Task RingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await table.RingAsync(Log, cancellationToken);
        }
        catch (Exception e) when (e is Amazon.Runtime.AmazonClientException or HttpRequestException or IOException or OperationCanceledException)
        {
            // The change is made; a failure told now would say the opposite.
        }
    }

    private Dictionary<string, AttributeValue> Row(long number, IReadOnlyDictionary<string, string?> difference)
    {
        var row = StateTable.Key(Log, StateTable.Sort(number));
        var body = Packed.Pack(difference);
        if (body.Length > LargestChange)
            throw new RuleSetException($"This change has {body.Length:N0} bytes packed; DynamoDB takes {LargestChange:N0} at most. Make the set smaller, or change it in parts.");
        row["body"] = new() { B = body };
        row["at"] = new(time.GetUtcNow().Stored());
        return row;
    }

    private (long Number, string Log)? Known() =>
        database.Query("SELECT version, body FROM shared_documents WHERE name = $name", r => (r.GetInt64(0), r.GetString(1)), ("$name", Followed)) is [var known] ? known : null;

    private static void Forget(SqliteConnection connection, SqliteTransaction transaction)
    {
        foreach (var table in Tables)
            connection.Execute(transaction, $"DELETE FROM {table.Name}");

        // Numbers of sets go on where the fleet's are.
        connection.Execute(transaction, "DELETE FROM sqlite_sequence WHERE name = 'rule_sets'");
    }

    private static bool Note(SqliteConnection connection, SqliteTransaction transaction, long number, string log) => connection.Execute(
        transaction,
        "INSERT INTO shared_documents (name, version, body) VALUES ($name, $version, $body) ON CONFLICT (name) DO UPDATE SET version = $version, body = $body",
        ("$name", Followed), ("$version", number), ("$body", log)) > 0;
}

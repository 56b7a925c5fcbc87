using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.State;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.ControlPlane.Rules;

/// <summary>
/// The redaction rules on the state database. A change is compiled, written and made active in that order within the call;
/// another process that shares the database or the fleet's table follows within a second.
/// </summary>
public sealed partial class RuleBook : BackgroundService, IRuleBook
{
    private const string VersionCounter = "rules";
    private static readonly TimeSpan FollowEvery = TimeSpan.FromMilliseconds(500);
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly StateDatabase _database;
    private readonly IRuleChanges _changes;
    private readonly IRuleSetHolder _holder;
    private readonly TimeProvider _time;
    private readonly ILogger<RuleBook> _logger;
    private readonly Lock _gate = new();
    private (int Number, string Hash)? _followed;

    /// <summary>Reads the rules, writes the defaults into an empty book, and makes them active before anything is consumed.</summary>
    public RuleBook(StateDatabase database, IRuleChanges changes, IRuleSetHolder holder, TimeProvider time, ILogger<RuleBook> logger)
    {
        (_database, _changes, _holder, _time, _logger) = (database, changes, holder, time, logger);
        if (Version() == 0)
        {
            OwnRuleChanges.Commit(database, (connection, transaction) => Write(connection, transaction, new Edit(DefaultRules.All, []), Actor.System, "shipped with Weir"));
        }

        Follow();
        _changes.Changed += Follow;
    }

    public Feed<RuleBookSnapshot> Feed { get; } = new();

    public RuleBookSnapshot Current => Feed.Latest!;

    /// <summary>Writes a rule and makes the new set active. Throws <see cref="ArgumentException"/> in words for a person when the set does not compile; nothing is changed then.</summary>
    /// <param name="ruleId">The rule.</param>
    /// <param name="write">Makes it of the newest one of this id, null when there is none; may throw to change nothing.</param>
    /// <param name="by">Who.</param>
    /// <param name="reason">Why, for the history.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RedactionRule> SaveAsync(string ruleId, Func<RuleEntry?, RedactionRule> write, Actor by, string? reason, CancellationToken cancellationToken) => _changes.CommitAsync(
        (connection, transaction) =>
        {
            var rule = write(Entries(connection, transaction).Find(e => e.Rule.Id == ruleId));
            Write(connection, transaction, new Edit([rule], []), by, reason);
            return rule;
        },
        cancellationToken);

    /// <summary>Removes a rule and makes the new set active; false when there is no such rule.</summary>
    public Task<bool> DeleteAsync(string ruleId, Actor by, string? reason, CancellationToken cancellationToken) => _changes.CommitAsync(
        (connection, transaction) => Entries(connection, transaction).Exists(e => e.Rule.Id == ruleId) && Write(connection, transaction, new Edit([], [ruleId]), by, reason),
        cancellationToken);

    /// <summary>Brings a kept set into force over that of the hash <paramref name="over"/> (null for whatever is in force). Rules that do not change keep who changed them last.</summary>
    internal Task<bool> ActivateAsync(Func<SqliteConnection, SqliteTransaction, RuleSet> find, string? over, Actor by, string? reason, CancellationToken cancellationToken) => _changes.CommitAsync(
        (connection, transaction) =>
        {
            var set = find(connection, transaction);
            var differences = RuleSetDifference.Of([.. Entries(connection, transaction).Select(e => e.Rule)], set.Rules);
            var edit = new Edit([.. differences.Where(d => d.Kind is RuleChange.Added or RuleChange.Changed).Select(d => d.Now!)], [.. differences.Where(d => d.Kind == RuleChange.Removed).Select(d => d.Was!.Id)], set, over);
            return Write(connection, transaction, edit, by, reason);
        },
        cancellationToken);

    public RedactionRule? Find(string ruleId) => Current.Rules.FirstOrDefault(r => r.Rule.Id == ruleId)?.Rule;

    public override void Dispose()
    {
        _changes.Changed -= Follow;
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FollowEvery, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Follow();
            }
            catch (Exception e) when (e is SqliteException or ArgumentException)
            {
                LogFollowFailed(_logger, e);
            }
        }
    }

    /// <summary>Writes a change; always true. What it makes comes into force when it is committed, by <see cref="Follow"/>.</summary>
    private bool Write(SqliteConnection connection, SqliteTransaction transaction, Edit edit, Actor by, string? reason)
    {
        var at = _time.GetUtcNow();
        var inForce = RuleSetHistory.InForce(connection, transaction);
        if (edit.Over is { } over && inForce is var (other, hash) && hash != over)
        {
            throw new RuleSetException($"Set {other} ({hash}) came into force meanwhile, not the one you compared with: look at the changes again.");
        }

        RuleSetHistory.RetireActive(connection, transaction, by, at);
        if (edit.Set is { } set && !RuleSetHistory.Activate(connection, transaction, set, by, reason, at))
        {
            throw new RuleSetException($"Set {set.Number} was changed meanwhile: look at it again.");
        }

        foreach (var rule in edit.Saved)
        {
            connection.Execute(
                transaction,
                """
                INSERT INTO rules (id, position, body, changed_by, changed_at, reason) VALUES ($id, (SELECT COALESCE(MAX(position), 0) + 1 FROM rules), $body, $by, $at, $reason)
                ON CONFLICT (id) DO UPDATE SET body = $body, changed_by = $by, changed_at = $at, reason = $reason
                """,
                ("$id", rule.Id), ("$body", JsonSerializer.Serialize(rule, Json)), ("$by", by.Name), ("$at", at.Stored()), ("$reason", reason));
        }

        foreach (var id in edit.Deleted)
        {
            connection.Execute(transaction, "DELETE FROM rules WHERE id = $id", ("$id", id));
        }

        for (var i = 0; i < edit.Set?.Rules.Count; i++)
        {
            connection.Execute(transaction, "UPDATE rules SET position = $position WHERE id = $id", ("$position", i + 1), ("$id", edit.Set.Rules[i].Id));
        }

        connection.Execute(transaction, "INSERT INTO counters (name, value) VALUES ($name, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", ("$name", VersionCounter));

        // Compiled before the commit: a set that does not compile is never stored.
        RedactionRule[] rules = [.. Entries(connection, transaction).Select(e => e.Rule)];
        var made = _holder.HashOf(rules);
        if (edit.Set is null)
        {
            RuleSetHistory.Add(connection, transaction, RuleSetState.Active, made, rules, inForce?.Number, by, reason, at);
        }

        return true;
    }

    /// <summary>Makes active what the database has, if it is not.</summary>
    internal void Follow()
    {
        lock (_gate)
        {
            using var connection = _database.Connect();
            if (Version(connection, null) == Feed.Latest?.Version && RuleSetHistory.InForce(connection, null) == _followed)
            {
                return;
            }

            using var transaction = connection.BeginTransaction(deferred: false);
            var version = Version(connection, transaction);
            var entries = Entries(connection, transaction);
            _holder.Activate(entries.ConvertAll(e => e.Rule));
            if (RuleSetHistory.InForce(connection, transaction)?.Hash != _holder.ActiveHash)
            {
                Adopt(connection, transaction, entries);
            }

            _followed = RuleSetHistory.InForce(connection, transaction);
            transaction.Commit();
            Feed.Publish(new RuleBookSnapshot(version, _holder.ActiveHash, entries));
            LogActivated(_logger, version, _holder.ActiveHash);
        }
    }

    /// <summary>Rules of a version that kept no sets are a set of the history too: a retired one with the same content, else one of its own. In a fleet the history comes with the rules.</summary>
    private void Adopt(SqliteConnection connection, SqliteTransaction transaction, List<RuleEntry> entries)
    {
        if (entries.MaxBy(e => e.ChangedAt) is { } last && connection.Query(transaction, "SELECT 1 FROM shared_documents WHERE name = $name", r => r.GetInt32(0), ("$name", Fleet.SharedRuleChanges.Followed)).Count == 0)
        {
            var (by, basis) = (new Actor("", last.ChangedBy, []), RuleSetHistory.InForce(connection, transaction)?.Number);
            RuleSetHistory.RetireActive(connection, transaction, by, last.ChangedAt);
            if (!RuleSetHistory.Revive(connection, transaction, _holder.ActiveHash, by, last.Reason, last.ChangedAt))
            {
                RuleSetHistory.Add(connection, transaction, RuleSetState.Active, _holder.ActiveHash, entries.ConvertAll(e => e.Rule), basis, by, last.Reason, last.ChangedAt);
            }
        }
    }

    private int Version()
    {
        using var connection = _database.Connect();
        return Version(connection, null);
    }

    private static int Version(SqliteConnection connection, SqliteTransaction? transaction) =>
        connection.Query(transaction, "SELECT value FROM counters WHERE name = $name", r => r.GetInt32(0), ("$name", VersionCounter)) is [var version] ? version : 0;

    /// <summary>The rules in their order, as a transaction sees them.</summary>
    internal static List<RuleEntry> Entries(SqliteConnection connection, SqliteTransaction? transaction) => connection.Query(
        transaction,
        "SELECT body, changed_by, changed_at, reason FROM rules ORDER BY position",
        r => new RuleEntry(JsonSerializer.Deserialize<RedactionRule>(r.GetString(0), Json)!, r.GetString(1), r.Time(2), r.TextOrNull(3)));

    /// <param name="Saved">Rules that are written.</param>
    /// <param name="Deleted">Ids of those that go.</param>
    /// <param name="Set">The kept set that this brings about, whose order the rules take; null when the change makes a set of its own.</param>
    /// <param name="Over">See <see cref="ActivateAsync"/>.</param>
    private sealed record Edit(IReadOnlyList<RedactionRule> Saved, IReadOnlyList<string> Deleted, RuleSet? Set = null, string? Over = null);

    [LoggerMessage(LogLevel.Information, "Redaction rules of version {Version} are active as set {Hash}.")]
    private static partial void LogActivated(ILogger logger, int version, string hash);

    [LoggerMessage(LogLevel.Error, "The stored rules could not be followed; the set that was active stays active.")]
    private static partial void LogFollowFailed(ILogger logger, Exception e);
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.State;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.ControlPlane.Rules;

/// <summary>
/// The redaction rules on the state database. A change is written, compiled and made active in that order within the call;
/// another process that shares the database follows within a second.
/// </summary>
public sealed partial class RuleBook : BackgroundService, IRuleBook
{
    private const string VersionCounter = "rules";
    private static readonly TimeSpan FollowEvery = TimeSpan.FromMilliseconds(500);
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly StateDatabase _database;
    private readonly IRuleSetHolder _holder;
    private readonly TimeProvider _time;
    private readonly ILogger<RuleBook> _logger;
    private readonly Lock _gate = new();

    /// <summary>Reads the rules, writes the defaults into an empty book, and makes them active before anything is consumed.</summary>
    public RuleBook(StateDatabase database, IRuleSetHolder holder, TimeProvider time, ILogger<RuleBook> logger)
    {
        _database = database;
        _holder = holder;
        _time = time;
        _logger = logger;
        if (Version() == 0)
        {
            Change(DefaultRules.All, [], null, null, Actor.System, "shipped with Weir");
        }

        Follow();
    }

    public Feed<RuleBookSnapshot> Feed { get; } = new();

    public RuleBookSnapshot Current => Feed.Latest!;

    /// <summary>Writes a rule and makes the new set active. Throws <see cref="ArgumentException"/> in words for a person when the set does not compile; nothing is changed then.</summary>
    public void Save(RedactionRule rule, Actor by, string? reason) => Change([rule], [], null, null, by, reason);

    /// <summary>Removes a rule and makes the new set active.</summary>
    public void Delete(string ruleId, Actor by, string? reason) => Change([], [ruleId], null, null, by, reason);

    /// <summary>Brings a kept set into force over that of the hash <paramref name="over"/> (null for whatever is in force). Rules that do not change keep who changed them last.</summary>
    internal void Activate(RuleSet set, string? over, Actor by, string? reason)
    {
        var differences = RuleSetDifference.Of([.. Current.Rules.Select(r => r.Rule)], set.Rules);
        Change(
            [.. differences.Where(d => d.Kind is RuleChange.Added or RuleChange.Changed).Select(d => d.Now!)],
            [.. differences.Where(d => d.Kind == RuleChange.Removed).Select(d => d.Was!.Id)],
            set,
            over,
            by,
            reason);
    }

    public RedactionRule? Find(string ruleId) => Current.Rules.FirstOrDefault(r => r.Rule.Id == ruleId)?.Rule;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FollowEvery, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Follow();
            }
            catch (Exception e) when (e is Microsoft.Data.Sqlite.SqliteException or ArgumentException)
            {
                LogFollowFailed(_logger, e);
            }
        }
    }

    /// <param name="set">The kept set that this brings about, whose order the rules take; null when the change makes a set of its own.</param>
    /// <param name="over">See <see cref="Activate"/>.</param>
    private void Change(IReadOnlyList<RedactionRule> saved, IReadOnlyList<string> deleted, RuleSet? set, string? over, Actor by, string? reason)
    {
        lock (_gate)
        {
            using var connection = _database.Connect();
            using var transaction = connection.BeginTransaction(deferred: false);
            var at = _time.GetUtcNow().Stored();
            var inForce = RuleSetHistory.InForce(connection, transaction);
            if (over is not null && inForce is var (other, hash) && hash != over)
            {
                throw new RuleSetException($"Set {other} ({hash}) came into force meanwhile, not the one you compared with: look at the changes again.");
            }

            RuleSetHistory.RetireActive(connection, transaction, by, _time.GetUtcNow());
            if (set is not null && !RuleSetHistory.Activate(connection, transaction, set, by, reason, _time.GetUtcNow()))
            {
                throw new RuleSetException($"Set {set.Number} was changed meanwhile: look at it again.");
            }

            foreach (var rule in saved)
            {
                connection.Execute(
                    transaction,
                    """
                    INSERT INTO rules (id, position, body, changed_by, changed_at, reason) VALUES ($id, (SELECT COALESCE(MAX(position), 0) + 1 FROM rules), $body, $by, $at, $reason)
                    ON CONFLICT (id) DO UPDATE SET body = $body, changed_by = $by, changed_at = $at, reason = $reason
                    """,
                    ("$id", rule.Id), ("$body", JsonSerializer.Serialize(rule, Json)), ("$by", by.Name), ("$at", at), ("$reason", reason));
            }

            foreach (var id in deleted)
            {
                connection.Execute(transaction, "DELETE FROM rules WHERE id = $id", ("$id", id));
            }

            for (var i = 0; i < set?.Rules.Count; i++)
            {
                connection.Execute(transaction, "UPDATE rules SET position = $position WHERE id = $id", ("$position", i + 1), ("$id", set.Rules[i].Id));
            }

            connection.Execute(transaction, "INSERT INTO counters (name, value) VALUES ($name, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", ("$name", VersionCounter));

            // Compiled before the commit: a set that does not compile is never stored.
            var entries = Read(connection, transaction);
            _holder.Activate(entries.ConvertAll(e => e.Rule));
            if (set is null)
            {
                RuleSetHistory.Add(connection, transaction, RuleSetState.Active, _holder.ActiveHash, entries.ConvertAll(e => e.Rule), inForce?.Number, by, reason, _time.GetUtcNow());
            }

            try
            {
                transaction.Commit();
            }
            catch (Microsoft.Data.Sqlite.SqliteException) when (Feed.Latest is { } stored)
            {
                // Not stored, so it must not stay in force either.
                _holder.Activate(stored.Rules.Select(e => e.Rule).ToArray());
                throw;
            }
        }

        Follow();
    }

    /// <summary>Makes active what the database has, if it is not.</summary>
    internal void Follow()
    {
        lock (_gate)
        {
            if (Version() == Feed.Latest?.Version)
            {
                return;
            }

            using var connection = _database.Connect();
            using var transaction = connection.BeginTransaction();
            var version = Version(connection, transaction);
            var entries = Read(connection, transaction);
            _holder.Activate(entries.ConvertAll(e => e.Rule));
            if (RuleSetHistory.InForce(connection, transaction)?.Hash != _holder.ActiveHash)
            {
                Adopt(connection, transaction, entries);
            }

            transaction.Commit();
            Feed.Publish(new RuleBookSnapshot(version, _holder.ActiveHash, entries));
            LogActivated(_logger, version, _holder.ActiveHash);
        }
    }

    /// <summary>Rules that came from another process of the fleet, or from a version that kept no sets, are a set of the history too: a retired one with the same content, else one of its own.</summary>
    private void Adopt(Microsoft.Data.Sqlite.SqliteConnection connection, Microsoft.Data.Sqlite.SqliteTransaction transaction, List<RuleEntry> entries)
    {
        if (entries.MaxBy(e => e.ChangedAt) is { } last)
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

    private static int Version(Microsoft.Data.Sqlite.SqliteConnection connection, Microsoft.Data.Sqlite.SqliteTransaction? transaction) =>
        connection.Query(transaction, "SELECT value FROM counters WHERE name = $name", r => r.GetInt32(0), ("$name", VersionCounter)) is [var version] ? version : 0;

    private static List<RuleEntry> Read(Microsoft.Data.Sqlite.SqliteConnection connection, Microsoft.Data.Sqlite.SqliteTransaction? transaction) => connection.Query(
        transaction,
        "SELECT body, changed_by, changed_at, reason FROM rules ORDER BY position",
        r => new RuleEntry(JsonSerializer.Deserialize<RedactionRule>(r.GetString(0), Json)!, r.GetString(1), r.Time(2), r.TextOrNull(3)));

    [LoggerMessage(LogLevel.Information, "Redaction rules of version {Version} are active as set {Hash}.")]
    private static partial void LogActivated(ILogger logger, int version, string hash);

    [LoggerMessage(LogLevel.Error, "The stored rules could not be followed; the set that was active stays active.")]
    private static partial void LogFollowFailed(ILogger logger, Exception e);
}

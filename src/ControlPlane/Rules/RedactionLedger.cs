using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.State;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.ControlPlane.Rules;

/// <summary>What one rule of one set did at one path in a period.</summary>
public sealed record LedgerCount(string RuleSet, string Rule, string Path, long Hits, long Transformed, long LeftAlone);

/// <summary>What redaction did in one hour of one process.</summary>
internal sealed record LedgerHour(RedactionTotals Records, IReadOnlyList<LedgerCount> Counts);

/// <summary>
/// Keeps by the hour what redaction did in this process, so that a report can be written of any period, and reads it together with what other processes of a fleet kept: every ten seconds and at the end what came since is added to the hour on the state database.
/// A process that is killed loses what it counted since. Hours are kept for <see cref="KeptDays"/> days.
/// </summary>
public sealed partial class RedactionLedger(StateDatabase database, IRedactionControl redaction, TimeProvider time, ILogger<RedactionLedger> logger) : BackgroundService, IHostedLifecycleService
{
    public const int KeptDays = 400;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Dictionary<(string RuleSet, string Rule, string Path), RuleCount> _counted = [];
    private RedactionTotals _totalled = new(0, 0, 0, 0, 0);
    private string? _prunedIn;

    /// <summary>Adds what came since the last time to the hour of now.</summary>
    public void Note()
    {
        lock (_gate)
        {
            var (totals, counts) = (redaction.Totals(), redaction.CountsBySet().SelectMany(s => s.Counts.Select(c => (Key: (s.RuleSet, c.Rule, c.Path), Count: c))).ToDictionary(c => c.Key, c => c.Count));
            if (totals == _totalled && counts.Count == _counted.Count && counts.All(c => _counted.TryGetValue(c.Key, out var known) && known == c.Value))
            {
                return;
            }

            using var connection = database.Connect();
            using var transaction = connection.BeginTransaction(deferred: false);
            var hour = Hour(time.GetUtcNow());
            connection.Execute(
                transaction,
                """
                INSERT INTO redaction_records (hour, clean, redacted, quarantined, checked, leaks) VALUES ($hour, $clean, $redacted, $quarantined, $checked, $leaks)
                ON CONFLICT (hour) DO UPDATE SET clean = clean + $clean, redacted = redacted + $redacted, quarantined = quarantined + $quarantined, checked = checked + $checked, leaks = leaks + $leaks
                """,
                ("$hour", hour), ("$clean", totals.Clean - _totalled.Clean), ("$redacted", totals.Redacted - _totalled.Redacted), ("$quarantined", totals.Quarantined - _totalled.Quarantined),
                ("$checked", totals.Checked - _totalled.Checked), ("$leaks", totals.Leaks - _totalled.Leaks));
            foreach (var (key, count) in counts)
            {
                var before = _counted.GetValueOrDefault(key);
                if (count != before)
                {
                    Add(connection, transaction, hour, key, count.Hits - (before?.Hits ?? 0), count.Transformed - (before?.Transformed ?? 0), count.LeftAlone - (before?.LeftAlone ?? 0));
                }
            }

            Prune(connection, transaction, hour);
            transaction.Commit();
            (_totalled, _counted) = (totals, counts);
        }
    }

    /// <summary>Everything that all processes did between two hours: the one that <paramref name="from"/> lies in and the one that <paramref name="to"/> lies in belong to it.</summary>
    public (RedactionTotals Records, IReadOnlyList<LedgerCount> Counts) Read(DateTimeOffset from, DateTimeOffset to)
    {
        Note();
        var (records, counts) = Own(Hour(from), Hour(to));
        var others = database.Query("SELECT body FROM fleet_ledger WHERE hour BETWEEN $from AND $to", r => JsonSerializer.Deserialize<LedgerHour>(r.GetString(0), JsonSerializerOptions.Web)!, ("$from", Hour(from)), ("$to", Hour(to)));
        return others.Count == 0 ? (records, counts) : (
            others.Select(o => o.Records).Aggregate(records, (a, b) => new RedactionTotals(a.Clean + b.Clean, a.Redacted + b.Redacted, a.Quarantined + b.Quarantined, a.Checked + b.Checked, a.Leaks + b.Leaks)),
            [.. others.SelectMany(o => o.Counts).Concat(counts).GroupBy(c => (c.Rule, c.Path, c.RuleSet))
                .Select(g => new LedgerCount(g.Key.RuleSet, g.Key.Rule, g.Key.Path, g.Sum(c => c.Hits), g.Sum(c => c.Transformed), g.Sum(c => c.LeftAlone)))
                .OrderBy(c => c.Rule, StringComparer.Ordinal).ThenBy(c => c.Path, StringComparer.Ordinal).ThenBy(c => c.RuleSet, StringComparer.Ordinal)]);
    }

    /// <summary>What this process did, by the hour, from one hour on (empty for the first).</summary>
    internal IReadOnlyList<(string Hour, LedgerHour Counted)> Own(string since)
    {
        Note();
        return [.. database.Query("SELECT hour FROM redaction_records WHERE hour >= $since ORDER BY hour", r => r.GetString(0), ("$since", since))
            .Select(h =>
            {
                var (records, counts) = Own(h, h);
                return (h, new LedgerHour(records, counts));
            })];
    }

    private (RedactionTotals Records, IReadOnlyList<LedgerCount> Counts) Own(string from, string to)
    {
        (string, object?)[] period = [("$from", from), ("$to", to)];
        var records = database.Query(
            "SELECT TOTAL(clean), TOTAL(redacted), TOTAL(quarantined), TOTAL(checked), TOTAL(leaks) FROM redaction_records WHERE hour BETWEEN $from AND $to",
            r => new RedactionTotals((long)r.GetDouble(0), (long)r.GetDouble(1), (long)r.GetDouble(2), (long)r.GetDouble(3), (long)r.GetDouble(4)),
            period)[0];
        return (records, database.Query(
            """
            SELECT rule_set, rule, path, SUM(hits), SUM(transformed), SUM(left_alone) FROM redaction_counts WHERE hour BETWEEN $from AND $to
            GROUP BY rule_set, rule, path ORDER BY rule, path, rule_set
            """,
            r => new LedgerCount(r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5)),
            period));
    }

    /// <summary>The first hour that is kept; null when nothing has been counted yet.</summary>
    public DateTimeOffset? First()
    {
        Note();
        return database.Query("SELECT MIN(hour) FROM (SELECT hour FROM redaction_records UNION ALL SELECT hour FROM fleet_ledger)", r => r.TextOrNull(0)) is [{ } hour] ? DateTimeOffset.Parse(hour + ":00:00Z", CultureInfo.InvariantCulture) : null;
    }

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After everything else has stopped no record comes any more.</summary>
    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken)
    {
        Note();
        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Note();
            }
            catch (SqliteException e)
            {
                LogNotNoted(logger, e);
            }
        }
    }

    private static void Add(SqliteConnection connection, SqliteTransaction transaction, string hour, (string RuleSet, string Rule, string Path) key, long hits, long transformed, long leftAlone) => connection.Execute(
        transaction,
        """
        INSERT INTO redaction_counts (hour, rule_set, rule, path, hits, transformed, left_alone) VALUES ($hour, $set, $rule, $path, $hits, $transformed, $left)
        ON CONFLICT (hour, rule_set, rule, path) DO UPDATE SET hits = hits + $hits, transformed = transformed + $transformed, left_alone = left_alone + $left
        """,
        ("$hour", hour), ("$set", key.RuleSet), ("$rule", key.Rule), ("$path", key.Path), ("$hits", hits), ("$transformed", transformed), ("$left", leftAlone));

    private void Prune(SqliteConnection connection, SqliteTransaction transaction, string hour)
    {
        if (_prunedIn != hour)
        {
            var last = Hour(time.GetUtcNow().AddDays(-KeptDays));
            connection.Execute(transaction, "DELETE FROM redaction_records WHERE hour < $last", ("$last", last));
            connection.Execute(transaction, "DELETE FROM redaction_counts WHERE hour < $last", ("$last", last));
            connection.Execute(transaction, "DELETE FROM fleet_ledger WHERE hour < $last", ("$last", last));
            _prunedIn = hour;
        }
    }

    /// <summary>As stored, UTC: <c>2026-11-23T08</c>.</summary>
    internal static string Hour(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH", CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Error, "What redaction did could not be noted for the report; it is tried again in ten seconds.")]
    private static partial void LogNotNoted(ILogger logger, Exception e);
}

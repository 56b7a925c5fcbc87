using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.State;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Rules;

/// <summary>The section <c>Rules</c>.</summary>
public sealed class RulesOptions
{
    public const string Section = "Rules";

    /// <summary>Whether a set of rules needs the approval of somebody other than its author before it comes into force. Changes of single rules then become drafts. Rolling back to a set that was in force needs nobody else.</summary>
    public bool RequireSecondPerson { get; set; }
}

/// <summary>
/// Drafts, shadows, approves and activates whole sets of rules. Throws <see cref="RuleSetException"/> with words for a person where the set's state does not allow it.
/// The shadow runs in every process that shares the database or the fleet's table, within a second.
/// </summary>
public sealed partial class RuleSets : BackgroundService, IRuleSets
{
    private static readonly TimeSpan FollowEvery = TimeSpan.FromMilliseconds(500);

    private readonly StateDatabase _database;
    private readonly IRuleChanges _changes;
    private readonly RuleBook _book;
    private readonly IRedactionControl _redaction;
    private readonly IOptions<RulesOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RuleSets> _logger;
    private readonly Feed<FleetSnapshot>? _fleet;
    private readonly Lock _gate = new();
    private (int Number, DateTimeOffset Since)? _shadowed;
    private long _published;

    public RuleSets(StateDatabase database, IRuleChanges changes, RuleBook book, IRedactionControl redaction, IOptions<RulesOptions> options, TimeProvider time, ILogger<RuleSets> logger, Feed<FleetSnapshot>? fleet = null)
    {
        (_database, _changes, _book, _redaction, _options, _time, _logger, _fleet) = (database, changes, book, redaction, options, time, logger, fleet);
        Changed();
        _changes.Changed += Changed;
    }

    public Feed<IReadOnlyList<RuleSet>> Feed { get; } = new();

    /// <summary>See <see cref="RulesOptions.RequireSecondPerson"/>.</summary>
    public bool RequiresSecondPerson => _options.Value.RequireSecondPerson;

    public RuleSet? Find(int number) => RuleSetHistory.Find(_database, number);

    public ShadowComparison? Shadow() => OwnShadow()?.With((_fleet?.Latest?.Members ?? []).Where(m => m is { IsThis: false, IsGone: false }).Select(m => m.Instance.Shadow).OfType<ShadowComparison>());

    /// <summary>What this process alone has compared.</summary>
    internal ShadowComparison? OwnShadow()
    {
        lock (_gate)
        {
            return _shadowed is var (number, since) && _redaction.Shadow() is { } report
                ? new ShadowComparison(number, since, report.CandidateHash, report.RecordsCompared, report.RecordsUnreadable, report.Differences)
                : null;
        }
    }

    /// <summary>Keeps a set for later, made of the rules in force. Throws <see cref="ArgumentException"/> in words for a person when it does not compile.</summary>
    internal Task<RuleSet> DraftAsync(Func<IReadOnlyList<RedactionRule>, IReadOnlyList<RedactionRule>> write, Actor by, string? reason, CancellationToken cancellationToken) => ChangeAsync(
        (connection, transaction) =>
        {
            var rules = write([.. RuleBook.Entries(connection, transaction).Select(e => e.Rule)]);
            return RuleSetHistory.Add(connection, transaction, RuleSetState.Draft, Compile(rules), rules, RuleSetHistory.InForce(connection, transaction)?.Number, by, reason, _time.GetUtcNow());
        },
        cancellationToken);

    /// <summary>Gives a draft another content, if it still has the one that <paramref name="seen"/> names.</summary>
    internal Task<RuleSet> EditAsync(int number, string seen, Func<IReadOnlyList<RedactionRule>, IReadOnlyList<RedactionRule>> change, Actor by, string? reason, CancellationToken cancellationToken) => ChangeAsync(
        (connection, transaction) =>
        {
            var rules = change(Require(connection, transaction, number, s => s == RuleSetState.Draft, "Only a draft can be edited", seen).Rules);
            var hash = Compile(rules);
            if (hash != seen)
            {
                RuleSetHistory.Edit(connection, transaction, number, seen, hash, rules, by, reason, _time.GetUtcNow());
            }

            return number;
        },
        cancellationToken);

    /// <summary>Lets a draft run beside the active rules; one that ran before goes back to being a draft.</summary>
    internal Task<RuleSet> StartShadowAsync(int number, Actor by, CancellationToken cancellationToken) => ChangeAsync(
        (connection, transaction) =>
        {
            var set = Require(connection, transaction, number, s => s is RuleSetState.Draft or RuleSetState.Shadow, "Only a draft can run in the shadow");
            if (set.State == RuleSetState.Draft)
            {
                EndShadow(connection, transaction, by);
                RuleSetHistory.StartShadow(connection, transaction, set, by, _time.GetUtcNow());
            }

            return number;
        },
        cancellationToken);

    /// <summary>Ends the shadow; its set is a draft again. False when none ran.</summary>
    internal async Task<bool> StopShadowAsync(Actor by, CancellationToken cancellationToken) => await _changes.CommitAsync((connection, transaction) => EndShadow(connection, transaction, by), cancellationToken);

    /// <summary>Notes that a second person agrees to exactly this set.</summary>
    internal Task<RuleSet> ApproveAsync(int number, string hash, Actor by, string? reason, CancellationToken cancellationToken) => ChangeAsync(
        (connection, transaction) =>
        {
            var set = Require(connection, transaction, number, s => s is RuleSetState.Draft or RuleSetState.Shadow, "Only a set that waits can be approved", hash);
            if (set.Authors().Any(a => a.Id == by.Id))
            {
                throw new RuleSetException($"Somebody else than the author must approve, and {by.Name} wrote at this set.");
            }

            RuleSetHistory.Approve(connection, transaction, number, hash, by, reason, _time.GetUtcNow());
            return number;
        },
        cancellationToken);

    /// <summary>Brings exactly this set into force; a retired one again, which is how to roll back.</summary>
    /// <param name="number">The set.</param>
    /// <param name="hash">Of the set, as it was looked at.</param>
    /// <param name="over">The hash of the set in force that it was compared with; when another is in force by now nothing happens. Null not to ask.</param>
    /// <param name="by">Who.</param>
    /// <param name="reason">Why, for the history.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<RuleSet> ActivateAsync(int number, string hash, string? over, Actor by, string? reason, CancellationToken cancellationToken)
    {
        await _book.ActivateAsync(
            (connection, transaction) =>
            {
                var set = Require(connection, transaction, number, s => s is not (RuleSetState.Active or RuleSetState.Discarded), "Only a set that waits or was in force before can be activated", hash);
                return RequiresSecondPerson && set.State != RuleSetState.Retired && set.ApprovedBy is null ? throw new RuleSetException("This set waits for the approval of a second person.") : set;
            },
            over,
            by,
            reason,
            cancellationToken);
        return Find(number)!;
    }

    internal Task<RuleSet> DiscardAsync(int number, Actor by, string? reason, CancellationToken cancellationToken) => ChangeAsync(
        (connection, transaction) =>
        {
            var set = Require(connection, transaction, number, s => s is RuleSetState.Draft or RuleSetState.Shadow, "Only a set that waits can be discarded");
            RuleSetHistory.Discard(connection, transaction, set, by, reason, _time.GetUtcNow());
            return number;
        },
        cancellationToken);

    public override void Dispose()
    {
        _changes.Changed -= Changed;
        base.Dispose();
    }

    /// <summary>Publishes what has changed, here or in another process on the same database.</summary>
    private void Publish(bool anew)
    {
        lock (_gate)
        {
            var version = RuleSetHistory.Version(_database);
            if (anew || version != _published)
            {
                Feed.Publish(RuleSetHistory.Newest(_database));
                _published = version;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FollowEvery, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Follow();
                Publish(anew: false);
            }
            catch (Exception e) when (e is SqliteException or ArgumentException)
            {
                LogFollowFailed(_logger, e);
            }
        }
    }

    /// <summary>Commits a change that ends with the number of the set it made or changed.</summary>
    private async Task<RuleSet> ChangeAsync(Func<SqliteConnection, SqliteTransaction, int> change, CancellationToken cancellationToken) => Find(await _changes.CommitAsync(change, cancellationToken))!;

    private void Changed()
    {
        Follow();
        Publish(anew: true);
    }

    /// <summary>Starts or ends the shadow in this process as the database says.</summary>
    private void Follow()
    {
        lock (_gate)
        {
            var set = RuleSetHistory.InShadow(_database);
            if (set?.Number == _shadowed?.Number)
            {
                return;
            }

            if (set is null)
            {
                _redaction.StopShadow();
            }
            else
            {
                _redaction.StartShadow(set.Rules);
                LogShadow(_logger, set.Number, set.Hash);
            }

            _shadowed = set is null ? null : (set.Number, _time.GetUtcNow());
        }
    }

    private bool EndShadow(SqliteConnection connection, SqliteTransaction transaction, Actor by) =>
        RuleSetHistory.InShadow(connection, transaction) is { } running && RuleSetHistory.EndShadow(connection, transaction, running, by, _time.GetUtcNow());

    /// <summary>Compiles rules as activation would and runs them on nothing; their hash.</summary>
    private string Compile(IReadOnlyList<RedactionRule> rules) => rules.Count == 0
        ? throw new ArgumentException("A set needs at least one rule: without any, nothing would be cleaned.", nameof(rules))
        : _redaction.Preview(rules, "", "{}").Outcome.RuleSet;

    /// <summary>The set, if it is in a state that allows what is asked and still has this hash (null not to ask).</summary>
    private static RuleSet Require(SqliteConnection connection, SqliteTransaction transaction, int number, Func<RuleSetState, bool> allowed, string words, string? hash = null)
    {
        var set = RuleSetHistory.Find(connection, transaction, number) ?? throw new RuleSetException($"There is no rule set {number}.") { NotFound = true };
        if (!allowed(set.State))
        {
            throw new RuleSetException($"{words}; set {number} is {set.State.ToString().ToLowerInvariant()}.");
        }

        return hash is null || hash == set.Hash ? set : throw Moved(set, hash);
    }

    /// <summary>Somebody was faster: who, when, and what to do now.</summary>
    private static RuleSetException Moved(RuleSet set, string seen) => new(set.Last(RuleSetAct.Edited) is { } edit
        ? $"{edit.By} changed set {set.Number} at {edit.At.UtcDateTime:HH:mm:ss} UTC, after you had opened it (its hash is now {set.Hash}). Nothing of yours is saved: look at it again."
        : $"Set {set.Number} has the hash {set.Hash}, not {seen}: look at it again.");

    [LoggerMessage(LogLevel.Information, "Rule set {Number} ({Hash}) runs in the shadow.")]
    private static partial void LogShadow(ILogger logger, int number, string hash);

    [LoggerMessage(LogLevel.Error, "The set in the shadow could not be followed.")]
    private static partial void LogFollowFailed(ILogger logger, Exception e);
}

/// <summary>The set's state does not allow it; the message is for a person.</summary>
public sealed class RuleSetException(string message) : Exception(message)
{
    public bool NotFound { get; init; }
}

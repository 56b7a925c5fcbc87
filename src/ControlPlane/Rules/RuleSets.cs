using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.ControlPlane.Access;
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
/// The shadow runs in every process that shares the database, within a second.
/// </summary>
public sealed partial class RuleSets : BackgroundService, IRuleSets
{
    private static readonly TimeSpan FollowEvery = TimeSpan.FromMilliseconds(500);

    private readonly StateDatabase _database;
    private readonly RuleBook _book;
    private readonly IRedactionControl _redaction;
    private readonly IOptions<RulesOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RuleSets> _logger;
    private readonly Lock _gate = new();
    private int? _shadowed;

    public RuleSets(StateDatabase database, RuleBook book, IRedactionControl redaction, IOptions<RulesOptions> options, TimeProvider time, ILogger<RuleSets> logger)
    {
        (_database, _book, _redaction, _options, _time, _logger) = (database, book, redaction, options, time, logger);
        Follow();
        Publish();
    }

    public Feed<IReadOnlyList<RuleSet>> Feed { get; } = new();

    /// <summary>See <see cref="RulesOptions.RequireSecondPerson"/>.</summary>
    public bool RequiresSecondPerson => _options.Value.RequireSecondPerson;

    public RuleSet? Find(int number) => RuleSetHistory.Find(_database, number);

    public ShadowReport? Shadow() => _redaction.Shadow();

    /// <summary>Keeps a set for later. Throws <see cref="ArgumentException"/> in words for a person when it does not compile.</summary>
    internal RuleSet Draft(IReadOnlyList<RedactionRule> rules, Actor by, string? reason)
    {
        if (rules.Count == 0)
        {
            throw new ArgumentException("A set needs at least one rule: without any, nothing would be cleaned.", nameof(rules));
        }

        // Compiles it as activation would, on nothing.
        var outcome = _redaction.Preview(rules, "", "{}").Outcome;
        using var connection = _database.Connect();
        var number = RuleSetHistory.Add(connection, null, RuleSetState.Draft, outcome.RuleSet, rules, by, reason, _time.GetUtcNow());
        Publish();
        return Find(number)!;
    }

    /// <summary>Lets a draft run beside the active rules; one that ran before goes back to being a draft.</summary>
    internal RuleSet StartShadow(int number)
    {
        Require(number, s => s is RuleSetState.Draft or RuleSetState.Shadow, "Only a draft can run in the shadow");
        lock (_gate)
        {
            using var connection = _database.Connect();
            using var transaction = connection.BeginTransaction(deferred: false);
            connection.Execute(transaction, "UPDATE rule_sets SET state = 'Draft' WHERE state = 'Shadow'");
            connection.Execute(transaction, "UPDATE rule_sets SET state = 'Shadow' WHERE number = $number", ("$number", number));
            transaction.Commit();
            _shadowed = null;
        }

        Follow();
        Publish();
        return Find(number)!;
    }

    /// <summary>Ends the shadow; its set is a draft again. False when none ran.</summary>
    internal bool StopShadow()
    {
        var ran = _database.Execute("UPDATE rule_sets SET state = 'Draft' WHERE state = 'Shadow'") > 0;
        Follow();
        Publish();
        return ran;
    }

    /// <summary>Notes that a second person agrees to exactly this set.</summary>
    internal RuleSet Approve(int number, string hash, Actor by)
    {
        var set = Require(number, s => s is RuleSetState.Draft or RuleSetState.Shadow, "Only a set that waits can be approved", hash);
        if (set.DraftedById == by.Id)
        {
            throw new RuleSetException("Somebody else than the author must approve.");
        }

        _database.Execute("UPDATE rule_sets SET approved_by = $by, approved_at = $at WHERE number = $number", ("$by", by.Name), ("$at", _time.GetUtcNow().Stored()), ("$number", number));
        Publish();
        return Find(number)!;
    }

    /// <summary>Brings exactly this set into force; a retired one again, which is how to roll back.</summary>
    internal RuleSet Activate(int number, string hash, Actor by, string? reason)
    {
        var set = Require(number, s => s is not (RuleSetState.Active or RuleSetState.Discarded), "Only a set that waits or was in force before can be activated", hash);
        if (RequiresSecondPerson && set.State != RuleSetState.Retired && set.ApprovedBy is null)
        {
            throw new RuleSetException("This set waits for the approval of a second person.");
        }

        _book.Activate(set, by, reason);
        Follow();
        Publish();
        return Find(number)!;
    }

    internal RuleSet Discard(int number)
    {
        Require(number, s => s is RuleSetState.Draft or RuleSetState.Shadow, "Only a set that waits can be discarded");
        _database.Execute("UPDATE rule_sets SET state = 'Discarded' WHERE number = $number", ("$number", number));
        Follow();
        Publish();
        return Find(number)!;
    }

    /// <summary>Publishes anew, after a change of a single rule has made a set of its own.</summary>
    internal void Publish() => Feed.Publish(RuleSetHistory.Newest(_database));

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

    /// <summary>Starts or ends the shadow in this process as the database says.</summary>
    private void Follow()
    {
        lock (_gate)
        {
            var set = RuleSetHistory.InShadow(_database);
            if (set?.Number == _shadowed)
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

            _shadowed = set?.Number;
        }
    }

    private RuleSet Require(int number, Func<RuleSetState, bool> allowed, string words, string? hash = null)
    {
        var set = Find(number) ?? throw new RuleSetException($"There is no rule set {number}.") { NotFound = true };
        if (!allowed(set.State))
        {
            throw new RuleSetException($"{words}; set {number} is {set.State.ToString().ToLowerInvariant()}.");
        }

        return hash is null || hash == set.Hash ? set : throw new RuleSetException($"Set {number} has the hash {set.Hash}, not {hash}: look at it again.");
    }

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

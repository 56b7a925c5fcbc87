using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Fleet;

/// <summary>Something that all processes of a fleet keep alike.</summary>
internal interface ISharedThing
{
    /// <summary>What it is called on the state table's clock.</summary>
    string Name { get; }

    /// <summary>Whether this process has been in the fleet before, and so can start with what it knows when the table is away.</summary>
    bool HasJoined { get; }

    /// <summary>The first exchange.</summary>
    Task JoinAsync(CancellationToken cancellationToken);

    /// <summary>Takes over what others have changed; true when there was something.</summary>
    Task<bool> FollowAsync(CancellationToken cancellationToken);

    /// <summary>Whether something was written here that the others do not have yet.</summary>
    bool ChangedHere() => false;
}

/// <summary>A process must not join the fleet; the message says why, for a person.</summary>
public sealed class FleetException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Follows the fleet: twice a second one small row, the state table's clock, tells what has changed, and only that is read. The clock is written after a change, so a process that dies in between
/// leaves one that nobody is told of: everything is looked at every half minute anyway. The first exchange comes before anything is consumed: records are never cleaned by rules that are not those of the fleet.
/// </summary>
internal sealed partial class FleetFollower(StateTable table, IEnumerable<ISharedThing> things, IRedactionControl redaction, IEnumerable<ConsumerIdentity> consumers, TimeProvider time, ILogger<FleetFollower> logger) : BackgroundService
{
    private const string Partition = "document";

    /// <summary>Half of the second in which a change of the rules is in force everywhere.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500), Whole = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, string?> _seen = new(StringComparer.Ordinal);
    private long _wholeAt;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        foreach (var thing in things)
            await FirstAsync(thing, either.Token, cancellationToken);
        if (consumers.Any())
            await CompareKeysAsync(either.Token);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Looks once, and takes over what has changed.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var clock = await table.ClockAsync(cancellationToken);
        var whole = _wholeAt == 0 || time.GetElapsedTime(_wholeAt) >= Whole;
        foreach (var thing in things)
        {
            try
            {
                var rung = clock.GetValueOrDefault(thing.Name);
                if (whole || rung != _seen.GetValueOrDefault(thing.Name) || thing.ChangedHere())
                {
                    if (await thing.FollowAsync(cancellationToken))
                        LogFollowed(logger, thing.Name);
                    _seen[thing.Name] = rung;
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogExchangeFailed(logger, thing.Name, e);
            }
        }

        if (whole)
            _wholeAt = time.GetTimestamp();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogExchangeFailed(logger, "clock", e);
            }
        }
    }

    private async Task FirstAsync(ISharedThing thing, CancellationToken patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await thing.JoinAsync(patience);
                return;
            }
            catch (Exception e) when (!patience.IsCancellationRequested)
            {
                LogExchangeFailed(logger, thing.Name, e);

                // What was exchanged once is good enough to start with.
                if (thing.HasJoined)
                    return;
                await Task.Delay(Pause, time, CancellationToken.None);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new FleetException($"The table {table.Name} (Fleet:Table) did not answer in {Patience.TotalSeconds:0} s, and without the fleet's {thing.Name} nothing may start.", e);
            }
        }
    }

    /// <summary>With keys of its own a process would make other tokens of the same values than the others do.</summary>
    private async Task CompareKeysAsync(CancellationToken cancellationToken)
    {
        var row = await table.GetAsync(Partition, "redaction-key", cancellationToken);

        // By more than the name: keys that are made at random are all called k1.
        if (row?.GetValueOrDefault("proof")?.S is { } shared && !redaction.KeyProofs.Contains(shared))
            throw new FleetException($"The fleet redacts with the key {shared}, which this process does not have (its own is {redaction.KeyProofs[0]}): give all processes the same keys by Redaction:KeyReference.");
        var key = StateTable.Key(Partition, "redaction-key");
        key["id"] = new(redaction.KeyIds[0]);
        key["proof"] = new(redaction.KeyProofs[0]);
        await table.PutAsync(key, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "The fleet's {Thing} are taken over.")]
    private static partial void LogFollowed(ILogger logger, string thing);

    [LoggerMessage(LogLevel.Warning, "The fleet's {Thing} could not be exchanged; those known stay in force.")]
    private static partial void LogExchangeFailed(ILogger logger, string thing, Exception e);
}

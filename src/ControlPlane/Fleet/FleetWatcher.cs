using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Rules;
using Weir.Pipeline.Consuming;

namespace Weir.ControlPlane.Fleet;

/// <summary>What this process is.</summary>
/// <param name="Id">Made up at the start.</param>
public sealed record ThisInstance(string Id, IReadOnlyList<string> Roles)
{
    /// <summary>Tells processes apart, also on one machine: <c>host (3f9a21)</c>.</summary>
    public string Shown => $"{Environment.MachineName} ({Id[..6]})";
}

/// <summary>Every few seconds: reports this process, reads the others' reports, and publishes the fleet. When the table does not answer, the last fleet stays on show with the reason.</summary>
public sealed partial class FleetWatcher(
    ThisInstance me,
    IFleetBoard board,
    InstanceSampler sampler,
    IEnumerable<ConsumerIdentity> consumers,
    Feed<FleetSnapshot> feed,
    IOptions<FleetOptions> options,
    TimeProvider time,
    ILogger<FleetWatcher> logger,
    RuleSets? rules = null) : BackgroundService
{
    private const int MostDifferences = 500;
    private static readonly string Version = typeof(FleetWatcher).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private readonly Dictionary<string, (long Beat, long Since)> _heard = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly string? _worker = consumers.FirstOrDefault()?.Worker;
    private long _beat;

    /// <summary>Reports and looks once.</summary>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        var own = new Instance(me.Id, Environment.MachineName, me.Roles, Version, _started, ++_beat, _worker, sampler.Sample(), Shadow());
        string? problem = null;
        IReadOnlyList<Instance> seen;
        try
        {
            await board.PublishAsync(own, cancellationToken);
            seen = await board.ReadAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogBoardFailed(logger, e);
            problem = "The state table does not answer; what others report is old.";
            seen = [.. (feed.Latest?.Members ?? []).Where(m => !m.IsThis).Select(m => m.Instance), own];
        }

        var members = seen.Where(i => i.Id != me.Id).Append(own).Select(Member).OrderBy(m => m.Instance.Host, StringComparer.Ordinal).ThenBy(m => m.Instance.StartedAt).ToArray();
        foreach (var gone in _heard.Keys.Except(members.Select(m => m.Instance.Id)).ToArray())
            _heard.Remove(gone);
        feed.Publish(new FleetSnapshot(time.GetUtcNow(), members, problem));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await board.RemoveAsync(me.Id, cancellationToken);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The others see it fall silent.
            LogBoardFailed(logger, e);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.ReportSeconds), time);
        do
        {
            await BeatAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>As much as fits into a report: what differs most often.</summary>
    private ShadowComparison? Shadow() => rules?.OwnShadow() is { RecordsCompared: > 0 } seen ? seen with { Differences = [.. seen.Differences.OrderByDescending(d => d.Count).Take(MostDifferences)] } : null;

    private FleetMember Member(Instance instance)
    {
        var now = time.GetTimestamp();
        if (!_heard.TryGetValue(instance.Id, out var heard) || heard.Beat != instance.Beat)
            _heard[instance.Id] = heard = (instance.Beat, now);
        var silent = time.GetElapsedTime(heard.Since, now).TotalSeconds;
        return new FleetMember(instance, instance.Id == me.Id, silent, silent >= options.Value.SilentSeconds);
    }

    [LoggerMessage(LogLevel.Warning, "The state table does not answer; the fleet on show is old.")]
    private static partial void LogBoardFailed(ILogger logger, Exception e);
}

using System.Globalization;
using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;
using MudBlazor.Services;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Resharding;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.SampleTraffic;
using Weir.ControlPlane.State;
using Weir.Dashboard.Charts;
using Weir.Dashboard.Shell;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Sinks;

namespace Weir.Dashboard.Tests.Shell;

/// <summary>The console's components on a circuit, in front of a control plane that stands in memory and keeps what it was asked.</summary>
public abstract class ConsoleContext : BunitContext
{
    private readonly BunitAuthorizationContext _person;
    private RealRedaction? _redaction;

    protected ConsoleContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;

        // Long enough for a machine that does other things too; nothing waits for it to pass.
        DefaultWaitTimeout = TimeSpan.FromSeconds(60);
        Services.AddMudServices();
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddSingleton(Snapshots);
        Services.AddSingleton<IMetricHistory>(History);
        Services.AddSingleton<ICommandGate>(Gate);
        Services.AddSingleton<IOperations>(Operations);
        Services.AddSingleton<IReshardPlanner>(Planner);
        Services.AddSingleton<IRuleBook>(Rules);
        Services.AddSingleton<IRuleSets>(Sets);
        Services.AddSingleton(_ => Redaction);
        Services.AddSingleton(_ => new ComplianceReporter(Rules, Sets, Real.Ledger(Clock), Redaction, Clock));
        Services.AddSingleton<IAuditLog>(Audit);
        Services.AddSingleton<ISampleTraffic>(Traffic);
        Services.AddSingleton<IRecordStore>(Records);
        Services.AddSingleton<IConsumerControl>(Consumer);
        Services.AddSingleton(Fleet);
        Services.AddSingleton<IPeople>(People);
        Services.AddSingleton<ChartMarks>();
        Services.AddScoped<Pause>();
        Services.AddScoped<Changes>();
        _person = AddAuthorization();
        SignIn(Roles.Admin);
        Renderer.SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    protected Feed<SystemSnapshot> Snapshots { get; } = new();
    protected MetricHistory History { get; } = new();
    protected RecordingGate Gate { get; } = new();
    protected MemoryOperations Operations { get; } = new();
    protected MemoryPlanner Planner { get; } = new();
    protected MemoryRules Rules { get; } = new();
    protected MemoryRuleSets Sets { get; } = new();
    /// <summary>The real one, with a key of its own; every clean record is looked at again.</summary>
    protected IRedactionControl Redaction => Real.Control;

    protected IRecordRedactor Redactor => Real.Redactor;

    private RealRedaction Real => _redaction ??= new RealRedaction();
    protected MemoryAudit Audit { get; } = new();
    protected MemoryTraffic Traffic { get; } = new();
    protected MemoryRecords Records { get; } = new();
    protected MemoryConsumer Consumer { get; } = new();
    protected Feed<FleetSnapshot> Fleet { get; } = new();
    protected MemoryPeople People { get; } = new();

    protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected void SignIn(string role) => _person.SetAuthorized("Ada").SetRoles(role).SetClaims(new Claim(ClaimTypes.NameIdentifier, "ada"));

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _redaction?.Dispose();
        }
    }

    /// <summary>Where popovers and dialogs are drawn; call it before the component.</summary>
    protected IRenderedComponent<MudDialogProvider> RenderDialogs()
    {
        Render<MudPopoverProvider>();
        return Render<MudDialogProvider>();
    }

    /// <summary>A quiet system with one stream of so many shards.</summary>
    protected SystemSnapshot Quiet(int shards = 2, long accepted = 100) => new(
        1,
        Clock.GetUtcNow(),
        new IngestSnapshot(new Dictionary<int, double> { [202] = 4 }, 40, 4000, 0, accepted, 0, 1, 2, 0, 0, null),
        new StoreSnapshot(40, accepted, 80, 2 * accepted, 0, 0),
        [Stream("orders", shards)]);

    protected static StreamSnapshot Stream(string name, int shards, double utilization = 0.2) => new(
        name, "ACTIVE", shards, 4000, 40, 4000, 40, 0, 0, utilization, 10, 0, 0, null, [.. Enumerable.Range(0, shards).Select(i => Shard(i, shards, utilization))]);

    protected static ShardSnapshot Shard(int index, int count, double utilization = 0.2)
    {
        var width = UInt128.MaxValue / (UInt128)count;
        return new(
            $"shardId-{index:D12}", width * (UInt128)index, index == count - 1 ? UInt128.MaxValue : (width * (UInt128)(index + 1)) - 1, true, null, null,
            utilization * 1048576, utilization * 1000, 0, 0, 0, 0, utilization, 10, "reading");
    }
}

internal sealed class RealRedaction : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-redaction-");
    private readonly ServiceProvider _services;
    private RedactionLedger? _ledger;

    public RealRedaction() => _services = new ServiceCollection()
        .AddRedaction(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = _folder.FullName, ["Redaction:PostScanEvery"] = "1" }).Build())
        .BuildServiceProvider();

    public IRedactionControl Control => _services.GetRequiredService<IRedactionControl>();

    public IRecordRedactor Redactor => _services.GetRequiredService<IRecordRedactor>();

    public RedactionLedger Ledger(TimeProvider time) =>
        _ledger ??= new RedactionLedger(new StateDatabase(Path.Combine(_folder.FullName, "state.db")), Control, time, NullLogger<RedactionLedger>.Instance);

    public void Dispose()
    {
        _ledger?.Dispose();
        _services.Dispose();
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A page that has gone may still write its last count; the system's clean-up takes what is left.
        }
    }
}

public sealed class RecordingGate : ICommandGate
{
    public List<(ICommand Command, Actor Actor)> Ran { get; } = [];

    public CommandResult Answer { get; set; } = new CommandResult.Done("Done.");

    public Task<CommandResult> RunAsync(ICommand command, Actor actor, CancellationToken cancellationToken)
    {
        Ran.Add((command, actor));
        return Task.FromResult(Answer);
    }
}

public sealed class MemoryOperations : IOperations
{
    public Feed<IReadOnlyList<Operation>> Feed { get; } = new();

    public List<string> Stopped { get; } = [];

    public Operation? Find(string id) => Feed.Latest?.FirstOrDefault(o => o.Id == id);

    public Task<bool> StopAsync(string id, Actor by, CancellationToken cancellationToken)
    {
        Stopped.Add(id);
        return Task.FromResult(true);
    }
}

public sealed class MemoryPlanner : IReshardPlanner
{
    public string? Problem { get; set; }

    /// <summary>How many plans were asked for.</summary>
    public int Asked { get; private set; }

    public Task<ReshardPlan> PlanAsync(string stream, int targetShardCount, CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult(new ReshardPlan(stream, 2, targetShardCount, ReshardPlanner.Steps(2, targetShardCount), 6, targetShardCount * 1048576.0, 10, Problem, ["A backlog stays on the closed shards."]));
    }
}

public sealed class MemoryRules : IRuleBook
{
    public Feed<RuleBookSnapshot> Feed { get; } = new();
}

public sealed class MemoryRuleSets : IRuleSets
{
    public Feed<IReadOnlyList<RuleSet>> Feed { get; } = new();

    public bool RequiresSecondPerson { get; set; }

    public ShadowComparison? Comparison { get; set; }

    public RuleSet? Find(int number) => Feed.Latest?.FirstOrDefault(s => s.Number == number);

    public ShadowComparison? Shadow() => Comparison;
}

public sealed class MemoryAudit : IAuditLog
{
    public List<AuditEntry> Entries { get; } = [];

    public AuditQuery? Asked { get; private set; }

    public Task AppendAsync(Actor actor, string action, string target, string outcome, string? detail, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<AuditEntry>> QueryAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        Asked = query;
        return Task.FromResult<IReadOnlyList<AuditEntry>>([.. Entries.Where(e => query.Outcome is null || e.Outcome == query.Outcome).Take(query.Limit)]);
    }

    public Task<AuditVerification> VerifyAsync(CancellationToken cancellationToken) => Task.FromResult(new AuditVerification(Entries.Count, null));
}

public sealed class MemoryTraffic : ISampleTraffic
{
    public Feed<SampleTrafficState> Feed { get; } = new();

    public Task StartAsync(string stream, int recordsPerSecond, Actor by, CancellationToken cancellationToken)
    {
        Feed.Publish(new SampleTrafficState(true, stream, recordsPerSecond, 0, 0, 0, 0, null));
        return Task.CompletedTask;
    }

    public Task StopAsync(Actor by, CancellationToken cancellationToken)
    {
        Feed.Publish(new SampleTrafficState(false, "", 0, 0, 0, 0, 0, null));
        return Task.CompletedTask;
    }
}

public sealed class MemoryRecords : IRecordStore
{
    public List<StoredRecord> All { get; } = [];

    public Exception? Fails { get; set; }

    /// <summary>How many records one search looks at.</summary>
    public int SearchWindow { get; set; } = int.MaxValue;

    public Task<RecordPage> ReadAsync(RecordQuery query, CancellationToken cancellationToken)
    {
        if (Fails is not null)
        {
            return Task.FromException<RecordPage>(Fails);
        }

        var start = int.Parse(query.Before ?? "0", CultureInfo.InvariantCulture);
        var looked = All.Skip(start).Take(query.Contains is null ? int.MaxValue : SearchWindow).ToArray();
        StoredRecord[] found = [.. looked.Where(r => (query.Stream is null || r.Stream == query.Stream) && (query.Contains is null || r.Data.Contains(query.Contains, StringComparison.Ordinal))).Take(query.Limit)];
        var end = found.Length == query.Limit ? start + Array.IndexOf(looked, found[^1]) + 1 : start + looked.Length;
        return Task.FromResult(new RecordPage(found, end < All.Count ? end.ToString(CultureInfo.InvariantCulture) : null));
    }

    public Task<long> CountAsync(string? stream, CancellationToken cancellationToken) => Task.FromResult((long)All.Count);
}

public sealed class MemoryConsumer : IConsumerControl
{
    public List<Lease> Leases { get; } = [];

    public List<DeadLetter> Letters { get; } = [];

    public Task<IReadOnlyList<Lease>> LeasesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Lease>>([.. Leases]);

    public Task<ConsumerAnswer> RewindAsync(string stream, string? shardId, Checkpoint position, CancellationToken cancellationToken) => throw new InvalidOperationException("Pages change things through the gate.");

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(DeadLetterState? state, DateTimeOffset? before, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<DeadLetter>>(
        [.. Letters.Where(l => (state is null || l.State == state) && (before is null || l.FailedAt < before)).OrderByDescending(l => l.FailedAt).Take(limit).Select(l => l with { Data = null })]);

    public Task<DeadLetter?> DeadLetterAsync(DeadLetterKey key, CancellationToken cancellationToken) => Task.FromResult(Letters.Find(l => l.Key == key));

    public Task<long> WaitingDeadLettersAsync(CancellationToken cancellationToken) => Task.FromResult(Letters.LongCount(l => l.State == DeadLetterState.Waiting));

    public Task<ConsumerAnswer> ReplayAsync(DeadLetterKey key, CancellationToken cancellationToken) => throw new InvalidOperationException("Pages change things through the gate.");

    public Task<ConsumerAnswer> DropAsync(DeadLetterKey key, string reason, CancellationToken cancellationToken) => throw new InvalidOperationException("Pages change things through the gate.");
}

public sealed class MemoryPeople : IPeople
{
    public List<PersonEntry> All { get; } = [];

    public Task<IReadOnlyList<PersonEntry>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<PersonEntry>>([.. All]);
}

using System.Globalization;
using Amazon.DynamoDBv2.Model;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Fleet;

/// <summary>
/// Operations of a fleet: a row a target while one runs, and one for each that has ended, kept for <see cref="Shown"/>.
/// <code>
/// pk S running | sk S orders            | id S operation's | owner S keeper | beat S other each time | operation B (Brotli) | body S | stop BOOL asked for elsewhere
/// pk S ended   | sk S 001764...123#id   | operation B (Brotli) | expires N                          by the time of the end in ms
///
/// no row ──put IF there is none──► owner A ──A puts another beat IF owner = A──► owner A ──A: operation ended IF owner = A──► row in "ended", then no row
///                                    └── beat stands still for Held, on the clock of B ──► owner B IF owner = A and beat = the one that stood still
/// </code>
/// Nobody compares clocks: a process is silent when its beat stood still for <see cref="Held"/> while another one watched. A process that dies between the last two writes leaves a row of an operation
/// that has ended; whoever reads it finishes them.
/// </summary>
/// <param name="table">The fleet's.</param>
/// <param name="database">Knows who this process is, over restarts.</param>
/// <param name="name">Shown with its operations.</param>
/// <param name="takesOver">Whether this process carries on what others have left: one with the role console, which may write the audit log.</param>
/// <param name="time">For how long a beat has stood still.</param>
internal sealed class FleetOperationGuard(StateTable table, StateDatabase database, string name, bool takesOver, TimeProvider time) : IOperationGuard
{
    /// <summary>For how long the beat of an operation stands still before another process takes it over. A process trusts its own beat for half of that.</summary>
    public static readonly TimeSpan Held = TimeSpan.FromSeconds(20);

    /// <summary>How long an operation that has ended is shown.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromDays(7);

    private const string Running = "running", Ended = "ended", Keeper = "operation-keeper";

    /// <summary>Ends are read again from so far back: clocks of processes may differ.</summary>
    private static readonly TimeSpan Back = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Beat, long Since)> _beats = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Operation> _ended = new(StringComparer.Ordinal);
    private List<Dictionary<string, AttributeValue>> _silent = [];
    private string? _me;
    private bool _readAll;

    public bool IsShared => true;

    public string? Name => name;

    public async Task<bool> TakeAsync(HeldOperation operation, CancellationToken cancellationToken)
    {
        if (await table.PutNewAsync(Row(operation), cancellationToken))
            return true;

        // What has ended does not keep anybody waiting because its process died before it could say so.
        return await table.GetAsync(Running, operation.Operation.Target, cancellationToken) is { } row
            && await FinishAsync(row, cancellationToken) is not null
            && await table.PutNewAsync(Row(operation), cancellationToken);
    }

    public async Task<HeldOperation?> ResumeAsync(HeldOperation operation, CancellationToken cancellationToken)
    {
        if (await UpdateAsync(operation.Operation, cancellationToken) is { } own)
            return operation with { StopRequested = operation.StopRequested || Stop(own) };
        if (await table.GetAsync(Running, operation.Operation.Target, cancellationToken) is { } row && row["id"].S == operation.Operation.Id)
            return Unpack(row);
        if ((await EndedAsync(null, cancellationToken)).FirstOrDefault(o => o.Id == operation.Operation.Id) is { } ended)
            return operation with { Operation = ended };
        return await TakeAsync(operation, cancellationToken) ? operation : null;
    }

    public async Task<OperationHold> KeepAsync(Operation operation, CancellationToken cancellationToken) =>
        await UpdateAsync(operation, cancellationToken) is not { } row ? OperationHold.Lost : Stop(row) ? OperationHold.StopAsked : OperationHold.Held;

    public async Task<bool> EndAsync(Operation operation, CancellationToken cancellationToken)
    {
        if (await UpdateAsync(operation, cancellationToken) is { } row)
        {
            await FinishAsync(row, cancellationToken);
            return true;
        }

        // Ended already by an earlier try whose answer was lost, and finished by whoever saw it.
        return (await EndedAsync(null, cancellationToken)).Any(o => o == operation || (o.Id == operation.Id && o.EndedAt == operation.EndedAt));
    }

    public async Task<bool> RequestStopAsync(Operation operation, CancellationToken cancellationToken) =>
        await table.UpdateIfAsync(Running, operation.Target, "SET #stop = :stop", "#id = :id", new() { [":stop"] = new() { BOOL = true }, [":id"] = new(operation.Id) }, cancellationToken) is not null;

    public async Task<IReadOnlyList<Operation>> ReadAsync(CancellationToken cancellationToken)
    {
        var rows = await table.QueryAsync(Running, null, null, cancellationToken);
        var running = new List<Operation>();
        var silent = new List<Dictionary<string, AttributeValue>>();
        foreach (var row in rows)
        {
            if (await FinishAsync(row, cancellationToken) is not null)
                continue;
            running.Add(Unpack(row).Operation);
            if (IsSilent(row))
                silent.Add(row);
        }

        var from = _readAll ? Sort(time.GetUtcNow() - Back) : null;
        var ended = await EndedAsync(from, cancellationToken);
        lock (_gate)
        {
            _silent = silent;
            _readAll = true;
            foreach (var gone in _beats.Keys.Except(rows.Select(r => r["id"].S)).ToArray())
                _beats.Remove(gone);
            foreach (var operation in ended)
                _ended[operation.Id] = operation;
            foreach (var old in _ended.Values.OrderByDescending(o => o.EndedAt).Skip(OperationStore.Remembered).ToArray())
                _ended.Remove(old.Id);
            return [.. running, .. _ended.Values.OrderByDescending(o => o.EndedAt)];
        }
    }

    public async Task<IReadOnlyList<HeldOperation>> TakeOverAsync(CancellationToken cancellationToken)
    {
        if (!takesOver)
            return [];
        var taken = new List<HeldOperation>();
        foreach (var row in _silent)
        {
            var (id, owner, beat, target) = (row["id"].S, row["owner"].S, row["beat"].S, row["sk"].S);
            var held = Unpack(row);
            held = held with { Operation = held.Operation with { RunsOn = name } };
            var values = Values(held.Operation);
            (values[":me"], values[":owner"], values[":seen"]) = (new(Me()), new(owner), new(beat));
            var now = await table.UpdateIfAsync(
                Running, target, "SET #beat = :beat, #operation = :operation, #owner = :me", "#id = :id AND #owner = :owner AND #beat = :seen", values, cancellationToken)

                // A try before may have done it without an answer.
                ?? (await table.GetAsync(Running, target, cancellationToken) is { } after && after["id"].S == id && after["owner"].S == Me() ? after : null);
            if (now is not null)
                taken.Add(held with { StopRequested = Stop(now) });
        }

        _silent = [];
        return taken;
    }

    private bool IsSilent(Dictionary<string, AttributeValue> row)
    {
        if (row["owner"].S == Me())
            return false;
        lock (_gate)
        {
            var (id, beat) = (row["id"].S, row["beat"].S);
            if (!_beats.TryGetValue(id, out var seen) || seen.Beat != beat)
                _beats[id] = seen = (beat, time.GetTimestamp());
            return time.GetElapsedTime(seen.Since) >= Held;
        }
    }

    /// <summary>Brings an operation that has ended from its row to those that have; it, or null when it runs.</summary>
    private async Task<Operation?> FinishAsync(Dictionary<string, AttributeValue> row, CancellationToken cancellationToken)
    {
        if (Unpack(row).Operation is not { EndedAt: { } at } operation)
            return null;
        var ended = StateTable.Key(Ended, $"{Sort(at)}#{operation.Id}");
        ended["operation"] = new() { B = Copy(row["operation"]) };
        ended["expires"] = StateTable.Number((at + Shown).ToUnixTimeSeconds());
        await table.PutAsync(ended, cancellationToken);
        await table.DeleteAsync(Running, operation.Target, "#id = :id", new() { [":id"] = new(operation.Id) }, cancellationToken);
        return operation;
    }

    private async Task<IEnumerable<Operation>> EndedAsync(string? from, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return (await table.QueryAsync(Ended, from, null, cancellationToken)).Where(r => long.Parse(r["expires"].N, CultureInfo.InvariantCulture) > now).Select(r => Packed.Unpack<Operation>(r["operation"].B));
    }

    private Dictionary<string, AttributeValue> Row(HeldOperation held)
    {
        var row = StateTable.Key(Running, held.Operation.Target);
        row["id"] = new(held.Operation.Id);
        row["owner"] = new(Me());
        row["beat"] = new(Beat());
        row["operation"] = new() { B = Packed.Pack(held.Operation) };
        row["body"] = new(held.Body);
        return row;
    }

    private Task<Dictionary<string, AttributeValue>?> UpdateAsync(Operation operation, CancellationToken cancellationToken)
    {
        var values = Values(operation);
        values[":me"] = new(Me());
        return table.UpdateIfAsync(Running, operation.Target, "SET #beat = :beat, #operation = :operation", "#id = :id AND #owner = :me", values, cancellationToken);
    }

    private static Dictionary<string, AttributeValue> Values(Operation operation) =>
        new() { [":beat"] = new(Beat()), [":operation"] = new() { B = Packed.Pack(operation) }, [":id"] = new(operation.Id) };

    /// <summary>Who this process is: the same after a restart on the same data.</summary>
    private string Me()
    {
        lock (_gate)
        {
            return _me ??= Known() ?? Make();
        }

        string? Known() => database.Query("SELECT body FROM shared_documents WHERE name = $name", r => r.GetString(0), ("$name", Keeper)) is [var known] ? known : null;

        string Make()
        {
            database.Execute("INSERT INTO shared_documents (name, version, body) VALUES ($name, 0, $me) ON CONFLICT DO NOTHING", ("$name", Keeper), ("$me", Beat()));
            return Known()!;
        }
    }

    private static HeldOperation Unpack(Dictionary<string, AttributeValue> row) => new(Packed.Unpack<Operation>(Copy(row["operation"])), row["body"].S, Stop(row));

    /// <summary>A row is read more than once, and the SDK's stream only once.</summary>
    private static MemoryStream Copy(AttributeValue bytes) => new(bytes.B.ToArray());

    private static bool Stop(Dictionary<string, AttributeValue> row) => row.GetValueOrDefault("stop")?.BOOL is true;

    private static string Beat() => Guid.NewGuid().ToString("N");

    private static string Sort(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString("D15", CultureInfo.InvariantCulture);
}

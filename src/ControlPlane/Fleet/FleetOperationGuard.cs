using Amazon.DynamoDBv2.Model;
using Weir.ControlPlane.Operations;

namespace Weir.ControlPlane.Fleet;

/// <summary>
/// What runs in a fleet, a row a target, written only when the target is free:
/// <code>pk S running | sk S orders | id S operation's | until N (ms) | operation B (Brotli) | stop BOOL asked for elsewhere</code>
/// A process that dies leaves its row; after <see cref="Held"/> the target is free again.
/// </summary>
internal sealed class FleetOperationGuard(StateTable table, TimeProvider time) : IOperationGuard
{
    private const string Partition = "running";
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(20);

    public bool IsShared => true;

    public async Task<bool> TakeAsync(Operation operation, CancellationToken cancellationToken)
    {
        // Its own already: what others have asked of it stays.
        if (await UpdateAsync(operation, cancellationToken) is not null)
            return true;
        var row = StateTable.Key(Partition, operation.Target);
        row["id"] = new(operation.Id);
        row["until"] = Until();
        row["operation"] = new() { B = Packed.Pack(operation) };
        return await table.PutIfAsync(row, "attribute_not_exists(pk) OR #until < :now", new() { [":now"] = Now() }, cancellationToken);
    }

    public async Task<bool> KeepAsync(Operation operation, CancellationToken cancellationToken)
    {
        var row = await UpdateAsync(operation, cancellationToken);

        // Silent for so long that the target became free: it is taken again, or else belongs to another now.
        return row is null ? !await TakeAsync(operation, cancellationToken) : row.GetValueOrDefault("stop")?.BOOL is true;
    }

    public Task ReleaseAsync(Operation operation, CancellationToken cancellationToken) => table.DeleteAsync(Partition, operation.Target, "#id = :id", new() { [":id"] = new(operation.Id) }, cancellationToken);

    public async Task<bool> RequestStopAsync(Operation operation, CancellationToken cancellationToken) =>
        await table.UpdateIfAsync(Partition, operation.Target, "SET #stop = :stop", "#id = :id", new() { [":stop"] = new() { BOOL = true }, [":id"] = new(operation.Id) }, cancellationToken) is not null;

    public async Task<IReadOnlyList<Operation>> RunningAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return [.. (await table.QueryAsync(Partition, null, null, cancellationToken))
            .Where(r => long.Parse(r["until"].N, System.Globalization.CultureInfo.InvariantCulture) >= now)
            .Select(r => Packed.Unpack<Operation>(r["operation"].B))];
    }

    private Task<Dictionary<string, AttributeValue>?> UpdateAsync(Operation operation, CancellationToken cancellationToken) => table.UpdateIfAsync(
        Partition, operation.Target, "SET #until = :until, #operation = :operation", "#id = :id", new() { [":until"] = Until(), [":operation"] = new() { B = Packed.Pack(operation) }, [":id"] = new(operation.Id) }, cancellationToken);

    private AttributeValue Now() => StateTable.Number(time.GetUtcNow().ToUnixTimeMilliseconds());

    private AttributeValue Until() => StateTable.Number((time.GetUtcNow() + Held).ToUnixTimeMilliseconds());
}

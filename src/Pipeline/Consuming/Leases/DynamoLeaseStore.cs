using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Weir.Pipeline.Sinks.DynamoDb;

namespace Weir.Pipeline.Consuming.Leases;

/// <summary>
/// Leases in DynamoDB, in the schema and with the conditional writes of KCL 2.x, so that a KCL application and this one can share a table.
/// A table whose leases a KCL 3 leader hands out is refused: two ways of dividing would fight over every lease.
/// </summary>
/// <param name="dynamo">The client.</param>
/// <param name="table">The table; KCL's is named as the application.</param>
/// <param name="application">Whose coordinator table is looked at.</param>
/// <param name="singleStream">The one stream of a table in the single-stream form, or null.</param>
/// <param name="accountId">Account in the keys of the multi-stream form, 12 digits.</param>
/// <param name="time">For waiting on the table.</param>
public sealed class DynamoLeaseStore(IAmazonDynamoDB dynamo, string table, string application, string? singleStream, string accountId, TimeProvider time) : ILeaseStore
{
    private const string Migration = "Migration3.0";
    private readonly LeaseItem _items = new(singleStream, accountId);

    public bool IsShared => true;

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await RefuseLeaderAsync(application + "-CoordinatorState", "key", cancellationToken);
        await RefuseLeaderAsync(table, LeaseItem.KeyName, cancellationToken);
        await DynamoTable.EnsureAsync(
            dynamo,
            new CreateTableRequest { TableName = table, AttributeDefinitions = [new(LeaseItem.KeyName, ScalarAttributeType.S)], KeySchema = [new(LeaseItem.KeyName, KeyType.HASH)] },
            null,
            time,
            cancellationToken);
    }

    public async Task<IReadOnlyList<Lease>> ListAsync(CancellationToken cancellationToken)
    {
        var leases = new List<Lease>();
        var request = new ScanRequest { TableName = table, ConsistentRead = true };
        ScanResponse page;
        do
        {
            try
            {
                page = await dynamo.ScanAsync(request, cancellationToken);
            }
            catch (ResourceNotFoundException)
            {
                // Nobody has consumed yet.
                return [];
            }

            foreach (var item in page.Items)
            {
                if (LeaseItem.Text(item, LeaseItem.KeyName) == Migration)
                    Refuse(item);
                if (_items.Read(item) is { } lease)
                    leases.Add(lease);
            }

            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (page.LastEvaluatedKey is { Count: > 0 });
        leases.Sort((a, b) => string.CompareOrdinal(a.Stream, b.Stream) is not 0 and var byStream ? byStream
            : a.StreamCreated != b.StreamCreated ? a.StreamCreated.CompareTo(b.StreamCreated) : string.CompareOrdinal(a.ShardId, b.ShardId));
        return leases;
    }

    public async Task<Lease?> GetAsync(LeaseKey key, CancellationToken cancellationToken)
    {
        var found = await dynamo.GetItemAsync(new GetItemRequest { TableName = table, Key = KeyOf(key), ConsistentRead = true }, cancellationToken);
        return found.Item is { Count: > 0 } item ? _items.Read(item) : null;
    }

    public async Task<bool> CreateAsync(Lease lease, CancellationToken cancellationToken)
    {
        try
        {
            await dynamo.PutItemAsync(
                new PutItemRequest { TableName = table, Item = _items.Write(lease with { Counter = 0 }), ConditionExpression = "attribute_not_exists(leaseKey)" }, cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    public async Task<Lease?> RenewAsync(Lease lease, CancellationToken cancellationToken)
    {
        var renewed = lease with { Counter = lease.Counter + 1 };
        if (await UpdateAsync(lease, "SET leaseCounter = :next", "leaseCounter = :seen AND attribute_not_exists(checkpointOwner)", Counters(lease), cancellationToken))
            return renewed;

        // A leader has begun to hand it over; until that is done the lease is still ours to renew.
        return await GetAsync(lease.Key, cancellationToken) is { HandoffTo: not null } row && row.Owner == lease.Owner && row.Counter == lease.Counter &&
            await UpdateAsync(lease, "SET leaseCounter = :next", "leaseCounter = :seen", Counters(lease), cancellationToken)
                ? renewed with { HandoffTo = row.HandoffTo }
                : null;
    }

    public async Task<Lease?> TakeAsync(Lease lease, string owner, CancellationToken cancellationToken)
    {
        var values = Counters(lease);
        values[":owner"] = LeaseItem.S(owner);
        var update = "SET leaseOwner = :owner, leaseCounter = :next REMOVE checkpointOwner";
        var changes = lease.Owner != owner;
        if (changes)
        {
            update += " ADD ownerSwitchesSinceCheckpoint :one";
            values[":one"] = LeaseItem.N(1);
        }

        return await UpdateAsync(lease, update, "leaseCounter = :seen", values, cancellationToken)
            ? lease with { Owner = owner, HandoffTo = null, Counter = lease.Counter + 1, OwnerSwitches = lease.OwnerSwitches + (changes ? 1 : 0) }
            : null;
    }

    public async Task<Lease?> CheckpointAsync(Lease lease, Checkpoint checkpoint, IReadOnlyList<string> childShardIds, CancellationToken cancellationToken)
    {
        var values = Position(lease, checkpoint);
        var update = "SET checkpoint = :checkpoint, checkpointSubSequenceNumber = :sub, ownerSwitchesSinceCheckpoint = :zero, leaseCounter = :next";
        if (childShardIds.Count > 0)
        {
            update += ", childShardIds = :children";
            values[":children"] = new AttributeValue { SS = [.. childShardIds] };
        }

        return await UpdateAsync(lease, update + " REMOVE pendingCheckpoint, pendingCheckpointSubSequenceNumber, pendingCheckpointState", "leaseCounter = :seen", values, cancellationToken)
            ? lease with { Checkpoint = checkpoint, Counter = lease.Counter + 1, OwnerSwitches = 0, ChildShardIds = childShardIds.Count > 0 ? childShardIds : lease.ChildShardIds }
            : null;
    }

    public Task<bool> EvictAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (lease.Owner is null)
            return Task.FromResult(false);

        // Not the counter: our own heartbeat may be on its way.
        var values = new Dictionary<string, AttributeValue> { [":one"] = LeaseItem.N(1), [":owner"] = LeaseItem.S(lease.Owner) };
        if (lease.HandoffTo is { } next)
        {
            values[":to"] = LeaseItem.S(next);
            return UpdateAsync(lease, "REMOVE checkpointOwner ADD leaseCounter :one", "attribute_exists(leaseKey) AND leaseOwner = :to AND checkpointOwner = :owner", values, cancellationToken);
        }

        return UpdateAsync(lease, "REMOVE leaseOwner ADD leaseCounter :one", "attribute_exists(leaseKey) AND leaseOwner = :owner AND attribute_not_exists(checkpointOwner)", values, cancellationToken);
    }

    public async Task<Lease?> RewindAsync(Lease lease, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        const string Update = "SET checkpoint = :checkpoint, checkpointSubSequenceNumber = :sub, ownerSwitchesSinceCheckpoint = :zero, leaseCounter = :next " +
            "REMOVE leaseOwner, checkpointOwner, pendingCheckpoint, pendingCheckpointSubSequenceNumber, pendingCheckpointState";
        return await UpdateAsync(lease, Update, "leaseCounter = :seen", Position(lease, checkpoint), cancellationToken)
            ? lease with { Checkpoint = checkpoint, Owner = null, HandoffTo = null, OwnerSwitches = 0, Counter = lease.Counter + 1 }
            : null;
    }

    public Task DeleteAsync(LeaseKey key, CancellationToken cancellationToken) => dynamo.DeleteItemAsync(new DeleteItemRequest { TableName = table, Key = KeyOf(key) }, cancellationToken);

    private async Task<bool> UpdateAsync(Lease lease, string update, string condition, Dictionary<string, AttributeValue> values, CancellationToken cancellationToken)
    {
        try
        {
            await dynamo.UpdateItemAsync(
                new UpdateItemRequest { TableName = table, Key = KeyOf(lease.Key), UpdateExpression = update, ConditionExpression = condition, ExpressionAttributeValues = values }, cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    private async Task RefuseLeaderAsync(string name, string keyName, CancellationToken cancellationToken)
    {
        try
        {
            var found = await dynamo.GetItemAsync(new GetItemRequest { TableName = name, Key = new() { [keyName] = LeaseItem.S(Migration) }, ConsistentRead = true }, cancellationToken);
            if (found.Item is { Count: > 0 } item)
                Refuse(item);
        }
        catch (ResourceNotFoundException)
        {
            // No such table: no leader.
        }
    }

    private void Refuse(Dictionary<string, AttributeValue> migration)
    {
        if (LeaseItem.Text(migration, "cv") is "CLIENT_VERSION_3X" or "CLIENT_VERSION_3X_WITH_ROLLBACK" or "CLIENT_VERSION_INIT")
        {
            throw new LeaseTableRefusedException(
                $"The leases in {table} are handed out by the leader of a KCL 3 application. Give this consumer a name of its own (Consuming:Application), or run the KCL application in its 2.x compatible mode.");
        }
    }

    private Dictionary<string, AttributeValue> KeyOf(LeaseKey key) => new() { [LeaseItem.KeyName] = LeaseItem.S(_items.KeyOf(key)) };

    private static Dictionary<string, AttributeValue> Counters(Lease lease) => new() { [":seen"] = LeaseItem.N(lease.Counter), [":next"] = LeaseItem.N(lease.Counter + 1) };

    private static Dictionary<string, AttributeValue> Position(Lease lease, Checkpoint checkpoint)
    {
        var values = Counters(lease);
        values[":checkpoint"] = LeaseItem.S(checkpoint.Sequence);
        values[":sub"] = LeaseItem.N(checkpoint.SubSequence);
        values[":zero"] = LeaseItem.N(0);
        return values;
    }
}

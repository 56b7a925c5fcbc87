using System.Globalization;
using Amazon.DynamoDBv2.Model;

namespace Weir.ControlPlane.Fleet;

/// <summary>Reports in the state table, each for a day.</summary>
internal sealed class DynamoFleetBoard(StateTable table, TimeProvider time) : IFleetBoard
{
    private const string Partition = "fleet";
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public async Task PublishAsync(Instance instance, CancellationToken cancellationToken)
    {
        await table.ReadyAsync(cancellationToken);
        var row = StateTable.Key(Partition, instance.Id);
        row["report"] = new() { B = Packed.Pack(instance) };
        row["expires"] = new() { N = (time.GetUtcNow() + Kept).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) };
        await table.Dynamo.PutItemAsync(new PutItemRequest(table.Name, row), cancellationToken);
    }

    public async Task<IReadOnlyList<Instance>> ReadAsync(CancellationToken cancellationToken)
    {
        await table.ReadyAsync(cancellationToken);
        var request = new QueryRequest(table.Name) { KeyConditionExpression = "pk = :pk", ExpressionAttributeValues = new() { [":pk"] = new(Partition) } };
        var found = new List<Instance>();
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        QueryResponse page;
        do
        {
            page = await table.Dynamo.QueryAsync(request, cancellationToken);

            // The service deletes what has expired in its own time, up to two days late.
            found.AddRange(page.Items.Where(r => long.Parse(r["expires"].N, CultureInfo.InvariantCulture) > now).Select(r => Packed.Unpack<Instance>(r["report"].B)));
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (page.LastEvaluatedKey is { Count: > 0 });
        return found;
    }

    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        await table.ReadyAsync(cancellationToken);
        await table.Dynamo.DeleteItemAsync(new DeleteItemRequest { TableName = table.Name, Key = StateTable.Key(Partition, id) }, cancellationToken);
    }
}

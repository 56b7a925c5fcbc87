using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Weir.Pipeline.Sinks.DynamoDb;

namespace Weir.ControlPlane.Fleet;

/// <summary>
/// The table that the processes of a fleet share:
/// <code>
/// pk S fleet     | sk S instance id | report B (Brotli) | expires N     reports, one row a process
/// pk S document  | sk S rules       | version N | body B (Brotli)      what all keep alike, see SharedDocuments
/// </code>
/// </summary>
internal sealed class StateTable(IAmazonDynamoDB dynamo, string name, TimeProvider time)
{
    private readonly LazyTable _table = new(
        dynamo,
        new CreateTableRequest { TableName = name, AttributeDefinitions = [new("pk", ScalarAttributeType.S), new("sk", ScalarAttributeType.S)], KeySchema = [new("pk", KeyType.HASH), new("sk", KeyType.RANGE)] },
        "expires",
        time);

    public IAmazonDynamoDB Dynamo => dynamo;

    public string Name => name;

    public static Dictionary<string, AttributeValue> Key(string partition, string sort) => new() { ["pk"] = new(partition), ["sk"] = new(sort) };

    /// <summary>Makes the table when it is absent.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken) => _table.ReadyAsync(cancellationToken);
}

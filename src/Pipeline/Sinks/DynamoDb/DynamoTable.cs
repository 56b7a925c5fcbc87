using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace Weir.Pipeline.Sinks.DynamoDb;

/// <summary>Makes a table that is absent, and waits until it can be used. Several processes may do so at once.</summary>
public static class DynamoTable
{
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(2), Look = TimeSpan.FromMilliseconds(250);

    /// <param name="dynamo">The client.</param>
    /// <param name="request">The table to make; one that is there is taken as it is. Billed per request where the request says nothing.</param>
    /// <param name="expiresAttribute">Attribute with the epoch seconds after which the service may delete a row; null for rows that stay.</param>
    /// <param name="time">For waiting.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">It did not become ACTIVE in two minutes.</exception>
    public static async Task EnsureAsync(IAmazonDynamoDB dynamo, CreateTableRequest request, string? expiresAttribute, TimeProvider time, CancellationToken cancellationToken)
    {
        var made = true;
        if (await StatusAsync(dynamo, request.TableName, cancellationToken) is null)
        {
            try
            {
                request.BillingMode ??= BillingMode.PAY_PER_REQUEST;
                await dynamo.CreateTableAsync(request, cancellationToken);
            }
            catch (ResourceInUseException)
            {
                // Another process is making it.
                made = false;
            }
        }
        else
        {
            made = false;
        }

        var began = time.GetTimestamp();
        while (await StatusAsync(dynamo, request.TableName, cancellationToken) is var status && status != TableStatus.ACTIVE && status != TableStatus.UPDATING)
        {
            if (time.GetElapsedTime(began) > Wait)
                throw new TimeoutException($"The table {request.TableName} did not become ACTIVE in {Wait}.");
            await Task.Delay(Look, time, cancellationToken);
        }

        if (made && expiresAttribute is not null)
            await ExpireAsync(dynamo, request.TableName, expiresAttribute, cancellationToken);
    }

    private static async Task<TableStatus?> StatusAsync(IAmazonDynamoDB dynamo, string table, CancellationToken cancellationToken)
    {
        try
        {
            return (await dynamo.DescribeTableAsync(table, cancellationToken)).Table.TableStatus;
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }

    private static async Task ExpireAsync(IAmazonDynamoDB dynamo, string table, string attribute, CancellationToken cancellationToken)
    {
        try
        {
            await dynamo.UpdateTimeToLiveAsync(
                new UpdateTimeToLiveRequest { TableName = table, TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = attribute, Enabled = true } }, cancellationToken);
        }
        catch (AmazonServiceException e) when (e.ErrorCode == "UnknownOperationException")
        {
            // An emulator without it: rows stay for ever there.
        }
    }
}

/// <summary>A table that is made at its first use; asked again after a failure.</summary>
public sealed class LazyTable(IAmazonDynamoDB dynamo, CreateTableRequest request, string? expiresAttribute, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task? _ready;

    /// <summary>A table whose key is one text.</summary>
    public static LazyTable Of(IAmazonDynamoDB dynamo, string table, string key, TimeProvider time) =>
        new(dynamo, new CreateTableRequest { TableName = table, AttributeDefinitions = [new(key, ScalarAttributeType.S)], KeySchema = [new(key, KeyType.HASH)] }, null, time);

    public Task ReadyAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_ready is null or { IsFaulted: true } or { IsCanceled: true })
                _ready = DynamoTable.EnsureAsync(dynamo, request, expiresAttribute, time, CancellationToken.None);
            return _ready.WaitAsync(cancellationToken);
        }
    }
}

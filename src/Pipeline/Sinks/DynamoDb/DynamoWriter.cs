using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Weir.Pipeline.Sinks.DynamoDb;

/// <summary>
/// Puts rows in batches of 25, up to eight at a time. What the service leaves unprocessed or refuses for its rate is sent again after a pause that doubles, between half and the whole of it.
/// Rows that it will never take are named; the others are written all the same.
/// See <see href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html">BatchWriteItem</see>.
/// </summary>
internal sealed class DynamoWriter(IAmazonDynamoDB dynamo, string table, TimeProvider time, Random random)
{
    private const int BatchItems = 25, Concurrent = 8, Tries = 12;
    private const double FirstPause = 50, LongestPause = 5000;

    /// <summary>Returns the places of the rows that cannot be stored, mostly none.</summary>
    /// <param name="rows">No two with the same key.</param>
    /// <param name="cancellationToken">Stops between two tries.</param>
    /// <exception cref="AmazonDynamoDBException">The service does not answer, or was too busy for a minute.</exception>
    public async Task<IReadOnlyList<int>> PutAsync(IReadOnlyList<Dictionary<string, AttributeValue>> rows, CancellationToken cancellationToken)
    {
        var refused = new List<int>();
        using var slots = new SemaphoreSlim(Concurrent);
        await Task.WhenAll(Enumerable.Range(0, rows.Count).Chunk(BatchItems).Select(async batch =>
        {
            await slots.WaitAsync(cancellationToken);
            try
            {
                await PutBatchAsync(rows, batch, refused, cancellationToken);
            }
            finally
            {
                slots.Release();
            }
        }));
        return refused;
    }

    private async Task PutBatchAsync(IReadOnlyList<Dictionary<string, AttributeValue>> rows, int[] batch, List<int> refused, CancellationToken cancellationToken)
    {
        var left = batch.Select(i => new WriteRequest(new PutRequest(rows[i]))).ToList();
        try
        {
            await RepeatAsync(
                async () =>
                {
                    var answer = await dynamo.BatchWriteItemAsync(new BatchWriteItemRequest { RequestItems = new() { [table] = left } }, cancellationToken);
                    left = answer.UnprocessedItems?.GetValueOrDefault(table) ?? [];
                    return left.Count == 0;
                },
                cancellationToken);
        }
        catch (AmazonDynamoDBException e) when (e.ErrorCode == "ValidationException")
        {
            // One of them is not a row that can be: which one tells only a call of its own.
            foreach (var i in batch)
            {
                if (!await PutOneAsync(rows[i], cancellationToken))
                {
                    lock (refused)
                        refused.Add(i);
                }
            }
        }
    }

    private async Task<bool> PutOneAsync(Dictionary<string, AttributeValue> row, CancellationToken cancellationToken)
    {
        try
        {
            await RepeatAsync(
                async () =>
                {
                    await dynamo.PutItemAsync(new PutItemRequest(table, row), cancellationToken);
                    return true;
                },
                cancellationToken);
            return true;
        }
        catch (AmazonDynamoDBException e) when (e.ErrorCode == "ValidationException")
        {
            return false;
        }
    }

    /// <summary>Calls until it is done, with pauses while the service is too busy.</summary>
    public async Task RepeatAsync(Func<Task<bool>> call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (await call())
                    return;
                if (tries == Tries)
                    throw new ProvisionedThroughputExceededException($"DynamoDB left rows of {table} unprocessed {Tries} times.");
            }
            catch (AmazonDynamoDBException e) when (DynamoClient.IsBusy(e) && tries < Tries)
            {
                // Again, after the pause.
            }

            var pause = Math.Min(LongestPause, FirstPause * Math.Pow(2, tries - 1)) * (0.5 + (random.NextDouble() / 2));
            await Task.Delay(TimeSpan.FromMilliseconds(pause), time, cancellationToken);
        }
    }
}

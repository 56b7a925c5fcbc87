using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Publishing;

/// <summary>
/// Finds out which records of a call with unknown outcome (a crash or a lost connection in the middle) are in the stream.
/// Reads every shard that can hold one of them, from just after the last record of ours that is known there to the tip, and matches partition key and data,
/// each found record once. Only one call is ever under way for a hash range, so what stands there and is alike is the record in doubt.
/// </summary>
internal sealed partial class ArrivalSearch(IKinesis kinesis, PublishJournal journal, PublishingOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>A record in doubt and where it was found.</summary>
    public readonly record struct Arrival(WindowItem Item, string ShardId, string SequenceNumber);

    /// <summary>Which of the records arrived. Throws <see cref="KinesisException"/> when the stream cannot be read.</summary>
    public async Task<IReadOnlyList<Arrival>> FindAsync(string stream, IReadOnlyList<WindowItem> items, DateTimeOffset sentAt, CancellationToken cancellationToken)
    {
        if (options.SettleMilliseconds > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(options.SettleMilliseconds), time, cancellationToken);
        }

        var wanted = items.ToList();
        var found = new List<Arrival>();
        foreach (var shard in await ShardMap.AllAsync(kinesis, stream, cancellationToken))
        {
            var range = ShardMap.RangeOf(shard);
            if (wanted.Exists(i => i.Record.HashKey >= range.Start && i.Record.HashKey <= range.End))
            {
                await SearchAsync(stream, range, wanted, found, sentAt, cancellationToken);
            }
        }

        LogSearched(logger, found.Count, items.Count, stream);
        return found;
    }

    private async Task SearchAsync(string stream, ShardRange shard, List<WindowItem> wanted, List<Arrival> found, DateTimeOffset sentAt, CancellationToken cancellationToken)
    {
        var iterator = await IteratorAsync(stream, shard.ShardId, sentAt, cancellationToken);
        for (var throttles = 0; iterator is not null && wanted.Count > 0;)
        {
            GetRecordsResponse page;
            try
            {
                page = await kinesis.GetRecordsAsync(new GetRecordsRequest(iterator, 10_000), cancellationToken);
            }
            catch (KinesisException e) when (e.IsTransient && throttles < 50)
            {
                // The reads of a shard are shared with its consumers.
                throttles++;
                await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellationToken);
                continue;
            }

            foreach (var record in page.Records)
            {
                foreach (var (key, data) in KplAggregator.TryRead(record.Data) ?? [])
                {
                    Match(key, data, record.SequenceNumber);
                }

                Match(record.PartitionKey, record.Data, record.SequenceNumber);
            }

            iterator = page.Records.Count == 0 && page.MillisBehindLatest is null or 0 ? null : page.NextShardIterator;
        }

        void Match(string key, ReadOnlyMemory<byte> data, string sequenceNumber)
        {
            // In an aggregate a record outside the shard's range does not count: consumers leave it out.
            var match = wanted.FindIndex(i => i.Record.PartitionKey == key
                && i.Record.HashKey >= shard.Start && i.Record.HashKey <= shard.End
                && i.Record.Data.Span.SequenceEqual(data.Span));
            if (match >= 0)
            {
                found.Add(new Arrival(wanted[match], shard.ShardId, sequenceNumber));
                wanted.RemoveAt(match);
            }
        }
    }

    private async Task<string> IteratorAsync(string stream, string shardId, DateTimeOffset sentAt, CancellationToken cancellationToken)
    {
        if (journal.Mark(stream, shardId) is { } mark)
        {
            try
            {
                return (await kinesis.GetShardIteratorAsync(new GetShardIteratorRequest(shardId, ShardIteratorTypes.AfterSequenceNumber, stream, StartingSequenceNumber: mark), cancellationToken)).ShardIterator;
            }
            catch (KinesisException e) when (e.Code is KinesisErrorCodes.InvalidArgument)
            {
                // The stream was deleted and made anew: the number is of another one.
                LogMarkUnknown(logger, stream, shardId);
            }
        }

        var from = sentAt - TimeSpan.FromSeconds(options.ClockSkewSeconds);
        return (await kinesis.GetShardIteratorAsync(new GetShardIteratorRequest(shardId, ShardIteratorTypes.AtTimestamp, stream, Timestamp: from), cancellationToken)).ShardIterator;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Found} of {InDoubt} records in doubt are in stream {Stream}; the others are sent again.")]
    private static partial void LogSearched(ILogger logger, int found, int inDoubt, string stream);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stream {Stream} does not know the last sequence number of ours in {ShardId}; looking by time instead.")]
    private static partial void LogMarkUnknown(ILogger logger, string stream, string shardId);
}

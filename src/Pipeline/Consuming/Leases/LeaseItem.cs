using System.Globalization;
using Amazon.DynamoDBv2.Model;
using Weir.Aws.Kinesis;

namespace Weir.Pipeline.Consuming.Leases;

/// <summary>
/// A lease as a row of KCL's lease table:
/// <code>
/// leaseKey S | leaseOwner S (absent without owner) | leaseCounter N | checkpoint S | checkpointSubSequenceNumber N | ownerSwitchesSinceCheckpoint N
/// parentShardId SS | childShardIds SS | startingHashKey S | endingHashKey S | checkpointOwner S (only during a handoff) | entityType S (3.5 on)
/// streamName S, shardId S (only with many streams, where leaseKey is account:stream:epoch:shard)
/// </code>
/// Whatever else a row holds is left as it is.
/// </summary>
internal sealed class LeaseItem(string? singleStream, string accountId)
{
    public const string KeyName = "leaseKey";

    public string KeyOf(LeaseKey key) => singleStream is null ? $"{StreamIdentifier(key.Stream, key.StreamCreated)}:{key.ShardId}" : key.ShardId;

    /// <summary>Null for a row that is no lease, or not one of ours to read.</summary>
    public Lease? Read(Dictionary<string, AttributeValue> item)
    {
        if (Text(item, "entityType") is { } type && type != "LEASE")
            return null;
        if (Text(item, KeyName) is not { } key || Text(item, "checkpoint") is not { } checkpoint)
            return null;
        var (stream, created, shard) = (singleStream ?? "", 0L, key);
        if (singleStream is null)
        {
            if (key.Split(':') is not [var account, var name, var epoch, var id] || account != accountId || !long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out created))
                return null;
            (stream, shard) = (name, id);
        }

        var handingOver = Text(item, "checkpointOwner");
        return new Lease(stream, created, shard, handingOver ?? Text(item, "leaseOwner"), Number(item, "leaseCounter"), new Checkpoint(checkpoint, Number(item, "checkpointSubSequenceNumber")), Names(item, "parentShardId"))
        {
            HandoffTo = handingOver is null ? null : Text(item, "leaseOwner"),
            OwnerSwitches = Number(item, "ownerSwitchesSinceCheckpoint"),
            ChildShardIds = Names(item, "childShardIds"),
            HashKeyRange = Text(item, "startingHashKey") is { } start && Text(item, "endingHashKey") is { } end ? new HashKeyRange(start, end) : null,
        };
    }

    public Dictionary<string, AttributeValue> Write(Lease lease)
    {
        var item = new Dictionary<string, AttributeValue>
        {
            [KeyName] = S(KeyOf(lease.Key)),
            ["leaseCounter"] = N(lease.Counter),
            ["checkpoint"] = S(lease.Checkpoint.Sequence),
            ["checkpointSubSequenceNumber"] = N(lease.Checkpoint.SubSequence),
            ["ownerSwitchesSinceCheckpoint"] = N(lease.OwnerSwitches),
        };
        if (lease.Owner is { } owner)
            item["leaseOwner"] = S(owner);
        if (lease.ParentShardIds.Count > 0)
            item["parentShardId"] = new AttributeValue { SS = [.. lease.ParentShardIds] };
        if (lease.ChildShardIds.Count > 0)
            item["childShardIds"] = new AttributeValue { SS = [.. lease.ChildShardIds] };
        if (lease.HashKeyRange is { } range)
        {
            item["startingHashKey"] = S(range.StartingHashKey);
            item["endingHashKey"] = S(range.EndingHashKey);
        }

        if (singleStream is null)
        {
            item["streamName"] = S(StreamIdentifier(lease.Stream, lease.StreamCreated));
            item["shardId"] = S(lease.ShardId);
        }

        return item;
    }

    public static AttributeValue S(string text) => new(text);

    public static AttributeValue N(long number) => new() { N = number.ToString(CultureInfo.InvariantCulture) };

    public static string? Text(Dictionary<string, AttributeValue> item, string name) => item.TryGetValue(name, out var value) && !string.IsNullOrEmpty(value.S) ? value.S : null;

    private static long Number(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) && long.TryParse(value.N ?? value.S, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string[] Names(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) && value.SS is { Count: > 0 } names ? [.. names.Order(StringComparer.Ordinal)] : [];

    private string StreamIdentifier(string stream, long created) => string.Create(CultureInfo.InvariantCulture, $"{accountId}:{stream}:{created}");
}

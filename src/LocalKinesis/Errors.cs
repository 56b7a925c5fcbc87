using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis;

/// <summary>The service's refusals in the service's words.</summary>
internal static class Errors
{
    public static KinesisException Validation(string message) => new(KinesisErrorCodes.Validation, message);

    public static KinesisException InvalidArgument(string message) => new(KinesisErrorCodes.InvalidArgument, message);

    public static KinesisException NotFound(string message) => new(KinesisErrorCodes.ResourceNotFound, message);

    public static KinesisException InUse(string message) => new(KinesisErrorCodes.ResourceInUse, message);

    public static KinesisException Limit(string message) => new(KinesisErrorCodes.LimitExceeded, message);

    public static KinesisException Internal(string message, Exception? inner = null) => new(KinesisErrorCodes.InternalFailure, message, 500, inner);

    public static KinesisException StreamNotFound(Engine engine, string stream) => NotFound($"Stream {stream} under account {engine.AccountId} not found.");

    public static KinesisException StreamExists(Engine engine, string stream) => InUse($"Stream {stream} under account {engine.AccountId} already exists.");

    public static KinesisException NotActive(Engine engine, LocalStream stream) =>
        InUse($"Stream {stream.Name} under account {engine.AccountId} not ACTIVE, instead in state {stream.Document.Status}");

    public static KinesisException ShardNotFound(Engine engine, string stream, string shard) =>
        NotFound($"Could not find shard {shard} in stream {stream} under account {engine.AccountId}.");

    public static KinesisException ShardDoesNotExist(Engine engine, string stream, string shard) =>
        NotFound($"Shard {shard} in stream {stream} under account {engine.AccountId} does not exist");

    public static string RateMessage(Engine engine, string stream, string shard) =>
        $"Rate exceeded for shard {shard} in stream {stream} under account {engine.AccountId}.";

    public static KinesisException RateExceeded(Engine engine, string stream, string shard) =>
        new(KinesisErrorCodes.ProvisionedThroughputExceeded, RateMessage(engine, stream, shard));

    /// <summary>Refuses when so many more open shards would be too many.</summary>
    public static void CheckShardLimit(Engine engine, int more)
    {
        var open = engine.OpenShards;
        if (more > 0 && open + (long)more > engine.Options.ShardLimit)
        {
            throw Limit(string.Create(
                CultureInfo.InvariantCulture,
                $"This request would exceed the shard limit for the account {engine.AccountId} in {engine.Options.Region}. Current shard count for the account: {open}. Limit: {engine.Options.ShardLimit}. Number of additional shards that would have resulted from this request: {more}. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits."));
        }
    }
}

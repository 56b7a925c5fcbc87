using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis;

/// <summary>Names of streams and consumers as ARNs: <c>arn:aws:kinesis:us-east-1:000000000000:stream/orders[/consumer/name:1731231231]</c>.</summary>
internal static class Arn
{
    public static string OfStream(Engine engine, string name) => $"arn:{Partition(engine.Options.Region)}:kinesis:{engine.Options.Region}:{engine.AccountId}:stream/{name}";

    public static string OfConsumer(Engine engine, string stream, string name, long createdMs) =>
        string.Create(CultureInfo.InvariantCulture, $"{OfStream(engine, stream)}/consumer/{name}:{createdMs / 1000}");

    public static string OfChannel(Engine engine, string id) => $"arn:{Partition(engine.Options.Region)}:kinesis:{engine.Options.Region}:{engine.AccountId}:channel/{id}";

    /// <summary>The stream that a call is about: by its name or by its ARN, which must agree.</summary>
    public static string NameOf(Engine engine, string? name, string? arn)
    {
        if (arn is null)
            return name ?? throw Errors.Validation("1 validation error detected: Value null at 'streamName' failed to satisfy constraint: Member must not be null");
        var (here, stream, _) = Parse(engine, arn);
        if (!here)
            throw Errors.NotFound($"Stream {stream} under account {arn.Split(':')[4]} not found.{Elsewhere(engine, arn)}");
        if (name is not null && name != stream)
            throw Errors.InvalidArgument($"StreamName {name} does not match the stream of StreamARN {arn}.");
        return stream;
    }

    /// <summary>The stream's name in the ARN of a stream or of one of its consumers.</summary>
    public static bool TryStream(string arn, [NotNullWhen(true)] out string? stream)
    {
        var parts = arn.Split(':', 6);
        stream = parts.Length == 6 && parts[5].Split('/') is ["stream", { Length: > 0 } name, ..] ? name : null;
        return stream is not null;
    }

    /// <summary>Whether the ARN is of this partition, region and account; the stream; and, for a consumer's ARN, the consumer with its creation time.</summary>
    public static (bool Here, string Stream, string? Consumer) Parse(Engine engine, string arn)
    {
        var parts = arn.Split(':', 6);
        if (parts.Length == 6 && parts[5].StartsWith("stream/", StringComparison.Ordinal))
        {
            var rest = parts[5]["stream/".Length..];
            var slash = rest.IndexOf("/consumer/", StringComparison.Ordinal);
            var here = IsHere(engine, parts) && parts[4] == engine.AccountId;
            return slash < 0 ? (here, rest, null) : (here, rest[..slash], rest[(slash + "/consumer/".Length)..]);
        }

        throw Errors.InvalidArgument($"{arn} is not the ARN of a stream or a consumer.");
    }

    private static bool IsHere(Engine engine, string[] parts) => parts[3] == engine.Options.Region && parts[1] == Partition(engine.Options.Region);

    /// <summary>Beyond the service's sentence, for who has an ARN of the right account from another endpoint.</summary>
    private static string Elsewhere(Engine engine, string arn) => IsHere(engine, arn.Split(':', 6))
        ? ""
        : $" This endpoint is of the partition {Partition(engine.Options.Region)} and the region {engine.Options.Region}, the ARN is not.";

    private static string Partition(string region) => region switch
    {
        _ when region.StartsWith("cn-", StringComparison.Ordinal) => "aws-cn",
        _ when region.StartsWith("us-gov-", StringComparison.Ordinal) => "aws-us-gov",
        _ => "aws",
    };
}

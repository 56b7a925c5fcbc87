using System.Text.Json.Serialization.Metadata;

namespace Weir.Aws.Protocol;

/// <summary>One operation of a JSON-protocol service: its name in <c>X-Amz-Target</c> and how its two shapes are written. Used by the client and by the server.</summary>
public sealed record AwsJsonOperation<TInput, TOutput>(string Name, JsonTypeInfo<TInput> Input, JsonTypeInfo<TOutput> Output);

/// <summary>The answer of an operation that answers nothing.</summary>
public sealed record Nothing
{
    public static Nothing Instance { get; } = new();
}

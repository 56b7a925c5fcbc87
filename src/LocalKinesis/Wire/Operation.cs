using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;

namespace Weir.LocalKinesis.Wire;

/// <summary>An operation that answers once: its shapes and what it does.</summary>
internal abstract class Operation(string name, StructureShape shape)
{
    protected static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public string Name => name;
    public StructureShape Shape => shape;

    /// <summary>Checks the input, acts, and writes the answer as JSON; nothing for an operation that answers nothing.</summary>
    /// <exception cref="KinesisException">The refusal.</exception>
    public abstract Task InvokeAsync(Engine engine, JsonElement input, IBufferWriter<byte> output, CancellationToken cancellationToken);
}

internal sealed class Operation<TInput, TOutput>(
    AwsJsonOperation<TInput, TOutput> contract,
    StructureShape shape,
    Func<Engine, TInput, CancellationToken, Task<TOutput>> act) : Operation(contract.Name, shape)
{
    public override async Task InvokeAsync(Engine engine, JsonElement input, IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        var request = Bind(input, engine.Rates);
        var answer = await act(engine, request, cancellationToken).ConfigureAwait(false);
        if (answer is Nothing)
            return;
        using var writer = new Utf8JsonWriter(output, Plain);
        JsonSerializer.Serialize(writer, answer, contract.Output);
    }

    /// <summary>The same for a call within the process.</summary>
    public Task<TOutput> InvokeAsync(Engine engine, TInput request, CancellationToken cancellationToken)
    {
        var input = JsonSerializer.SerializeToElement(request, contract.Input);
        Constraints.Check(input, Shape);
        return act(engine, request, cancellationToken);
    }

    /// <summary>Reads and checks an input.</summary>
    /// <param name="input">As the client sent it.</param>
    /// <param name="rates">Counts the call when it is valid; null where it is not one of those that are limited.</param>
    public TInput Bind(JsonElement input, ApiRates? rates = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
            InputReader.Normalize(input, Shape, writer);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        Constraints.Check(document.RootElement, Shape);
        rates?.Count(Name, document.RootElement);
        return document.RootElement.Deserialize(contract.Input)!;
    }
}

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
        var request = Bind(input, engine);
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
    /// <param name="engine">Counts the call when it is valid, and knows whose records need no key; null where neither matters.</param>
    public TInput Bind(JsonElement input, Engine? engine = null)
    {
        using var document = Normal(input, Shape);
        if (engine is null || SpreadRecords.ShapeOf(engine, Name, document.RootElement) is not { } spread)
            return Checked(document.RootElement, Shape, engine);
        using var keyless = Normal(document.RootElement, spread);
        return Checked(keyless.RootElement, spread, engine);
    }

    private TInput Checked(JsonElement input, StructureShape shape, Engine? engine)
    {
        Constraints.Check(input, shape);
        engine?.Rates.Count(Name, input);
        return input.Deserialize(contract.Input)!;
    }

    private static JsonDocument Normal(JsonElement input, StructureShape shape)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
            InputReader.Normalize(input, shape, writer);
        return JsonDocument.Parse(buffer.WrittenMemory);
    }
}

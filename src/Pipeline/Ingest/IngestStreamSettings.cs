using Microsoft.Extensions.Options;

namespace Weir.Pipeline.Ingest;

/// <summary>A stream's options, compiled.</summary>
internal sealed record IngestStreamSettings(JsonPointer? PartitionKey, JsonPointer? RecordId)
{
    public static IngestStreamSettings None { get; } = new(null, null);

    public static IngestStreamSettings From(IngestStreamOptions options) => new(
        string.IsNullOrEmpty(options.PartitionKeyPointer) ? null : JsonPointer.Parse(options.PartitionKeyPointer),
        string.IsNullOrEmpty(options.RecordIdPointer) ? null : JsonPointer.Parse(options.RecordIdPointer));
}

/// <summary>Stops the host when a pointer is no pointer, naming its key.</summary>
internal sealed class IngestOptionsValidator : IValidateOptions<IngestOptions>
{
    public ValidateOptionsResult Validate(string? name, IngestOptions options)
    {
        var failures = new List<string>();
        foreach (var (stream, settings) in options.Streams)
        {
            Check(stream, nameof(settings.PartitionKeyPointer), settings.PartitionKeyPointer);
            Check(stream, nameof(settings.RecordIdPointer), settings.RecordIdPointer);
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void Check(string stream, string key, string? pointer)
        {
            try
            {
                _ = string.IsNullOrEmpty(pointer) ? null : JsonPointer.Parse(pointer);
            }
            catch (FormatException e)
            {
                failures.Add($"{IngestOptions.Section}:Streams:{stream}:{key}: {e.Message}");
            }
        }
    }
}

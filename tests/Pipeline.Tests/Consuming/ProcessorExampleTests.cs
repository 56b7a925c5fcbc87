using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Weir.Pipeline.Consuming.Processing;
using Weir.Pipeline.Sinks;

namespace Weir.Pipeline.Tests.Consuming;

/// <summary>The processor that docs/consumers.md shows: this is it, compiled and run.</summary>
public sealed class ProcessorExampleTests
{
    [Fact]
    public async Task The_example_marks_large_orders_and_leaves_the_rest()
    {
        var batch = new[] { Record("1", """{"id":7,"amount":250.5}"""), Record("2", """{"id":8,"amount":3}"""), Record("3", "no json") };

        var result = await new MarkLargeOrders().ProcessAsync(batch, default);

        Assert.Equal(["""{"id":7,"amount":250.5,"large":true}""", """{"id":8,"amount":3}""", "no json"], result.Output.Select(r => Encoding.UTF8.GetString(r.Data.Span)));
        Assert.Null(result.FirstFailed);
    }

    [Fact]
    public void The_documentation_shows_exactly_this_class()
    {
        var source = File.ReadAllText(Path());
        var start = source.LastIndexOf("\ninternal sealed class MarkLargeOrders", StringComparison.Ordinal);
        var documentation = File.ReadAllText(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path())!, "../../../docs/consumers.md"));

        Assert.Contains(source[start..].Trim(), documentation, StringComparison.Ordinal);
    }

    private static string Path([CallerFilePath] string path = "") => path;

    private static CleanRecord Record(string sequence, string data) => new("orders", "shardId-000000000000", sequence, 0, "k", DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(data), "rules", 0);
}

internal sealed class MarkLargeOrders : IRecordProcessor
{
    public Task<ProcessingResult> ProcessAsync(IReadOnlyList<CleanRecord> batch, CancellationToken cancellationToken) =>
        Task.FromResult(new ProcessingResult([.. batch.Select(Mark)]));

    private static CleanRecord Mark(CleanRecord record)
    {
        var text = Encoding.UTF8.GetString(record.Data.Span);
        if (!text.EndsWith('}'))
            return record;
        using var json = JsonDocument.Parse(text);
        return json.RootElement.TryGetProperty("amount", out var amount) && amount.GetDecimal() > 100
            ? record with { Data = Encoding.UTF8.GetBytes(text[..^1] + ",\"large\":true}") }
            : record;
    }
}

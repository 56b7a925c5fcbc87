using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Records;

/// <summary>What the records page shows: <c>/records?stream=orders&amp;q=refund&amp;live=0&amp;record=orders~shardId-…~4965…~0</c>.</summary>
/// <param name="Live">Whether new records come by themselves.</param>
/// <param name="Record">The record whose details are open, as <see cref="Id"/> writes it.</param>
public sealed record RecordsView(string? Stream = null, string? Text = null, bool Live = true, string? Record = null)
{
    public static RecordsView From(string uri)
    {
        var query = Query.Of(uri);
        return new(query.Text("stream"), query.Text("q"), query.Flag("live", true), query.Text("record"));
    }

    public static string Id(Pipeline.Sinks.StoredRecord record) => $"{record.Stream}~{record.ShardId}~{record.SequenceNumber}~{record.SubSequenceNumber}";

    public string ToUrl() => new Query().With("stream", Stream).With("q", Text).With("live", Live, true).With("record", Record).On(Links.Records);
}

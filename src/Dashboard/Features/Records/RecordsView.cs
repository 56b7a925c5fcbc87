using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Records;

/// <summary>What the records page shows: <c>/records?stream=orders&amp;q=refund&amp;before=4711&amp;record=orders~shardId-…~4965…~0</c>.</summary>
/// <param name="Live">Whether new records come by themselves; on the newest page only.</param>
/// <param name="Record">The record whose details are open, as <see cref="Id"/> writes it.</param>
/// <param name="Before">Where the page starts, null for the newest.</param>
public sealed record RecordsView(string? Stream = null, string? Text = null, bool Live = true, string? Record = null, string? Before = null)
{
    /// <summary>Records on a page.</summary>
    public const int PageSize = 100;

    public static RecordsView From(string uri)
    {
        var query = Query.Of(uri);
        return new(query.Text("stream"), query.Text("q"), query.Flag("live", true), query.Text("record"), query.Text("before"));
    }

    public static string Id(Pipeline.Sinks.StoredRecord record) => $"{record.Stream}~{record.ShardId}~{record.SequenceNumber}~{record.SubSequenceNumber}";

    public Pipeline.Sinks.RecordQuery ToQuery() => new(Stream, Text, PageSize, Before);

    public string ToUrl() => new Query().With("stream", Stream).With("q", Text).With("live", Live, true).With("record", Record).With("before", Before).On(Links.Records);
}

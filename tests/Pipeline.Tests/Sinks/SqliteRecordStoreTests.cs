using System.Globalization;
using System.Text;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Sinks.Sqlite;

namespace Weir.Pipeline.Tests.Sinks;

public sealed class SqliteRecordStoreTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-store-").FullName;
    private readonly PipelineDatabase _database;
    private readonly SqliteRecordStore _store;

    public SqliteRecordStoreTests()
    {
        _database = new PipelineDatabase(Path.Combine(_folder, "records.db"));
        _store = new SqliteRecordStore(_database, TimeProvider.System) { SearchWindow = 10 };
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_lead_from_the_newest_record_to_the_oldest_without_a_gap_or_a_double()
    {
        await StoreAsync(25, "orders");
        await StoreAsync(5, "returns");

        Assert.Equal([.. Numbers(24, 0)], await AllAsync(new RecordQuery("orders", Limit: 10)));
        Assert.Equal(30, (await AllAsync(new RecordQuery(Limit: 7))).Count);
    }

    [Fact]
    public async Task A_page_that_ends_at_the_oldest_record_leads_nowhere()
    {
        await StoreAsync(10, "orders");

        Assert.Null((await _store.ReadAsync(new RecordQuery(Limit: 10), Cancel)).Next);
        Assert.Null((await _store.ReadAsync(new RecordQuery(Limit: 100), Cancel)).Next);
    }

    [Fact]
    public async Task An_empty_store_is_one_empty_page()
    {
        var page = await _store.ReadAsync(new RecordQuery(Contains: "x"), Cancel);

        Assert.Empty(page.Records);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task A_search_looks_at_a_bounded_number_of_records_and_says_where_to_go_on()
    {
        await StoreAsync(25, "orders");

        var first = await _store.ReadAsync(new RecordQuery(Contains: "\"n\":3}"), Cancel);
        Assert.Empty(first.Records);
        Assert.NotNull(first.Next);
        Assert.Equal(["3"], await AllAsync(new RecordQuery(Contains: "\"n\":3}")));
    }

    [Fact]
    public async Task A_search_that_fills_its_page_goes_on_behind_the_last_one_found()
    {
        await StoreAsync(25, "orders");

        Assert.Equal([.. Numbers(24, 0)], await AllAsync(new RecordQuery(Contains: "\"n\":", Limit: 4)));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1.5")]
    public async Task A_place_that_no_page_gave_out_is_refused(string before)
    {
        var e = await Assert.ThrowsAsync<ArgumentException>(() => _store.ReadAsync(new RecordQuery(Before: before), Cancel));

        Assert.Contains(before, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_without_a_byte_is_stored_like_any_other()
    {
        await _store.WriteAsync([new CleanRecord("orders", "shardId-000000000000", "1", 0, "key", Start, ReadOnlyMemory<byte>.Empty, "set", 0)], Cancel);

        Assert.Equal("", Assert.Single((await _store.ReadAsync(new RecordQuery("orders"), Cancel)).Records).Data);
        Assert.Equal(1, await _store.CountAsync("orders", Cancel));
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static IEnumerable<string> Numbers(int from, int to) => Enumerable.Range(to, from - to + 1).Reverse().Select(n => n.ToString(CultureInfo.InvariantCulture));

    private Task StoreAsync(int count, string stream) => _store.WriteAsync(
        [.. Enumerable.Range(0, count).Select(n => new CleanRecord(stream, "shardId-000000000000", $"{n:D3}", 0, "key", Start.AddSeconds(n), Encoding.UTF8.GetBytes($$"""{"n":{{n}}}"""), "set", 0))], Cancel);

    private async Task<List<string>> AllAsync(RecordQuery query)
    {
        var all = new List<string>();
        RecordPage page;
        do
        {
            page = await _store.ReadAsync(query, Cancel);
            all.AddRange(page.Records.Select(r => int.Parse(r.SequenceNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)));
            query = query with { Before = page.Next };
        }
        while (page.Next is not null);
        return all;
    }
}

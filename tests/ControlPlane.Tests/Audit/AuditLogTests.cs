using Microsoft.Data.Sqlite;
using Weir.ControlPlane.Audit;

namespace Weir.ControlPlane.Tests.Audit;

public sealed class AuditLogTests : IDisposable
{
    private readonly TestState _state = new();

    [Fact]
    public async Task An_untouched_log_verifies_and_tells_its_head()
    {
        await WriteAsync(5);

        var result = await _state.Audit.VerifyAsync(CancellationToken.None);

        var last = Assert.Single(await _state.Audit.QueryAsync(new AuditQuery(Limit: 1), CancellationToken.None));
        Assert.Equal((5, null, last.Hash), (result.Checked, result.FirstBrokenId, result.HeadHash));
    }

    [Theory]
    [InlineData("UPDATE audit SET outcome = 'done' WHERE id = 3", 3)]
    [InlineData("UPDATE audit SET detail = '' WHERE id = 3", 3)]
    [InlineData("UPDATE audit SET actor_name = actor_name || action, action = '' WHERE id = 3", 3)]
    [InlineData("UPDATE audit SET at = '2020-01-01T00:00:00.0000000Z' WHERE id = 1", 1)]
    [InlineData("DELETE FROM audit WHERE id = 2", 3)]
    [InlineData("DELETE FROM audit WHERE id = 1", 2)]
    [InlineData("UPDATE audit SET hash = (SELECT hash FROM audit WHERE id = 1) WHERE id = 5", 5)]
    [InlineData("INSERT INTO audit SELECT 6, at, actor_id, actor_name, action, target, outcome, detail, hash FROM audit WHERE id = 5", 6)]
    public async Task A_line_changed_behind_our_back_breaks_the_chain_there(string tampering, long brokenAt)
    {
        await WriteAsync(5);
        WithoutTriggers(tampering);

        var result = await _state.Audit.VerifyAsync(CancellationToken.None);

        Assert.Equal(brokenAt, result.FirstBrokenId);
    }

    [Fact]
    public async Task Lines_cut_off_the_end_are_told_by_the_head()
    {
        await WriteAsync(5);
        var before = await _state.Audit.VerifyAsync(CancellationToken.None);
        WithoutTriggers("DELETE FROM audit WHERE id = 5");

        var after = await _state.Audit.VerifyAsync(CancellationToken.None);

        Assert.Null(after.FirstBrokenId);
        Assert.NotEqual(before.HeadHash, after.HeadHash);
    }

    [Theory]
    [InlineData("UPDATE audit SET outcome = 'done'")]
    [InlineData("DELETE FROM audit")]
    public async Task The_database_itself_refuses_to_change_a_line(string sql)
    {
        await WriteAsync(1);

        Assert.Contains("append-only", Assert.Throws<SqliteException>(() => _state.Database.Execute(sql)).Message);
    }

    [Fact]
    public async Task Lines_written_at_once_make_one_chain()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(w => Task.Run(() => WriteAsync(10))));

        Assert.Equal(new AuditVerification(40, null), await _state.Audit.VerifyAsync(CancellationToken.None) with { HeadHash = null });
    }

    [Fact]
    public async Task A_log_longer_than_a_page_verifies_to_its_end()
    {
        await WriteAsync(1);
        var line = Assert.Single(await _state.Audit.QueryAsync(new AuditQuery(), CancellationToken.None));
        WithoutTriggers($"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO audit SELECT i, '{line.At.UtcDateTime:O}', 'a', 'a', 'a', 'a', 'done', NULL, 'x' FROM n");

        Assert.Equal(2, (await _state.Audit.VerifyAsync(CancellationToken.None)).FirstBrokenId);
    }

    [Fact]
    public async Task A_query_filters_and_pages_backwards()
    {
        await _state.Audit.AppendAsync(TestState.Admin, "save-rule", "email", "done", null, CancellationToken.None);
        await _state.Audit.AppendAsync(TestState.Viewer, "save-rule", "email", "denied", null, CancellationToken.None);
        await _state.Audit.AppendAsync(TestState.Operator, "reshard-stream", "orders", "done", null, CancellationToken.None);

        async Task<string> IdsAsync(AuditQuery query) => string.Join(' ', (await _state.Audit.QueryAsync(query, CancellationToken.None)).Select(e => e.Id));
        Assert.Equal("3 2 1", await IdsAsync(new AuditQuery()));
        Assert.Equal("2", await IdsAsync(new AuditQuery(Outcome: "denied")));
        Assert.Equal("2 1", await IdsAsync(new AuditQuery(Action: "save-rule")));
        Assert.Equal("1", await IdsAsync(new AuditQuery(Actor: "aDa")));
        Assert.Empty(await IdsAsync(new AuditQuery(Actor: "%")));
        Assert.Equal("2", await IdsAsync(new AuditQuery(BeforeId: 3, Limit: 1)));
    }

    public void Dispose() => _state.Dispose();

    private async Task WriteAsync(int lines)
    {
        for (var i = 0; i < lines; i++)
        {
            await _state.Audit.AppendAsync(TestState.Admin, "reshard-stream", $"orders-{i}", "started", null, CancellationToken.None);
            _state.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private void WithoutTriggers(string sql)
    {
        _state.Database.Execute("DROP TRIGGER IF EXISTS audit_is_never_changed");
        _state.Database.Execute("DROP TRIGGER IF EXISTS audit_is_never_deleted");
        Assert.True(_state.Database.Execute(sql) >= 1);
    }
}

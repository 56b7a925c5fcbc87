using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Fleet;

namespace Weir.Peers.Tests.Fleet;

/// <summary>Consoles with a state database each, and one audit log in dynalite, which refuses calls and loses replies.</summary>
public sealed class SharedAuditLogTests : FleetTest
{
    private static readonly Actor Ada = new("1", "Ada", [Roles.Admin]);
    private static readonly Actor Otto = new("2", "Otto", [Roles.Operator]);
    [Fact]
    public async Task Lines_that_two_consoles_write_at_once_make_one_chain_that_both_show()
    {
        var (one, two) = (Log("one"), Log("two"));
        await one.AppendAsync(Ada, "save-rule", "email", "done", null, default);
        (Dynamo.Trouble.Refused, Dynamo.Trouble.AnswerLost) = (10, 20);

        await Task.WhenAll(
            Task.Run(() => WriteAsync(one, Ada, "save-rule")),
            Task.Run(() => WriteAsync(two, Otto, "reshard-stream")));

        Assert.True(Dynamo.Trouble.Troubles > 0);
        Assert.Equal(new AuditVerification(31, null), await one.VerifyAsync(default) with { HeadHash = null });
        var seen = await two.QueryAsync(new AuditQuery(), default);
        Assert.Equal(Enumerable.Range(1, 31).Reverse().Select(i => (long)i), seen.Select(l => l.Id));
        Assert.Equal(seen, await one.QueryAsync(new AuditQuery(), default));
        Assert.Equal(15, (await one.QueryAsync(new AuditQuery(Actor: "Otto"), default)).Count);
        Assert.Equal([20L, 19], (await two.QueryAsync(new AuditQuery(BeforeId: 21, Limit: 2), default)).Select(l => l.Id));
        Assert.Equal((await one.VerifyAsync(default)).HeadHash, (await two.VerifyAsync(default)).HeadHash);
    }

    [Fact]
    public async Task Without_the_table_nothing_is_audited()
    {
        var one = Log("one");
        await one.AppendAsync(Ada, "save-rule", "email", "done", null, default);
        Dynamo.Trouble.Refused = 100;

        await Assert.ThrowsAnyAsync<Amazon.DynamoDBv2.AmazonDynamoDBException>(() => one.AppendAsync(Ada, "save-rule", "phone", "started", null, default));

        Dynamo.Trouble.Refused = 0;
        Assert.Equal("email", Assert.Single(await one.QueryAsync(new AuditQuery(), default)).Target);
    }

    [Fact]
    public async Task A_line_changed_or_cut_off_in_the_table_is_told_by_the_console_that_has_a_copy()
    {
        var one = Log("one");
        for (var i = 0; i < 5; i++)
            await one.AppendAsync(Ada, "save-rule", $"{i}", "done", null, default);
        var row = (await Dynamo.Client.GetItemAsync("weir-state", StateTable.Key("audit", StateTable.Sort(3)))).Item;
        var honest = row["line"].S;
        row["line"].S = honest.Replace("save-rule", "sleep", StringComparison.Ordinal);
        await Dynamo.Client.PutItemAsync("weir-state", row);
        Assert.Equal(3, (await Log("two").VerifyAsync(default)).FirstBrokenId);

        row["line"].S = honest;
        await Dynamo.Client.PutItemAsync("weir-state", row);
        await Dynamo.Client.DeleteItemAsync("weir-state", StateTable.Key("audit", StateTable.Sort(5)));
        Assert.Equal(5, (await one.VerifyAsync(default)).FirstBrokenId);
    }

    [Fact]
    public async Task What_a_verb_left_on_the_database_of_one_stands_in_the_log_of_all_once()
    {
        var one = Log("one");
        await new SqliteAuditLog(Database("one"), TimeProvider.System).AppendAsync(Ada, "create-api-token", "ci", "done", null, default);
        Assert.True(one.ChangedHere());

        await one.FollowAsync(default);
        await one.FollowAsync(default);

        Assert.False(one.ChangedHere());
        Assert.Equal("create-api-token", Assert.Single(await Log("two").QueryAsync(new AuditQuery(), default)).Action);
    }

    private static async Task WriteAsync(SharedAuditLog log, Actor by, string action)
    {
        for (var i = 0; i < 15; i++)
            await log.AppendAsync(by, action, $"{i}", "done", null, default);
    }

    private SharedAuditLog Log(string name) => new(Table(), Database(name), TimeProvider.System);
}

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Weir.Peers.Tests.Running;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.Peers.Tests.Dynamo;

/// <summary>Our lease table on dynalite: the rows that KCL writes are read, and what we write is what KCL writes.</summary>
public sealed class DynamoLeaseTests : IAsyncLifetime
{
    private Dynalite _peer = null!;

    private AmazonDynamoDBClient Dynamo => _peer.Client;

    public async ValueTask InitializeAsync() => _peer = await Dynalite.StartAsync();

    public ValueTask DisposeAsync() => _peer?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_lease_goes_through_its_life_and_every_late_write_is_refused()
    {
        var store = await StoreAsync("life");
        var made = new Lease("orders", 1_700_000_000, "shardId-000000000001", null, 0, Checkpoint.TrimHorizon, ["shardId-000000000000"]) { HashKeyRange = new("0", "99") };
        Assert.True(await store.CreateAsync(made, default));
        Assert.False(await store.CreateAsync(made, default));

        var taken = await store.TakeAsync(made, "one", default);
        Assert.Null(await store.TakeAsync(made, "two", default));
        var renewed = await store.RenewAsync(taken!, default);
        Assert.Null(await store.RenewAsync(taken!, default));
        var moved = await store.CheckpointAsync(renewed!, new Checkpoint("4959", 3), [], default);
        Assert.Null(await store.CheckpointAsync(renewed!, new Checkpoint("4960"), [], default));
        var ended = await store.CheckpointAsync(moved!, Checkpoint.ShardEnd, ["shardId-000000000002", "shardId-000000000003"], default);
        Assert.Equivalent(ended, await store.GetAsync(made.Key, default), strict: true);
        Assert.Equivalent(ended, Assert.Single(await store.ListAsync(default)), strict: true);

        Assert.True(await store.EvictAsync(ended!, default));
        Assert.False(await store.EvictAsync(ended!, default));
        var row = await RowAsync("life", "000000000000:orders:1700000000:shardId-000000000001");
        Assert.DoesNotContain("leaseOwner", row.Keys);
        Assert.Equal("5", row["leaseCounter"].N);
    }

    [Fact]
    public async Task A_rewound_lease_is_nobodys_and_its_owner_cannot_go_on()
    {
        var store = await StoreAsync("rewind");
        var made = new Lease("orders", 1, "shardId-000000000000", null, 0, Checkpoint.TrimHorizon, []);
        await store.CreateAsync(made, default);
        var owned = await store.CheckpointAsync((await store.TakeAsync(made, "one", default))!, new Checkpoint("77"), [], default);

        var rewound = await store.RewindAsync(owned!, Checkpoint.TrimHorizon, default);

        Assert.Null(rewound!.Owner);
        Assert.Null(await store.CheckpointAsync(owned!, new Checkpoint("78"), [], default));
        Assert.Equal(Checkpoint.TrimHorizon, (await store.GetAsync(made.Key, default))!.Checkpoint);
    }

    /// <summary>Rows as KCL 2.x, 3.0 to 3.4 and 3.5 leave them, and rows of 3.5 that are no leases.</summary>
    [Fact]
    public async Task The_rows_of_every_kcl_family_are_read_and_their_other_attributes_kept()
    {
        var store = await StoreAsync("golden", singleStream: "orders");
        await PutAsync("golden", new()
        {
            ["leaseKey"] = new("shardId-000000000000"),
            ["leaseOwner"] = new("host:2x"),
            ["leaseCounter"] = N("41"),
            ["checkpoint"] = new("49590338271490256608559692538361571095921575989136588898"),
            ["checkpointSubSequenceNumber"] = N("0"),
            ["ownerSwitchesSinceCheckpoint"] = N("2"),
            ["pendingCheckpoint"] = new("49590338271490256608559692538361571095921575989136588899"),
            ["pendingCheckpointState"] = N("7"),
        });
        await PutAsync("golden", new()
        {
            ["leaseKey"] = new("shardId-000000000001"),
            ["leaseOwner"] = new("new"),
            ["checkpointOwner"] = new("old"),
            ["leaseCounter"] = N("5"),
            ["checkpoint"] = new("TRIM_HORIZON"),
            ["checkpointSubSequenceNumber"] = N("0"),
            ["ownerSwitchesSinceCheckpoint"] = N("0"),
            ["parentShardId"] = new() { SS = ["shardId-000000000000"] },
            ["startingHashKey"] = new("0"),
            ["endingHashKey"] = new("170141183460469231731687303715884105727"),
            ["throughputKBps"] = N("12.500000"),
        });
        await PutAsync("golden", new()
        {
            ["leaseKey"] = new("shardId-000000000002"),
            ["entityType"] = new("LEASE"),
            ["leaseCounter"] = N("0"),
            ["checkpoint"] = new("SHARD_END"),
            ["checkpointSubSequenceNumber"] = N("0"),
            ["ownerSwitchesSinceCheckpoint"] = N("0"),
            ["childShardIds"] = new() { SS = ["shardId-000000000004", "shardId-000000000003"] },
        });
        await PutAsync("golden", new() { ["leaseKey"] = new("Leader"), ["entityType"] = new("LEADER"), ["ownerName"] = new("w"), ["recordVersionNumber"] = new("guid") });
        await PutAsync("golden", new() { ["leaseKey"] = new("Migration3.0"), ["entityType"] = new("CLIENT_VERSION_MIGRATION"), ["cv"] = new("CLIENT_VERSION_2X") });

        var leases = await store.ListAsync(default);

        Assert.Equal(3, leases.Count);
        Assert.Equal(("host:2x", 41L, 2L), (leases[0].Owner, leases[0].Counter, leases[0].OwnerSwitches));
        Assert.Equal(("old", "new"), (leases[1].Owner, leases[1].HandoffTo));
        Assert.Equal(["shardId-000000000000"], leases[1].ParentShardIds);
        Assert.True(leases[2].IsEnded);
        Assert.Equal(["shardId-000000000003", "shardId-000000000004"], leases[2].ChildShardIds);

        // The old owner may renew and move the checkpoint during a handoff; what it gives back is only the handoff.
        var renewed = await store.RenewAsync(leases[1], default);
        Assert.NotNull(renewed);
        Assert.True(await store.EvictAsync(renewed, default));
        var row = await RowAsync("golden", "shardId-000000000001");
        Assert.Equal("new", row["leaseOwner"].S);
        Assert.DoesNotContain("checkpointOwner", row.Keys);
        Assert.Equal("12.5", row["throughputKBps"].N.TrimEnd('0'));

        await store.CheckpointAsync(leases[0], new Checkpoint("49590338271490256608559692538361571095921575989136588999"), [], default);
        Assert.DoesNotContain("pendingCheckpoint", (await RowAsync("golden", "shardId-000000000000")).Keys);
    }

    [Fact]
    public async Task A_new_row_holds_what_kcl_writes_and_nothing_else()
    {
        var store = await StoreAsync("written", singleStream: "orders");
        await store.CreateAsync(new Lease("orders", 0, "shardId-000000000009", null, 0, Checkpoint.TrimHorizon, ["shardId-000000000007", "shardId-000000000008"]) { HashKeyRange = new("0", "340282366920938463463374607431768211455") }, default);

        var row = await RowAsync("written", "shardId-000000000009");

        Assert.Equal(["checkpoint", "checkpointSubSequenceNumber", "endingHashKey", "leaseCounter", "leaseKey", "ownerSwitchesSinceCheckpoint", "parentShardId", "startingHashKey"], row.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(2, row["parentShardId"].SS.Count);
    }

    [Theory]
    [InlineData("CLIENT_VERSION_3X", true)]
    [InlineData("CLIENT_VERSION_3X_WITH_ROLLBACK", true)]
    [InlineData("CLIENT_VERSION_UPGRADE_FROM_2X", false)]
    public async Task A_table_that_a_leader_governs_is_refused(string version, bool refused)
    {
        var store = await StoreAsync("led");
        await PutAsync("led", new() { ["leaseKey"] = new("Migration3.0"), ["entityType"] = new("CLIENT_VERSION_MIGRATION"), ["cv"] = new(version) });

        var problem = await Record.ExceptionAsync(() => store.PrepareAsync(default));

        Assert.Equal(refused, problem is LeaseTableRefusedException);
        if (refused)
            Assert.Contains("KCL 3", problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leader_that_keeps_its_state_in_a_table_of_its_own_is_found_there()
    {
        await Pipeline.Sinks.DynamoDb.DynamoTable.EnsureAsync(
            Dynamo, new CreateTableRequest { TableName = "old-CoordinatorState", AttributeDefinitions = [new("key", ScalarAttributeType.S)], KeySchema = [new("key", KeyType.HASH)] }, null, TimeProvider.System, default);
        await PutAsync("old-CoordinatorState", new() { ["key"] = new("Migration3.0"), ["cv"] = new("CLIENT_VERSION_3X") });

        await Assert.ThrowsAsync<LeaseTableRefusedException>(() => StoreAsync("old"));
    }

    private async Task<DynamoLeaseStore> StoreAsync(string table, string? singleStream = null)
    {
        var store = new DynamoLeaseStore(Dynamo, table, table, singleStream, "000000000000", TimeProvider.System);
        await store.PrepareAsync(default);
        return store;
    }

    private static AttributeValue N(string number) => new() { N = number };

    private Task PutAsync(string table, Dictionary<string, AttributeValue> item) => Dynamo.PutItemAsync(table, item);

    private async Task<Dictionary<string, AttributeValue>> RowAsync(string table, string key) => (await Dynamo.GetItemAsync(table, new() { ["leaseKey"] = new(key) }, true)).Item;
}

using Weir.Dashboard.Features.Audit;
using Weir.Dashboard.Features.Consumers;
using Weir.Dashboard.Features.Overview;
using Weir.Dashboard.Features.Records;
using Weir.Dashboard.Features.Rules;
using Weir.Dashboard.Features.Streams;

namespace Weir.Dashboard.Tests.Features;

/// <summary>The address is the state of a page: what is written is read back.</summary>
public sealed class ViewTests
{
    [Fact]
    public void Overview()
    {
        OverviewView[] views = [new(), new("48h"), new("1h", "orders & returns", new DateTimeOffset(2026, 3, 1, 12, 0, 5, TimeSpan.Zero))];
        Assert.All(views, v => Assert.Equal(v, OverviewView.From("http://host" + v.ToUrl())));
    }

    [Fact]
    public void Streams()
    {
        StreamsView[] views = [new(), new("a b/ü", "load", "table"), new(Sort: "spool", As: "cards")];
        Assert.All(views, v => Assert.Equal(v, StreamsView.From("http://host" + v.ToUrl())));
    }

    [Fact]
    public void Consumers()
    {
        ConsumersView[] views = [new(), new("orders", "age")];
        Assert.All(views, v => Assert.Equal(v, ConsumersView.From("http://host" + v.ToUrl())));
    }

    [Fact]
    public void Stream()
    {
        StreamView[] views =
        [
            new("orders"),
            new("a b/ü?&#", "1h", "table", "all", "throttles", "shardId-000000000003"),
            new("orders", Shard: "x&y=z"),
            new("orders", "6h", Until: new DateTimeOffset(2026, 3, 1, 23, 59, 59, TimeSpan.Zero)),
        ];
        Assert.All(views, v => Assert.Equal(v, StreamView.From(v.Stream, "http://host" + v.ToUrl())));
    }

    [Fact]
    public void Report()
    {
        ReportView[] views = [new(), new("24h"), new("365d"), new("own", new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 31)), new("own", From: new DateOnly(2026, 1, 1))];
        Assert.All(views, v => Assert.Equal(v, ReportView.Of("http://host" + v.ToUrl())));
    }

    [Fact]
    public void Rule_sets()
    {
        RuleSetsView[] lists = [new(), new("waiting"), new("used"), new("discarded")];
        Assert.All(lists, v => Assert.Equal(v, RuleSetsView.From("http://host" + v.ToUrl())));
        RuleSetView[] views = [new(7), new(7, "rules"), new(12, "shadow"), new(7, "bench"), new(7, "history")];
        Assert.All(views, v => Assert.Equal(v, RuleSetView.From(v.Number, "http://host" + v.ToUrl())));
    }

    [Fact]
    public void Rules()
    {
        RulesView[] views = [new(), new("phone & fax", "off", true)];
        Assert.All(views, v => Assert.Equal(v, RulesView.From("http://host" + v.ToUrl())));
    }

    [Fact]
    public void Records()
    {
        RecordsView[] views = [new(), new("orders", "a+b=c&d \"ü\"", false, "orders~shardId-000000000000~123~0"), new(Before: "4711")];
        Assert.All(views, v => Assert.Equal(v, RecordsView.From("http://host" + v.ToUrl())));
    }

    [Fact]
    public void Audit()
    {
        AuditView[] views = [new(), new("Ada Lovelace", "reshard-stream", "denied", 120)];
        Assert.All(views, v => Assert.Equal(v, AuditView.From("http://host" + v.ToUrl())));
    }

    [Fact]
    public void What_is_at_its_default_is_not_in_the_address()
    {
        Assert.Equal("/", new OverviewView().ToUrl());
        Assert.Equal("/streams/orders", new StreamView("orders").ToUrl());
        Assert.Equal("/records", new RecordsView().ToUrl());
    }

    [Fact]
    public void Words_that_are_none_fall_back_to_the_default() =>
        Assert.Equal(new StreamView("orders"), StreamView.From("orders", "http://host/streams/orders?span=9y&view=pie&show=&sort=%00"));
}

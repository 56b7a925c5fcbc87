using Weir.ControlPlane.Live;

namespace Weir.ControlPlane.Tests.Live;

public sealed class FeedTests
{
    [Fact]
    public async Task A_watcher_gets_what_is_there_and_then_every_change_that_it_is_fast_enough_for()
    {
        var feed = new Feed<string>();
        feed.Publish("first");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var watcher = feed.WatchAsync(stop.Token).GetAsyncEnumerator(stop.Token);

        Assert.True(await watcher.MoveNextAsync());
        Assert.Equal("first", watcher.Current);

        var next = watcher.MoveNextAsync();
        feed.Publish("second");
        Assert.True(await next);
        Assert.Equal("second", watcher.Current);
    }

    [Fact]
    public async Task A_slow_watcher_skips_to_the_newest_and_holds_nobody_back()
    {
        var feed = new Feed<string>();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var watcher = feed.WatchAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var first = watcher.MoveNextAsync();
        for (var i = 0; i < 1000; i++)
        {
            feed.Publish($"{i}");
        }

        Assert.True(await first);
        if (watcher.Current != "999")
        {
            Assert.True(await watcher.MoveNextAsync());
        }

        Assert.Equal("999", watcher.Current);
    }

    [Fact]
    public async Task A_watcher_that_leaves_is_forgotten()
    {
        var feed = new Feed<string>();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var watcher = feed.WatchAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var waiting = watcher.MoveNextAsync().AsTask();
        Assert.Equal(1, feed.Watchers);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await watcher.DisposeAsync();

        Assert.Equal(0, feed.Watchers);
    }
}

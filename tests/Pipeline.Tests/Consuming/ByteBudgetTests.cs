using Weir.Pipeline.Consuming.Reading;

namespace Weir.Pipeline.Tests.Consuming;

public sealed class ByteBudgetTests
{
    private readonly ByteBudget _budget = new(100);

    [Fact]
    public void A_first_read_is_let_in_however_large()
    {
        Assert.True(_budget.TryTake(1000));
        Assert.False(_budget.TryTake(1));
        Assert.Equal(1000, _budget.Used);
    }

    [Fact]
    public async Task Who_finds_too_little_waits_its_turn_and_small_ones_do_not_pass_it()
    {
        await _budget.TakeAsync(60, default);
        var large = _budget.TakeAsync(80, default);
        var small = _budget.TakeAsync(10, default);
        Assert.False(large.IsCompleted || small.IsCompleted);
        Assert.False(_budget.TryTake(1));

        _budget.Correct(-60);
        await large;
        await small;
        Assert.Equal(90, _budget.Used);
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_nothing()
    {
        using var stop = new CancellationTokenSource();
        await _budget.TakeAsync(100, default);
        var waiting = _budget.TakeAsync(50, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        _budget.Correct(-100);
        Assert.Equal(0, _budget.Used);
    }
}

using Weir.ControlPlane.Metrics;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Sinks.Sqlite;

namespace Weir.ControlPlane.Tests.Metrics;

public sealed class WaitingDeadLettersTests : IDisposable
{
    private readonly TestState _state = new();
    private readonly SqliteDeadLetters _letters;

    public WaitingDeadLettersTests() => _letters = new SqliteDeadLetters(new PipelineDatabase(Path.Combine(_state.Folder, "records.db")));

    [Fact]
    public async Task Letters_from_before_the_start_wait_as_well()
    {
        await _letters.WriteAsync([Letter(1), Letter(2)], CancellationToken.None);

        Assert.Equal(2, await new WaitingDeadLetters([_letters], _state.Time).CountAsync(0, CancellationToken.None));
    }

    [Fact]
    public async Task A_letter_of_this_process_shows_after_a_second_and_one_decided_on_after_ten()
    {
        var waiting = new WaitingDeadLetters([_letters], _state.Time);
        Assert.Equal(0, await waiting.CountAsync(0, CancellationToken.None));

        await _letters.WriteAsync([Letter(1)], CancellationToken.None);
        _state.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await waiting.CountAsync(1, CancellationToken.None));

        await _letters.CloseAsync(Letter(1).Key, DeadLetterState.Dropped, "a test", CancellationToken.None);
        _state.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, await waiting.CountAsync(1, CancellationToken.None));
        _state.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, await waiting.CountAsync(1, CancellationToken.None));
    }

    [Fact]
    public async Task Where_no_store_keeps_them_this_process_counts_its_own() =>
        Assert.Equal(3, await new WaitingDeadLetters([], _state.Time).CountAsync(3, CancellationToken.None));

    public void Dispose() => _state.Dispose();

    private static DeadLetter Letter(int number) =>
        new("orders", "shardId-000000000000", $"4959{number}", 0, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "not JSON", 1, 10, null);
}

using Weir.Pipeline.Consuming.DeadLetters;

namespace Weir.ControlPlane.Metrics;

/// <summary>
/// How many dead letters wait for a decision, whoever wrote them and whenever: the store's word, asked for when this process has written another and otherwise each ten seconds,
/// or less often where counting takes long, so that it takes a hundredth of the time at most.
/// </summary>
public sealed class WaitingDeadLetters(IEnumerable<IDeadLetterStore> stores, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly IDeadLetterStore? _store = stores.FirstOrDefault();
    private long _waiting;
    private long _written = -1;
    private long _countedAt;
    private TimeSpan _rest;

    /// <summary>The number, at most as old as said above; <paramref name="written"/> is how many this process has written, and the answer where there is no store.</summary>
    public async ValueTask<long> CountAsync(long written, CancellationToken cancellationToken)
    {
        if (_store is null)
            return written;
        var now = time.GetTimestamp();
        var passed = time.GetElapsedTime(_countedAt, now);
        if (_written >= 0 && passed < _rest && (written == _written || passed < _rest / 10))
            return _waiting;
        _waiting = await _store.CountWaitingAsync(cancellationToken).ConfigureAwait(false);
        (_written, _countedAt) = (written, now);
        var took = time.GetElapsedTime(now);
        _rest = took * 100 > Every ? took * 100 : Every;
        return _waiting;
    }
}

namespace Weir.LocalKinesis.Streams;

/// <summary>
/// So much a second, and at most one burst at once. Something larger than the burst passes when the bucket is full and leaves a debt, so that the mean holds.
/// Not thread-safe: its shard's lock guards it.
/// </summary>
internal struct TokenBucket(double perSecond, double burst)
{
    private readonly double _burst = burst;
    private double _tokens = burst;
    private long _milliseconds;

    /// <summary>Takes the amount if there is enough at the moment given, in milliseconds of any clock that does not go back.</summary>
    public bool TryTake(double amount, long now)
    {
        Refill(now);
        if (_tokens < amount && _tokens < _burst)
            return false;
        _tokens -= amount;
        return true;
    }

    /// <summary>Whether the debt is paid.</summary>
    public bool IsOpen(long now)
    {
        Refill(now);
        return _tokens > 0;
    }

    /// <summary>Takes what was used after the fact. An amount above the burst is owed in full, whatever was left.</summary>
    public void Charge(double amount) => _tokens = amount > _burst ? -amount : _tokens - amount;

    private void Refill(long now)
    {
        if (_milliseconds == 0 || now < _milliseconds)
            _milliseconds = now;
        _tokens = Math.Min(_burst, _tokens + ((now - _milliseconds) * perSecond / 1000));
        _milliseconds = now;
    }
}

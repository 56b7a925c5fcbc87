namespace Weir.Pipeline.Redaction;

/// <summary>
/// What became of all records since the process started. Of the clean ones a sample was looked at once more by independent code; <see cref="Leaks"/> of them still held something and were quarantined.
/// <see cref="LeakBound"/> is the share of records that may still hold something, at most, with a confidence of 95 %; null before any was looked at.
/// </summary>
public sealed record RedactionTotals(long Clean, long Redacted, long Quarantined, long Checked, long Leaks)
{
    /// <summary>Without a leak the exact bound of the binomial distribution (1 - 0.05^(1/n), about 3/n); with some, Wilson's.</summary>
    public double? LeakBound => Checked == 0 ? null : Leaks == 0 ? 1 - Math.Pow(0.05, 1.0 / Checked) : Wilson(Leaks, Checked);

    private static double Wilson(double hits, double n)
    {
        const double Z = 1.6449;
        var share = hits / n;
        return (share + Z * Z / (2 * n) + Z * Math.Sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))) / (1 + Z * Z / n);
    }
}

/// <summary>Counts records from many threads; each thread mostly has a line of the cache of its own.</summary>
internal sealed class RedactionTally
{
    private const int Stripes = 16;
    private const int Width = 16;

    private readonly long[] _counts = new long[Stripes * Width];

    public void Add(RedactionStatus status) => Interlocked.Increment(ref _counts[Stripe + (int)status]);

    public void Checked() => Interlocked.Increment(ref _counts[Stripe + 3]);

    public void Leak() => Interlocked.Increment(ref _counts[Stripe + 4]);

    public RedactionTotals Read() => new(Sum(0), Sum(1), Sum(2), Sum(3), Sum(4));

    private static int Stripe => (Environment.CurrentManagedThreadId & Stripes - 1) * Width;

    private long Sum(int kind) => Enumerable.Range(0, Stripes).Sum(stripe => Interlocked.Read(ref _counts[stripe * Width + kind]));
}

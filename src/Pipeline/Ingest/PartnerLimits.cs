using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// A partner's own rate, records and bytes a second: two buckets of one second each. A request may begin while both are positive and may leave a debt,
/// so that a large batch passes and is paid for afterwards. Partners without a rate are not counted.
/// </summary>
internal sealed class PartnerLimits(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Budget> _budgets = new(StringComparer.Ordinal);

    /// <summary>Null when the partner may send now; sets <c>RateLimit-*</c> on the answer either way when it has a rate.</summary>
    public IngestProblem? Check(Partner partner, HttpResponse response)
    {
        if (partner.RecordsPerSecond is null && partner.BytesPerSecond is null)
        {
            return null;
        }

        var budget = BudgetOf(partner);
        var (what, limit, remaining, wait) = budget.Look(time.GetTimestamp());
        var seconds = (int)Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        var headers = response.Headers;
        headers["RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = Math.Max(0, remaining).ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = (wait > TimeSpan.Zero ? seconds : remaining < limit ? 1 : 0).ToString(CultureInfo.InvariantCulture);
        return wait > TimeSpan.Zero ? IngestProblem.RateLimited(what, limit, seconds) : null;
    }

    /// <summary>Takes what a request brought off the partner's budget.</summary>
    public void Spend(Partner partner, int records, long bytes)
    {
        if (partner.RecordsPerSecond is not null || partner.BytesPerSecond is not null)
        {
            BudgetOf(partner).Spend(records, bytes);
        }
    }

    private Budget BudgetOf(Partner partner) => _budgets.AddOrUpdate(
        partner.Id,
        static (_, with) => new Budget(with.Partner, with.Time),
        static (_, known, with) => known.IsOf(with.Partner) ? known : new Budget(with.Partner, with.Time),
        (Partner: partner, Time: time));

    private sealed class Budget(Partner partner, TimeProvider time)
    {
        private readonly Lock _gate = new();
        private readonly double _records = partner.RecordsPerSecond ?? double.PositiveInfinity;
        private readonly double _bytes = partner.BytesPerSecond ?? double.PositiveInfinity;
        private double _recordsLeft = partner.RecordsPerSecond ?? 0;
        private double _bytesLeft = partner.BytesPerSecond ?? 0;
        private long _filledAt = time.GetTimestamp();

        public bool IsOf(Partner other) => (other.RecordsPerSecond ?? double.PositiveInfinity).Equals(_records) && (other.BytesPerSecond ?? double.PositiveInfinity).Equals(_bytes);

        /// <summary>The bucket that is fuller of debt, or the records' one, and how long until it is positive.</summary>
        public (string What, long Limit, long Remaining, TimeSpan Wait) Look(long now)
        {
            lock (_gate)
            {
                var seconds = time.GetElapsedTime(_filledAt, now).TotalSeconds;
                _filledAt = now;
                _recordsLeft = double.IsFinite(_records) ? Math.Min(_records, _recordsLeft + (seconds * _records)) : 0;
                _bytesLeft = double.IsFinite(_bytes) ? Math.Min(_bytes, _bytesLeft + (seconds * _bytes)) : 0;
                var records = WaitOf(_records, _recordsLeft);
                var bytes = WaitOf(_bytes, _bytesLeft);
                return bytes > records || !double.IsFinite(_records)
                    ? ("bytes", (long)_bytes, (long)_bytesLeft, bytes)
                    : ("records", (long)_records, (long)_recordsLeft, records);
            }
        }

        public void Spend(int records, long bytes)
        {
            lock (_gate)
            {
                _recordsLeft -= records;
                _bytesLeft -= bytes;
            }
        }

        private static TimeSpan WaitOf(double rate, double left) =>
            double.IsFinite(rate) && left <= 0 ? TimeSpan.FromSeconds(Math.Min(86_400, (1 - left) / Math.Max(rate, 1e-6))) : TimeSpan.Zero;
    }
}

using System.Net;
using System.Threading.RateLimiting;

namespace Weir.Dashboard.Access;

/// <summary>
/// Bounds how often passwords may be guessed from one address, whoever's they are: 20 failures a minute. Each guess costs a hash on purpose, and a line in the audit log,
/// so without a bound a stranger could wear out both. Successful sign-ins do not count.
/// </summary>
internal sealed class FailedSignIns : IDisposable
{
    public const int PerMinute = 20;

    private readonly PartitionedRateLimiter<IPAddress> _failures = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions { PermitLimit = PerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    /// <summary>Whether an attempt from there may be looked at.</summary>
    public bool MayTry(HttpContext context)
    {
        using var lease = _failures.AttemptAcquire(Of(context), 0);
        return lease.IsAcquired;
    }

    public void Count(HttpContext context) => _failures.AttemptAcquire(Of(context)).Dispose();

    public void Dispose() => _failures.Dispose();

    /// <summary>An IPv6 host has a whole /64 to choose its address from.</summary>
    private static IPAddress Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        return bytes.Length == 16 ? new IPAddress([.. bytes[..8], 0, 0, 0, 0, 0, 0, 0, 0]) : address;
    }
}

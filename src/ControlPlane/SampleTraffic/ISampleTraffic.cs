using Weir.ControlPlane.Live;

namespace Weir.ControlPlane.SampleTraffic;

/// <summary>Where the built-in partner stands. <see cref="Problem"/> says why the last request failed, null when it did not.</summary>
public sealed record SampleTrafficState(bool Running, string Stream, int TargetRecordsPerSecond, double RecordsPerSecond, long Sent, long Accepted, long Rejected, string? Problem);

/// <summary>A built-in partner that posts made-up order events, with made-up personal data, through the real HTTP endpoint.</summary>
public interface ISampleTraffic
{
    Feed<SampleTrafficState> Feed { get; }

    /// <summary>Starts, or changes the rate (1 to 20,000 records a second) of what runs.</summary>
    Task StartAsync(string stream, int recordsPerSecond, Access.Actor by, CancellationToken cancellationToken);

    Task StopAsync(Access.Actor by, CancellationToken cancellationToken);
}

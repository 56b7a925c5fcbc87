using Weir.ControlPlane.Metrics;

namespace Weir.Dashboard.Shell;

/// <summary>What can be said about the age of a snapshot. The circuit may be healthy while the sampler is not, so that the age is judged and not the connection.</summary>
public static class Freshness
{
    public const string Waiting = "waiting";
    public const string Live = "live";
    public const string Troubled = "troubled";
    public const string Stale = "stale";

    /// <summary>A sample comes each second; three are missing before it is called stale.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3.5);

    public static string Of(SystemSnapshot? snapshot, DateTimeOffset now) => snapshot switch
    {
        null => Waiting,
        _ when now - snapshot.At > Limit => Stale,
        { Problem: not null } => Troubled,
        _ => Live,
    };
}

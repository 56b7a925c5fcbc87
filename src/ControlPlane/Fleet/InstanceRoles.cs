namespace Weir.ControlPlane.Fleet;

/// <summary>What a process does; setting <c>Roles</c>.</summary>
public static class InstanceRoles
{
    /// <summary>Takes records in and publishes them.</summary>
    public const string Ingest = "ingest";

    /// <summary>Reads the stream, redacts and stores.</summary>
    public const string Consumer = "consumer";

    /// <summary>Shows and changes the system: pages, REST API, hub.</summary>
    public const string Console = "console";

    public static IReadOnlyList<string> All { get; } = [Ingest, Consumer, Console];
}

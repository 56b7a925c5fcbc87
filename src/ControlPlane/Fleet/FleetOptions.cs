using System.ComponentModel.DataAnnotations;

namespace Weir.ControlPlane.Fleet;

/// <summary>What several processes share besides the stream and the leases; section <c>Fleet</c>.</summary>
public sealed class FleetOptions
{
    public const string Section = "Fleet";

    /// <summary>Table in DynamoDB through which processes share heartbeats, metrics, rule sets, the audit log, people, partners' keys, API tokens and operations; made when absent. Unset (default): this process is alone.</summary>
    [RegularExpression("^[a-zA-Z0-9_.-]{3,255}$", ErrorMessage = "Fleet:Table must be 3 to 255 letters, digits, '_', '.' or '-'.")]
    public string? Table { get; set; }

    /// <summary>Seconds between two reports, 1 to 60. Default 3.</summary>
    [Range(1, 60, ErrorMessage = "Fleet:ReportSeconds must be 1 to 60.")]
    public int ReportSeconds { get; set; } = 3;

    /// <summary>Seconds of silence after which a process counts as gone, 5 to 600. Default 15.</summary>
    [Range(5, 600, ErrorMessage = "Fleet:SilentSeconds must be 5 to 600.")]
    public int SilentSeconds { get; set; } = 15;
}

using Weir.ControlPlane.Fleet;

namespace Weir.Dashboard.Hosting;

/// <summary>What this process does by the setting <c>Roles</c>: a list, or words with commas between them. All three when unset.</summary>
internal sealed record InstanceSettings(IReadOnlyList<string> Roles)
{
    public bool TakesRecords => Roles.Contains(InstanceRoles.Ingest);

    public bool Consumes => Roles.Contains(InstanceRoles.Consumer);

    public bool ShowsConsole => Roles.Contains(InstanceRoles.Console);

    /// <exception cref="FormatException">A word is no role; the message names the setting.</exception>
    public static InstanceSettings Of(IConfiguration configuration)
    {
        var section = configuration.GetSection("Roles");
        string[] given = [.. (section.Value is { } words ? words.Split(',') : section.Get<string[]>() ?? []).Select(w => w.Trim().ToLowerInvariant()).Where(w => w.Length > 0)];
        if (given.Length == 0)
        {
            return new(InstanceRoles.All);
        }

        var unknown = given.FirstOrDefault(r => !InstanceRoles.All.Contains(r));
        return unknown is null ? new([.. given.Distinct()]) : throw new FormatException($"Roles: '{unknown}' is none; there are {string.Join(", ", InstanceRoles.All)}.");
    }

    /// <summary>
    /// Settings that follow from others where they are not set themselves: <c>Mode: Aws</c> puts stream, leases, store and state where all processes of a fleet find them;
    /// a process that does not consume; readers of an engine without limits, who need not keep to any.
    /// </summary>
    /// <exception cref="FormatException">Mode is neither; the message names the setting.</exception>
    public void Derive(ConfigurationManager configuration)
    {
        var derived = new Dictionary<string, string?>();
        switch (configuration["Mode"]?.ToLowerInvariant())
        {
            case null or "" or "embedded":
                break;
            case "aws":
                Unless("LocalKinesis:Enabled", "false");
                Unless("Consuming:Leases", "DynamoDb");
                Unless("Sinks:Store", "DynamoDb");
                Unless("Fleet:Table", "weir-state");
                break;
            default:
                throw new FormatException("Mode must be Embedded or Aws.");
        }

        if (!Consumes)
        {
            derived["Consuming:Enabled"] = "false";
        }

        if (configuration.GetValue("LocalKinesis:Enabled", true) && string.Equals(configuration["LocalKinesis:Limits"], "None", StringComparison.OrdinalIgnoreCase))
        {
            Unless("Consuming:BehindMilliseconds", "0");
            Unless("Consuming:ShardBytesPerSecond", "0");
        }

        configuration.AddInMemoryCollection(derived);

        void Unless(string key, string value)
        {
            if (configuration[key] is null)
            {
                derived[key] = value;
            }
        }
    }
}

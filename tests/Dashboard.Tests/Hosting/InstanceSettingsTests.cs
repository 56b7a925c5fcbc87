using Microsoft.Extensions.Configuration;
using Weir.Dashboard.Hosting;

namespace Weir.Dashboard.Tests.Hosting;

public sealed class InstanceSettingsTests
{
    [Fact]
    public void A_process_does_everything_unless_told_otherwise()
    {
        Assert.Equal(["ingest", "consumer", "console"], InstanceSettings.Of(Configuration()).Roles);
        Assert.Equal(["consumer"], InstanceSettings.Of(Configuration(("Roles:0", "Consumer"))).Roles);
        Assert.Equal(["ingest", "console"], InstanceSettings.Of(Configuration(("Roles", "ingest, console"))).Roles);
    }

    [Fact]
    public void An_unknown_role_is_named() =>
        Assert.Contains("Roles: 'worker'", Assert.Throws<FormatException>(() => InstanceSettings.Of(Configuration(("Roles", "worker")))).Message, StringComparison.Ordinal);

    [Fact]
    public void Aws_mode_puts_everything_where_all_processes_find_it_and_overrides_nothing_that_is_set()
    {
        var configuration = Configuration(("Mode", "Aws"), ("Sinks:Store", "Sqlite"), ("Roles", "ingest"));
        InstanceSettings.Of(configuration).Derive(configuration);

        Assert.Equal(
            ("false", "DynamoDb", "Sqlite", "weir-state", "false"),
            (configuration["LocalKinesis:Enabled"], configuration["Consuming:Leases"], configuration["Sinks:Store"], configuration["Fleet:Table"], configuration["Consuming:Enabled"]));
    }

    [Fact]
    public void Readers_of_an_engine_without_limits_keep_to_none()
    {
        var configuration = Configuration(("LocalKinesis:Limits", "None"));
        InstanceSettings.Of(configuration).Derive(configuration);

        Assert.Equal(("0", "0"), (configuration["Consuming:BehindMilliseconds"], configuration["Consuming:ShardBytesPerSecond"]));
    }

    private static ConfigurationManager Configuration(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        return configuration;
    }
}

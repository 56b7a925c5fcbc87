using Microsoft.Extensions.Configuration.Json;

namespace Weir.Dashboard.Hosting;

/// <summary>The <c>appsettings.json</c> that ships beside the binary, so that settings do not depend on where the process was started.</summary>
internal static class SettingsFile
{
    /// <summary>Puts the shipped file under everything that the builder already reads (environment, command line, a file in the working directory).</summary>
    public static void AddShippedSettings(this IConfigurationBuilder configuration)
    {
        var source = new JsonConfigurationSource { Path = Path.Combine(AppContext.BaseDirectory, "appsettings.json"), Optional = true, ReloadOnChange = false };
        source.ResolveFileProvider();
        configuration.Sources.Insert(0, source);
    }

    /// <summary>The settings as the server would see them, for verbs that run without it.</summary>
    /// <param name="dataDirectory">Overrides <c>DataDirectory</c> when given.</param>
    public static IConfiguration ForVerb(string? dataDirectory)
    {
        var configuration = new ConfigurationBuilder();
        configuration.AddShippedSettings();
        configuration.AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true);
        configuration.AddEnvironmentVariables();
        if (dataDirectory is not null)
        {
            configuration.AddInMemoryCollection([new("DataDirectory", dataDirectory)]);
        }

        return configuration.Build();
    }
}

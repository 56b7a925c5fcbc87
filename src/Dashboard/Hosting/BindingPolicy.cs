using System.Net;

namespace Weir.Dashboard.Hosting;

/// <summary>Where the server may listen: loopback freely; other addresses with HTTPS only, or behind a proxy that is declared to speak it.</summary>
internal static class BindingPolicy
{
    /// <summary>What is wrong with the configured addresses, naming the key; null when nothing is.</summary>
    public static string? Problem(IConfiguration configuration)
    {
        if (configuration.GetValue("Hosting:BehindHttpsProxy", false))
        {
            return null;
        }

        var urls = (configuration["Urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var url in urls)
        {
            if (!Uri.TryCreate(url.Replace("//+", "//0.0.0.0", StringComparison.Ordinal).Replace("//*", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri))
            {
                return $"Urls: '{url}' is not an address such as http://127.0.0.1:5080.";
            }

            var loopback = uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
            if (!loopback && uri.Scheme != Uri.UriSchemeHttps)
            {
                return $"Urls: '{url}' would serve passwords and records in clear beyond this machine. Use https://, or set Hosting:BehindHttpsProxy to true when a proxy in front ends TLS.";
            }
        }

        return null;
    }
}

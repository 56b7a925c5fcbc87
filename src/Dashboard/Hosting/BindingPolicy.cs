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

        foreach (var (key, url) in Addresses(configuration))
        {
            if (!Uri.TryCreate(url.Replace("//+", "//0.0.0.0", StringComparison.Ordinal).Replace("//*", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri))
            {
                return $"{key}: '{url}' is not an address such as http://127.0.0.1:5080.";
            }

            var loopback = uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
            if (!loopback && uri.Scheme != Uri.UriSchemeHttps)
            {
                return $"{key}: '{url}' would serve passwords and records in clear beyond this machine. Use https://, or set Hosting:BehindHttpsProxy to true when a proxy in front ends TLS.";
            }
        }

        return null;
    }

    /// <summary>Every way in which the server can be told where to listen; ports alone count only where no addresses are given.</summary>
    private static IEnumerable<(string Key, string Url)> Addresses(IConfiguration configuration) =>
    [
        .. Words(configuration["Urls"]).Select(url => ("Urls", url)),
        .. Words(string.IsNullOrWhiteSpace(configuration["Urls"]) ? configuration["HTTP_PORTS"] : null).Select(port => ("HTTP_PORTS", $"http://*:{port}")),
        .. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => ($"{e.Path}:Url", e["Url"] ?? "")),
    ];

    private static string[] Words(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

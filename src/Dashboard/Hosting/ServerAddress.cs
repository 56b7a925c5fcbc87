using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Weir.ControlPlane.SampleTraffic;

namespace Weir.Dashboard.Hosting;

/// <summary>Where this server answers on this machine, for the sample traffic.</summary>
internal sealed class ServerAddress(IServer server) : IServerAddress
{
    public Uri? Current => server.Features.Get<IServerAddressesFeature>()?.Addresses
        .Select(a => new Uri(a.Replace("//+", "//127.0.0.1", StringComparison.Ordinal).Replace("//*", "//127.0.0.1", StringComparison.Ordinal).Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal).Replace("//[::]", "//[::1]", StringComparison.Ordinal)))
        .OrderBy(a => a.Scheme == Uri.UriSchemeHttp ? 0 : 1)
        .FirstOrDefault();
}

using System.Text.Json.Serialization;

namespace Weir.Dashboard.Live;

public static class LiveServices
{
    /// <summary>The hub at <c>/hubs/metrics</c> and what feeds it.</summary>
    public static IServiceCollection AddMetricsHub(this IServiceCollection services)
    {
        services.AddSignalR().AddJsonProtocol(o =>
        {
            o.PayloadSerializerOptions.Converters.Add(new JsonStringEnumConverter());
            o.PayloadSerializerOptions.Converters.Add(new UInt128Json());
        });
        services.AddSingleton<MetricsPush>();
        return services;
    }

    public static void MapMetricsHub(this IEndpointRouteBuilder endpoints) => endpoints.MapHub<MetricsHub>(MetricsHub.Path);
}

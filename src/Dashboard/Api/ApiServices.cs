using System.Text.Json.Serialization;
using Weir.Dashboard.Live;

namespace Weir.Dashboard.Api;

public static class ApiServices
{
    /// <summary>What the REST API needs: enums by name, hash keys as text, problems as <c>application/problem+json</c>.</summary>
    public static IServiceCollection AddControlApi(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<Gate>();
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
            o.SerializerOptions.Converters.Add(new UInt128Json());
            o.SerializerOptions.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
        });
        return services;
    }
}

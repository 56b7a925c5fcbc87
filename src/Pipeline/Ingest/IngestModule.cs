using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Weir.Pipeline.Publishing;
using Weir.Pipeline.Spool;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Ingest;

/// <summary>Wires ingest, spool and publisher. Needs <c>IKinesis</c> and <see cref="IPartnerDirectory"/>.</summary>
public static class IngestModule
{
    /// <summary>Adds what takes records in and publishes them. Sections <c>Ingest</c>, <c>Spool</c>, <c>Publishing</c>.</summary>
    public static IServiceCollection AddIngest(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.TryAddSingleton<PipelineMetrics>();
        services.AddOptions<IngestOptions>().Bind(configuration.GetSection(IngestOptions.Section)).ValidateNamed(IngestOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IngestOptions>, IngestOptionsValidator>();
        return services.AddSpool(configuration).AddPublishing(configuration).AddEndpoint();
    }

    /// <summary>
    /// How the server takes connections. Requests are handled on the thread that received them: handing each to another one and its answer to a third costs more
    /// than taking a record. A connection holds a buffer of 4 KiB while it waits, which saves a system call a request.
    /// </summary>
    public static IWebHostBuilder UseIngestTransport(this IWebHostBuilder web) => web
        .UseSockets(sockets => (sockets.UnsafePreferInlineScheduling, sockets.WaitForDataBeforeAllocatingBuffer) = (true, false))
        .ConfigureKestrel(server => server.AddServerHeader = false);

    /// <summary>Maps <c>POST /v1/streams/{stream}/records</c> and <c>…/records:batch</c>, <c>GET /healthz</c> and <c>/readyz</c>, and the description of all that at <c>GET /openapi/v1.json</c>.</summary>
    public static IEndpointRouteBuilder MapIngest(this IEndpointRouteBuilder routes)
    {
        var endpoint = routes.ServiceProvider.GetRequiredService<IngestEndpoint>();
        // Past the routing these need nothing of what stands in front of pages: no sign-in, no antiforgery, no static files.
        routes.MapPost("/v1/streams/{stream}/records", context => endpoint.HandleAsync(context, isBatch: false)).AllowAnonymous().DisableAntiforgery().ShortCircuit();
        routes.MapPost("/v1/streams/{stream}/records:batch", context => endpoint.HandleAsync(context, isBatch: true)).AllowAnonymous().DisableAntiforgery().ShortCircuit();
        foreach (var (address, problem) in (ReadOnlySpan<(string, IngestProblem)>)[
            ("/v1/streams/{stream}/records", IngestProblem.WrongMethod()),
            ("/v1/streams/{stream}/records:batch", IngestProblem.WrongMethod()),
            ("/v1/{**rest}", IngestProblem.UnknownAddress())])
        {
            routes.Map(address, context => IngestEndpoint.RefuseAddressAsync(context, problem)).AllowAnonymous().DisableAntiforgery().ShortCircuit();
        }

        MapHealth(routes);
        return routes.MapIngestDescription();
    }

    /// <summary>Maps <c>GET /openapi/v1.json</c> alone, for a process that shows the description of an API that others serve.</summary>
    public static IEndpointRouteBuilder MapIngestDescription(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/v1.json", OpenApiDocument.WriteAsync).AllowAnonymous();
        return routes;
    }

    /// <summary><c>/healthz</c> (200 while the process works) and <c>/readyz</c> (200 while it should be sent requests, else 503).</summary>
    private static void MapHealth(IEndpointRouteBuilder routes)
    {
        var readiness = routes.ServiceProvider.GetRequiredService<Readiness>();
        routes.MapGet("/healthz", readiness.HealthAsync).AllowAnonymous().ShortCircuit();
        routes.MapGet("/readyz", readiness.ReadyAsync).AllowAnonymous().ShortCircuit();
    }

    private static IServiceCollection AddSpool(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SpoolOptions>().Bind(configuration.GetSection(SpoolOptions.Section)).ValidateNamed(SpoolOptions.Section).ValidateOnStart();
        services.AddOptions<DedupeOptions>().Bind(configuration.GetSection(DedupeOptions.Section)).ValidateNamed(DedupeOptions.Section).ValidateOnStart();
        services.AddSingleton<SpoolHost>();
        services.AddHostedService(s => s.GetRequiredService<SpoolHost>());
        return services;
    }

    private static IServiceCollection AddPublishing(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PublishingOptions>().Bind(configuration.GetSection(PublishingOptions.Section)).ValidateNamed(PublishingOptions.Section).ValidateOnStart();
        services.AddHostedService<Publisher>();
        return services;
    }

    private static IServiceCollection AddEndpoint(this IServiceCollection services)
    {
        services.AddSingleton<StreamCatalogueFile>();
        services.AddSingleton<StreamCatalogue>();
        services.AddHostedService(s => s.GetRequiredService<StreamCatalogue>());
        services.AddSingleton<Readiness>();
        services.AddHostedService(s => s.GetRequiredService<Readiness>());
        services.AddSingleton<FairShare>();
        services.AddHostedService(s => s.GetRequiredService<FairShare>());
        services.AddSingleton<PartnerLimits>();
        services.AddSingleton<BodyMemory>();
        services.AddSingleton<Admission>();
        services.AddSingleton<IngestEndpoint>();
        return services;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis;

/// <summary>Wiring of the embedded engine.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Adds the engine as <see cref="IKinesis"/> and <see cref="IShardMeters"/>, and serves its wire protocol while the host runs.
    /// Reads section <c>LocalKinesis</c> and <c>DataDirectory</c>; adds nothing when <c>LocalKinesis:Enabled</c> is false.
    /// </summary>
    public static IServiceCollection AddLocalKinesis(this IServiceCollection services, IConfiguration configuration)
    {
        if (!configuration.GetValue($"{LocalKinesisOptions.Section}:{nameof(LocalKinesisOptions.Enabled)}", true))
            return services;
        services.AddOptions<LocalKinesisOptions>()
            .Bind(configuration.GetSection(LocalKinesisOptions.Section))
            .PostConfigure(o => o.Directory = Path.GetFullPath(Path.Combine(configuration["DataDirectory"] ?? "data", o.Directory)))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<LocalKinesisOptions>, LocalKinesisOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new LocalKinesisEngine(
            provider.GetRequiredService<IOptions<LocalKinesisOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LocalKinesisEngine>>()));
        services.AddSingleton<IKinesis>(provider => provider.GetRequiredService<LocalKinesisEngine>());
        services.AddSingleton<IShardMeters>(provider => provider.GetRequiredService<LocalKinesisEngine>());
        services.AddSingleton<LocalKinesisHost>();
        services.AddHostedService(provider => provider.GetRequiredService<LocalKinesisHost>());
        return services;
    }
}

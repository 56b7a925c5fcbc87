using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Sinks.Sqlite;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Consuming;

public static class ConsumingServices
{
    /// <summary>Where clean records end: the embedded database <c>records.db</c> under <c>DataDirectory</c>.</summary>
    public static IServiceCollection AddSinks(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(_ => new PipelineDatabase(Path.Combine(configuration["DataDirectory"] ?? "data", "records.db")))
        .AddSingleton<SqliteRecordStore>()
        .AddSingleton<ISink>(s => s.GetRequiredService<SqliteRecordStore>())
        .AddSingleton<IRecordStore>(s => s.GetRequiredService<SqliteRecordStore>());

    /// <summary>Readers of shards; section <c>Consuming</c>. Needs an <c>IKinesis</c>, redaction and sinks.</summary>
    public static IServiceCollection AddConsuming(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ConsumingOptions>().Bind(configuration.GetSection(ConsumingOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ILeaseStore, SqliteLeaseStore>();
        services.AddSingleton<DeadLetterStore>();
        services.AddSingleton<Func<ShardReader>>(s => () => new ShardReader(
            s.GetRequiredService<IKinesis>(),
            s.GetRequiredService<ILeaseStore>(),
            s.GetRequiredService<IRecordRedactor>(),
            [.. s.GetServices<ISink>()],
            s.GetRequiredService<DeadLetterStore>(),
            s.GetRequiredService<PipelineMetrics>(),
            s.GetRequiredService<IOptions<ConsumingOptions>>().Value,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<ShardReader>>()));
        if (configuration.GetValue($"{ConsumingOptions.Section}:Enabled", true))
        {
            services.AddHostedService<StreamConsumer>();
        }

        return services;
    }
}

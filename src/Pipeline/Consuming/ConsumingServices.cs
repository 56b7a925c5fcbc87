using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.Aws;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Consuming.Processing;
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

    /// <summary>
    /// Readers of shards; section <c>Consuming</c>. Needs an <c>IKinesis</c>, redaction and sinks. Every <see cref="IRecordProcessor"/> and <see cref="IShardProcessorFactory"/>
    /// that is registered stands between redaction and the sinks.
    /// </summary>
    public static IServiceCollection AddConsuming(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ConsumingOptions>().Bind(configuration.GetSection(ConsumingOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddAwsOptions(configuration);
        services.AddSingleton<ILeaseStore>(s => Options(s) is { } o && o.Leases.Equals("DynamoDb", StringComparison.OrdinalIgnoreCase)
            ? new DynamoLeaseStore(DynamoClient.Of(s.GetRequiredService<IOptions<AwsOptions>>().Value), o.Application, o.Application, o.SingleStreamTable, o.AccountId, s.GetRequiredService<TimeProvider>())
            : new SqliteLeaseStore(s.GetRequiredService<PipelineDatabase>()));
        services.AddSingleton<DeadLetterStore>();
        services.AddSingleton<IDeadLetters>(s => s.GetRequiredService<DeadLetterStore>());
        services.AddSingleton(s => new RecordRefinery(s.GetRequiredService<IRecordRedactor>(), s.GetRequiredService<PipelineMetrics>(), Options(s), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IConsumerControl, ConsumerControl>();
        if (configuration.GetValue($"{ConsumingOptions.Section}:Enabled", true))
            services.AddHostedService(s => new ConsumerHost(Worker(s)));
        return services;
    }

    private static ConsumerWorker Worker(IServiceProvider services)
    {
        var (options, time, leases) = (Options(services), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILeaseStore>());
        var logger = services.GetRequiredService<ILogger<ConsumerWorker>>();
        var kinesis = services.GetRequiredService<IKinesis>();
        var parts = new ReaderParts(
            kinesis,
            services.GetRequiredService<RecordRefinery>(),
            [.. services.GetServices<IRecordProcessor>()],
            [.. options.Windows.Select((w, i) => new TumblingWindowFactory(i, w)), .. services.GetServices<IShardProcessorFactory>()],
            [.. services.GetServices<ISink>()],
            services.GetRequiredService<IDeadLetters>(),
            services.GetRequiredService<PipelineMetrics>(),
            options,
            time,
            Random.Shared,
            logger);

        // A store of our own knows us by the same name after a restart, which then goes on without waiting for the failover time.
        var me = options.Worker ?? (leases.IsShared ? $"{Environment.MachineName}:{Guid.NewGuid():N}" : "embedded");
        return new ConsumerWorker(me, leases, new ShardSync(kinesis, leases, options), parts, options, time, logger);
    }

    private static ConsumingOptions Options(IServiceProvider services) => services.GetRequiredService<IOptions<ConsumingOptions>>().Value;
}

/// <summary>Runs the worker while the host runs.</summary>
internal sealed class ConsumerHost(ConsumerWorker worker) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => worker.RunAsync(stoppingToken);
}

using Amazon.DynamoDBv2;
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
using Weir.Pipeline.Consuming.Reading;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Sinks.DynamoDb;
using Weir.Pipeline.Sinks.Sqlite;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Consuming;

public static class ConsumingServices
{
    /// <summary>Where clean records end; section <c>Sinks</c>. The embedded database is <c>records.db</c> under <c>DataDirectory</c>, and made only when something is kept in it.</summary>
    public static IServiceCollection AddSinks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SinkOptions>().Bind(configuration.GetSection(SinkOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddAwsOptions(configuration);
        services.AddSingleton(_ => new PipelineDatabase(Path.Combine(configuration["DataDirectory"] ?? "data", "records.db")));
        services.TryAddSingleton(s => DynamoClient.Of(s.GetRequiredService<IOptions<AwsOptions>>().Value));
        var sinks = configuration.GetSection(SinkOptions.Section).Get<SinkOptions>() ?? new SinkOptions();
        if (sinks.IsDynamoDb)
            services.AddStore<DynamoRecordStore>();
        else
            services.AddStore<SqliteRecordStore>();
        foreach (var table in sinks.LatestState)
            services.AddSingleton<ISink>(s => new LatestStateSink(s.GetRequiredService<IAmazonDynamoDB>(), table, s.GetRequiredService<TimeProvider>()));
        foreach (var table in sinks.Counters)
            services.AddSingleton<ISink>(s => new CounterSink(s.GetRequiredService<IAmazonDynamoDB>(), table, s.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static void AddStore<TStore>(this IServiceCollection services)
        where TStore : class, ISink, IRecordStore => services
        .AddSingleton<TStore>()
        .AddSingleton<ISink>(s => s.GetRequiredService<TStore>())
        .AddSingleton<IRecordStore>(s => s.GetRequiredService<TStore>());

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
            ? new DynamoLeaseStore(s.GetRequiredService<IAmazonDynamoDB>(), o.Application, o.Application, o.SingleStreamTable, o.AccountId, s.GetRequiredService<TimeProvider>())
            : new SqliteLeaseStore(s.GetRequiredService<PipelineDatabase>()));
        services.AddSingleton<IDeadLetterStore>(s => s.GetRequiredService<IOptions<SinkOptions>>().Value is { IsDynamoDb: true } o
            ? new DynamoDeadLetters(s.GetRequiredService<IAmazonDynamoDB>(), o.DynamoDb.DeadLetters, s.GetRequiredService<TimeProvider>())
            : new SqliteDeadLetters(s.GetRequiredService<PipelineDatabase>()));
        services.AddSingleton(s => new RecordRefinery(s.GetRequiredService<IRecordRedactor>(), s.GetRequiredService<PipelineMetrics>(), Options(s), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IConsumerControl, ConsumerControl>();
        if (!configuration.GetValue($"{ConsumingOptions.Section}:Enabled", true))
            return services;

        // A store of our own knows us by the same name after a restart, which then goes on without waiting for the failover time.
        services.AddSingleton(s => new ConsumerIdentity(Options(s).Worker ?? (s.GetRequiredService<ILeaseStore>().IsShared ? $"{Environment.MachineName}:{Guid.NewGuid():N}" : "embedded")));
        return services.AddHostedService(s => new ConsumerHost(Worker(s)));
    }

    private static ConsumerWorker Worker(IServiceProvider services)
    {
        var (options, time, leases) = (Options(services), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILeaseStore>());
        var logger = services.GetRequiredService<ILogger<ConsumerWorker>>();
        var kinesis = services.GetRequiredService<IKinesis>();
        var metrics = services.GetRequiredService<PipelineMetrics>();
        IShardFeeds feeds = !options.IsFanOut ? new PollingFeeds(kinesis, metrics, options, time, Random.Shared)
            : services.GetService<IFanOut>() is { } fanOut ? new FanOutFeeds(kinesis, fanOut, metrics, options, time, Random.Shared)
            : throw new OptionsValidationException(nameof(ConsumingOptions.Reading), typeof(ConsumingOptions), ["Consuming:Reading is FanOut, which the embedded engine does not push in-process: leave it at Polling."]);
        var parts = new ReaderParts(
            feeds,
            services.GetRequiredService<RecordRefinery>(),
            [.. services.GetServices<IRecordProcessor>()],
            [.. options.Windows.Select((w, i) => new TumblingWindowFactory(i, w)), .. services.GetServices<IShardProcessorFactory>()],
            [.. services.GetServices<ISink>()],
            services.GetRequiredService<IDeadLetterStore>(),
            metrics,
            new ByteBudget(options.PrefetchBytes),
            options,
            time,
            Random.Shared,
            logger);

        return new ConsumerWorker(services.GetRequiredService<ConsumerIdentity>().Worker, leases, new ShardSync(services.GetRequiredService<ConsumerIdentity>().Worker, kinesis, leases, options, time), parts, options, time, logger);
    }

    private static ConsumingOptions Options(IServiceProvider services) => services.GetRequiredService<IOptions<ConsumingOptions>>().Value;
}

/// <summary>By what name this process owns leases.</summary>
public sealed record ConsumerIdentity(string Worker);

/// <summary>Runs the worker while the host runs.</summary>
internal sealed class ConsumerHost(ConsumerWorker worker) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => worker.RunAsync(stoppingToken);
}

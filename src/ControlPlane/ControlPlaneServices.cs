using Amazon.DynamoDBv2;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Resharding;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.SampleTraffic;
using Weir.ControlPlane.State;
using Weir.ControlPlane.Topology;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Telemetry;

namespace Weir.ControlPlane;

public static class ControlPlaneServices
{
    /// <summary>Everything that knows and changes the system. Needs an <c>IKinesis</c>, the pipeline's services and an <see cref="IServerAddress"/>.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="watches">Whether somebody looks at this process: it then follows streams and takes a sample each second. One that nobody looks at spares the service the questions.</param>
    public static IServiceCollection AddControlPlane(this IServiceCollection services, IConfiguration configuration, bool watches)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(_ => StateDatabase.Open(configuration))
            .AddAudit()
            .AddKeysAndTokens(configuration)
            .AddRules(configuration)
            .AddSamples(watches)
            .AddOperations()
            .AddCommands()
            .AddSampleTraffic();
    }

    /// <summary>
    /// What several processes share; section <c>Fleet</c>. Add it before the pipeline: hosted services start in order, and the fleet's rules are here before a record is read.
    /// Needs a <see cref="ThisInstance"/>, the pipeline's services and the control plane.
    /// </summary>
    public static IServiceCollection AddFleet(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        MetricsServiceExtensions.AddMetrics(services);
        services.TryAddSingleton<PipelineMetrics>();
        services.AddOptions<FleetOptions>().Bind(configuration.GetSection(FleetOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Feed<FleetSnapshot>>().AddSingleton<InstanceSampler>().AddSingleton<FleetNumbers>();
        if (configuration[$"{FleetOptions.Section}:{nameof(FleetOptions.Table)}"] is { Length: > 0 } table)
        {
            services.AddSingleton(s => new StateTable(s.GetRequiredService<IAmazonDynamoDB>(), table, s.GetRequiredService<TimeProvider>()));
            services.AddSingleton<IFleetBoard, DynamoFleetBoard>();
            services
                .AddSingleton<SharedRuleChanges>()
                .AddSingleton<IRuleChanges>(s => s.GetRequiredService<SharedRuleChanges>())
                .AddSingleton<ISharedThing>(s => s.GetRequiredService<SharedRuleChanges>())
                .AddSingleton<SharedAuditLog>()
                .AddSingleton<IAuditLog>(s => s.GetRequiredService<SharedAuditLog>())
                .AddSingleton<ISharedThing>(s => s.GetRequiredService<SharedAuditLog>())
                .AddSingleton<IOperationGuard>(s =>
                {
                    var me = s.GetRequiredService<ThisInstance>();
                    return new FleetOperationGuard(s.GetRequiredService<StateTable>(), s.GetRequiredService<StateDatabase>(), me.Shown, me.Roles.Contains(InstanceRoles.Console), s.GetRequiredService<TimeProvider>());
                })
                .AddSharedDocument(SharedDocument.Partners)
                .AddSharedDocument(SharedDocument.Scalings)
                .AddSharedDocument(SharedDocument.Tokens)
                .AddSingleton<ISharedThing, SharedLedger>()
                .AddHostedService<FleetFollower>();
        }
        else
        {
            services.AddSingleton<IFleetBoard, OwnBoard>();
        }

        return services.AddHostedService<FleetWatcher>();
    }

    /// <summary>
    /// Keeps people and their sign-in cookies alike in all consoles of a fleet; nothing without <c>Fleet:Table</c>. <paramref name="connect"/> opens the database of ASP.NET Core Identity, whose roles
    /// must have their names as ids. Add it after the sign-in.
    /// </summary>
    public static IServiceCollection AddSharedPeople(this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, SqliteConnection> connect)
    {
        if (configuration[$"{FleetOptions.Section}:{nameof(FleetOptions.Table)}"] is not { Length: > 0 })
        {
            return services;
        }

        services.AddOptions<KeyManagementOptions>().Configure<StateTable>((o, table) => o.XmlRepository = new SharedCookieKeys(table));
        return services
            .AddKeyedSingleton(SharedDocument.People.Name, (s, _) => new SharedDocuments(SharedDocument.People, s.GetRequiredService<StateTable>(), s.GetRequiredService<StateDatabase>(), () => connect(s)))
            .AddSingleton<ISharedThing>(s => s.GetRequiredKeyedService<SharedDocuments>(SharedDocument.People.Name))
            .AddSingleton<ISharedPeople>(s => new FleetPeople(s.GetRequiredService<StateTable>(), s.GetRequiredKeyedService<SharedDocuments>(SharedDocument.People.Name), s.GetRequiredService<TimeProvider>()));
    }

    private static IServiceCollection AddAudit(this IServiceCollection services)
    {
        services.TryAddSingleton<IAuditLog>(s => new SqliteAuditLog(s.GetRequiredService<StateDatabase>(), s.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static IServiceCollection AddSharedDocument(this IServiceCollection services, SharedDocument document) => services.AddSingleton<ISharedThing>(s =>
    {
        var database = s.GetRequiredService<StateDatabase>();
        return new SharedDocuments(document, s.GetRequiredService<StateTable>(), database, database.Connect);
    });

    private static IServiceCollection AddKeysAndTokens(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(_ => SealOf(configuration))
        .AddSingleton<PartnerKeys>()
        .AddSingleton<IPartnerKeys>(s => s.GetRequiredService<PartnerKeys>())
        .AddSingleton<IPartnerDirectory>(s => s.GetRequiredService<PartnerKeys>())
        .AddHostedService(s => s.GetRequiredService<PartnerKeys>())
        .AddSingleton<ApiTokens>();

    /// <summary>What encrypts the secrets that this configuration keeps.</summary>
    public static SecretSeal SealOf(IConfiguration configuration) =>
        SecretSeal.Of(configuration[$"{RedactionOptions.Section}:{nameof(RedactionOptions.KeyReference)}"] ?? new RedactionOptions().KeyReference, configuration["DataDirectory"] ?? "data");

    private static IServiceCollection AddRules(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton<IRuleChanges, OwnRuleChanges>();
        return services
            .Configure<RulesOptions>(configuration.GetSection(RulesOptions.Section))
            .AddSingleton<RuleBook>()
            .AddSingleton<IRuleBook>(s => s.GetRequiredService<RuleBook>())
            .AddHostedService(s => s.GetRequiredService<RuleBook>())
            .AddSingleton<RuleSets>()
            .AddSingleton<IRuleSets>(s => s.GetRequiredService<RuleSets>())
            .AddHostedService(s => s.GetRequiredService<RuleSets>())
            .AddSingleton<RedactionLedger>()
            .AddHostedService(s => s.GetRequiredService<RedactionLedger>())
            .AddSingleton<ComplianceReporter>();
    }

    private static IServiceCollection AddSamples(this IServiceCollection services, bool watches)
    {
        services
            .AddSingleton<Feed<SystemSnapshot>>()
            .AddSingleton<MetricHistory>()
            .AddSingleton<IMetricHistory>(s => s.GetRequiredService<MetricHistory>())
            .AddSingleton<WaitingDeadLetters>()
            .AddSingleton<TopologyWatcher>();
        return watches ? services.AddHostedService(s => s.GetRequiredService<TopologyWatcher>()).AddHostedService<MetricsSampler>() : services;
    }

    private static IServiceCollection AddOperations(this IServiceCollection services) => services
        .AddSingleton<ScalingJournal>()
        .AddSingleton<IReshardPlanner, ReshardPlanner>()
        .AddSingleton<IOperationSteps, ReshardOperation>()
        .AddSingleton<OperationStore>()
        .AddSingleton<OperationRunner>()
        .AddSingleton<IOperations>(s => s.GetRequiredService<OperationRunner>())
        .AddHostedService(s => s.GetRequiredService<OperationRunner>());

    private static IServiceCollection AddCommands(this IServiceCollection services) => services
        .AddSingleton<ICommandGate>(s => new CommandGate(s, s.GetServices<CommandRoute>(), s.GetRequiredService<IAuditLog>(), s.GetRequiredService<ILogger<CommandGate>>()))
        .AddCommand<CreateStream, CreateStreamHandler>()
        .AddCommand<DeleteStream, DeleteStreamHandler>()
        .AddCommand<ReshardStream, ReshardStreamHandler>()
        .AddCommand<SplitShard, ShardCommandHandler>()
        .AddCommand<MergeShards, ShardCommandHandler>()
        .AddCommand<StopOperation, RunningCommandHandler>()
        .AddCommand<StartSampleTraffic, RunningCommandHandler>()
        .AddCommand<StopSampleTraffic, RunningCommandHandler>()
        .AddCommand<SetRuleEnabled, RuleCommandHandler>()
        .AddCommand<SaveRule, RuleCommandHandler>()
        .AddCommand<DeleteRule, RuleCommandHandler>()
        .AddCommand<DraftRuleSet, RuleSetCommandHandler>()
        .AddCommand<SaveDraftRule, RuleSetCommandHandler>()
        .AddCommand<DeleteDraftRule, RuleSetCommandHandler>()
        .AddCommand<ShadowRuleSet, RuleSetCommandHandler>()
        .AddCommand<StopShadow, RuleSetCommandHandler>()
        .AddCommand<ApproveRuleSet, RuleSetCommandHandler>()
        .AddCommand<ActivateRuleSet, RuleSetCommandHandler>()
        .AddCommand<DiscardRuleSet, RuleSetCommandHandler>()
        .AddCommand<RevealValue, RevealHandler>()
        .AddCommand<CreatePartnerKey, AccessCommandHandler>()
        .AddCommand<RevokePartnerKey, AccessCommandHandler>()
        .AddCommand<LimitPartner, AccessCommandHandler>()
        .AddCommand<SetPartnerSigning, AccessCommandHandler>()
        .AddCommand<CreateApiToken, AccessCommandHandler>()
        .AddCommand<RevokeApiToken, AccessCommandHandler>()
        .AddCommand<RewindConsumer, ConsumerCommandHandler>()
        .AddCommand<ReplayDeadLetter, ConsumerCommandHandler>()
        .AddCommand<DropDeadLetter, ConsumerCommandHandler>();

    /// <summary>Registers a command with the one that carries it out; the gate lets nothing else through.</summary>
    public static IServiceCollection AddCommand<TCommand, THandler>(this IServiceCollection services)
        where TCommand : class, ICommand
        where THandler : class, ICommandHandler<TCommand>
    {
        services.TryAddSingleton<THandler>();
        return services.AddSingleton(new CommandRoute(typeof(TCommand), (s, command, actor, token) => s.GetRequiredService<THandler>().HandleAsync((TCommand)command, actor, token)));
    }

    private static IServiceCollection AddSampleTraffic(this IServiceCollection services) => services
        .AddSingleton<SampleTrafficPartner>()
        .AddSingleton<ISampleTraffic>(s => s.GetRequiredService<SampleTrafficPartner>())
        .AddHostedService(s => s.GetRequiredService<SampleTrafficPartner>());
}

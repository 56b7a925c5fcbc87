using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Resharding;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.SampleTraffic;
using Weir.ControlPlane.State;
using Weir.ControlPlane.Topology;
using Weir.Pipeline.Ingest;

namespace Weir.ControlPlane;

public static class ControlPlaneServices
{
    /// <summary>Everything that knows and changes the system. Needs an <c>IKinesis</c>, the pipeline's services and an <see cref="IServerAddress"/>.</summary>
    public static IServiceCollection AddControlPlane(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(_ => StateDatabase.Open(configuration))
            .AddSingleton<IAuditLog, SqliteAuditLog>()
            .AddKeysAndTokens()
            .AddRules()
            .AddMetrics()
            .AddOperations()
            .AddCommands()
            .AddSampleTraffic();
    }

    private static IServiceCollection AddKeysAndTokens(this IServiceCollection services) => services
        .AddSingleton<PartnerKeys>()
        .AddSingleton<IPartnerKeys>(s => s.GetRequiredService<PartnerKeys>())
        .AddSingleton<IPartnerDirectory>(s => s.GetRequiredService<PartnerKeys>())
        .AddHostedService(s => s.GetRequiredService<PartnerKeys>())
        .AddSingleton<ApiTokens>();

    private static IServiceCollection AddRules(this IServiceCollection services) => services
        .AddSingleton<RuleBook>()
        .AddSingleton<IRuleBook>(s => s.GetRequiredService<RuleBook>())
        .AddHostedService(s => s.GetRequiredService<RuleBook>());

    private static IServiceCollection AddMetrics(this IServiceCollection services) => services
        .AddSingleton<Feed<SystemSnapshot>>()
        .AddSingleton<MetricHistory>()
        .AddSingleton<IMetricHistory>(s => s.GetRequiredService<MetricHistory>())
        .AddSingleton<TopologyWatcher>()
        .AddHostedService(s => s.GetRequiredService<TopologyWatcher>())
        .AddHostedService<MetricsSampler>();

    private static IServiceCollection AddOperations(this IServiceCollection services) => services
        .AddSingleton<ScalingJournal>()
        .AddSingleton<IReshardPlanner, ReshardPlanner>()
        .AddSingleton<IOperationSteps, ReshardOperation>()
        .AddSingleton<OperationRunner>()
        .AddSingleton<IOperations>(s => s.GetRequiredService<OperationRunner>())
        .AddHostedService(s => s.GetRequiredService<OperationRunner>());

    private static IServiceCollection AddCommands(this IServiceCollection services) => services
        .AddSingleton<ICommandGate, CommandGate>()
        .AddSingleton<ICommandHandler<CreateStream>, CreateStreamHandler>()
        .AddSingleton<ICommandHandler<DeleteStream>, DeleteStreamHandler>()
        .AddSingleton<ICommandHandler<ReshardStream>, ReshardStreamHandler>()
        .AddSingleton<ICommandHandler<SetRuleEnabled>, SetRuleEnabledHandler>()
        .AddSingleton<ICommandHandler<SaveRule>, SaveRuleHandler>()
        .AddSingleton<ICommandHandler<DeleteRule>, DeleteRuleHandler>()
        .AddSingleton<ICommandHandler<CreatePartnerKey>, AccessCommandHandler>()
        .AddSingleton<ICommandHandler<RevokePartnerKey>, AccessCommandHandler>()
        .AddSingleton<ICommandHandler<CreateApiToken>, AccessCommandHandler>()
        .AddSingleton<ICommandHandler<RevokeApiToken>, AccessCommandHandler>();

    private static IServiceCollection AddSampleTraffic(this IServiceCollection services) => services
        .AddSingleton<SampleTrafficPartner>()
        .AddSingleton<ISampleTraffic>(s => s.GetRequiredService<SampleTrafficPartner>())
        .AddHostedService(s => s.GetRequiredService<SampleTrafficPartner>());
}

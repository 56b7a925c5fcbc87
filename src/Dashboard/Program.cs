using Weir.Aws;
using Weir.ControlPlane;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.SampleTraffic;
using Weir.ControlPlane.State;
using Weir.Dashboard.Access;
using Weir.Dashboard.Api;
using Weir.Dashboard.Features.Reference;
using Weir.Dashboard.Hosting;
using Weir.Dashboard.Live;
using Weir.Dashboard.Shell;
using Weir.LocalKinesis;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Verbs;

Verb[] verbs =
[
    new("kinesis", "Runs the embedded engine alone, for any Kinesis client.", KinesisVerb.RunAsync),
    new("keys", "Creates, lists and revokes partners' keys.", SecretVerbs.KeysAsync),
    new("tokens", "Creates, lists and revokes API tokens.", SecretVerbs.TokensAsync),
    new("redact", "Cleans text or NDJSON from standard input.", verbArgs => RedactVerb.RunAsync(verbArgs, Console.OpenStandardInput(), Console.Out, Console.Error)),
    new("accuracy", "Measures the detectors on labelled files.", verbArgs => AccuracyVerb.RunAsync(verbArgs, Console.Out, Console.Error)),
    new("audit", "Verifies the audit log's hash chain.", SecretVerbs.AuditAsync),
];
if (Verbs.TryFind(verbs, args, Console.Out, Console.Error, out var verb))
{
    return await verb!.RunAsync(args[1..]);
}

// Settings are read once: watching their folder would mean watching everything that is written below it.
var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args is ["serve", ..] ? args[1..] : args]);
builder.Configuration.AddShippedSettings();
builder.WebHost.UseStaticWebAssets().UseIngestTransport();
var configuration = builder.Configuration;
if ((BindingPolicy.Problem(configuration) ?? DataFolder.Problem(configuration)) is { } problem)
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

InstanceSettings instance;
try
{
    instance = InstanceSettings.Of(configuration);
    instance.Derive(configuration);
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

foreach (var open in PrivateFolder.Close(DataFolder.PathOf(configuration)))
{
    await Console.Error.WriteLineAsync($"Warning: {open}");
}

// The stream: the embedded engine, or Amazon Kinesis.
if (configuration.GetValue("LocalKinesis:Enabled", true))
{
    builder.Services.AddLocalKinesis(configuration);
}
else
{
    builder.Services.AddAwsKinesis(configuration);
}

// What several processes have in common, before anything works by it.
builder.Services
    .AddSingleton(new ThisInstance(Guid.NewGuid().ToString("N"), instance.Roles))
    .AddFleet(configuration);

// The pipeline, in the order in which a record meets it.
if (instance.TakesRecords)
{
    builder.Services.AddIngest(configuration);
}

builder.Services
    .AddRedaction(configuration)
    .AddSinks(configuration)
    .AddConsuming(configuration);

// What knows and changes the system, and what shows it.
builder.Services
    .AddSingleton<IServerAddress, ServerAddress>()
    .AddControlPlane(configuration, watches: instance.ShowsConsole)
    .AddAccess(configuration)
    .AddControlApi()
    .AddMetricsHub()
    .AddConsole()
    .AddHostedService<Announcement>();

if (instance.ShowsConsole)
{
    builder.Services.AddSharedPeople(configuration, services => services.GetRequiredService<PeopleSchema>().Connect());
}

builder.Logging.ExplainFailures();
return await Startup.RunAsync(configuration, () =>
{
    var app = builder.Build();
    app.UseConsole();

    // After the pages for errors, so that these are found when they are answered with in place of what was asked for.
    app.UseRouting();
    app.UseAuthentication();
    app.UseAuthorization();
    app.UseAntiforgery();
    if (instance.TakesRecords)
    {
        app.MapGroup("").AllowAnonymous().MapIngest();
    }
    else
    {
        app.MapHealth();
    }

    // Partners read the reference where they send to, people where they look.
    if (instance.TakesRecords || instance.ShowsConsole)
    {
        app.MapReference();
        app.MapAssets();
    }

    if (instance.ShowsConsole)
    {
        app.MapAccount();
        app.MapControlApi();
        app.MapMetricsHub();
        app.MapConsole();
        if (!instance.TakesRecords)
        {
            app.MapIngestDescription();
        }
    }
    else
    {
        app.MapNoConsole(instance.Roles);
    }

    return app;
});

/// <summary>The composition root: what runs, and nothing else.</summary>
public partial class Program;

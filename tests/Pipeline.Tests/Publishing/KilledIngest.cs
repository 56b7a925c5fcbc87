using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Aws;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Tests.Ingest;

namespace Weir.Pipeline.Tests.Publishing;

/// <summary>Ingest and publisher in a process of their own, to be killed. It prints its address and runs until it is.</summary>
internal static class KilledIngest
{
    public const string Verb = "run-ingest";

    public static async Task<int> RunAsync(string directory, string kinesis)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = directory,
            ["Aws:Kinesis:ServiceUrl"] = kinesis,
            ["Aws:Region"] = "eu-west-1",
            ["Aws:AccessKeyId"] = "key",
            ["Aws:SecretAccessKey"] = "secret",
            ["Aws:MaxAttempts"] = "1",
            ["Publishing:BatchRecords"] = "20",
            ["Publishing:LingerMilliseconds"] = "2",
            ["Publishing:ShardRefreshMilliseconds"] = "100",
            ["Publishing:SettleMilliseconds"] = "200",
            ["Spool:CheckpointSeconds"] = "0.3",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAwsKinesis(builder.Configuration);
        builder.Services.AddSingleton<IPartnerDirectory, KnownPartners>();
        builder.Services.AddIngest(builder.Configuration);
        var app = builder.Build();
        app.MapIngest();
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await ((IHost)app).WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Starts the process; returns it with its address.</summary>
    public static async Task<(Process Process, Uri Address)> StartAsync(string directory, string kinesis)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KilledIngest).Assembly.Location);
        }

        foreach (var argument in (string[])[Verb, directory, kinesis])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The process ended before it listened.");
        return (process, new Uri(line));
    }
}

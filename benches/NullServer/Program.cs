using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

// The ceiling that the engine's HTTP server sets: reads each request's body to the end and answers that one record was stored.
// NullServer [port, a free one by default]
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
{
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Limits.MaxRequestBufferSize = 4 << 20;
    kestrel.Listen(System.Net.IPAddress.Loopback, args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 0);
});
await using var app = builder.Build();
app.Run(async context =>
{
    var reader = context.Request.BodyReader;
    while (true)
    {
        var read = await reader.ReadAsync(context.RequestAborted);
        reader.AdvanceTo(read.Buffer.End);
        if (read.IsCompleted)
            break;
    }

    var answer = """{"FailedRecordCount":0,"ShardId":"shardId-000000000000","SequenceNumber":"49600000000000000000000000000000000000000000000000000002"}"""u8.ToArray();
    context.Response.ContentType = "application/x-amz-json-1.1";
    context.Response.ContentLength = answer.Length;
    await context.Response.BodyWriter.WriteAsync(answer, context.RequestAborted);
});
await app.StartAsync();
Console.WriteLine($"ready at {app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}");
await app.WaitForShutdownAsync();

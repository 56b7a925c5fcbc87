using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;

namespace Weir.Pipeline.Tests.Publishing;

/// <summary>A <see cref="ScriptedKinesis"/> on a socket, for publishers in another process.</summary>
internal sealed class KinesisServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private KinesisServer(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<KinesisServer> StartAsync(ScriptedKinesis kinesis)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/", context => context.Request.Headers["X-Amz-Target"].ToString()[KinesisOperations.TargetPrefix.Length..] switch
        {
            "ListStreams" => AnswerAsync(context, KinesisOperations.ListStreams, kinesis.ListStreamsAsync),
            "DescribeStreamSummary" => AnswerAsync(context, KinesisOperations.DescribeStreamSummary, kinesis.DescribeStreamSummaryAsync),
            "ListShards" => AnswerAsync(context, KinesisOperations.ListShards, kinesis.ListShardsAsync),
            "PutRecords" => AnswerAsync(context, KinesisOperations.PutRecords, kinesis.PutRecordsAsync),
            "GetShardIterator" => AnswerAsync(context, KinesisOperations.GetShardIterator, kinesis.GetShardIteratorAsync),
            "GetRecords" => AnswerAsync(context, KinesisOperations.GetRecords, kinesis.GetRecordsAsync),
            var other => throw new NotSupportedException(other),
        });
        await app.StartAsync();
        return new KinesisServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync<TInput, TOutput>(HttpContext context, AwsJsonOperation<TInput, TOutput> operation, Func<TInput, CancellationToken, Task<TOutput>> handle)
    {
        // Not bound to the connection: a sender that is killed does not take its call back.
        var input = await JsonSerializer.DeserializeAsync(context.Request.Body, operation.Input, context.RequestAborted);
        context.Response.ContentType = "application/x-amz-json-1.1";
        try
        {
            var output = await handle(input!, CancellationToken.None);
            await JsonSerializer.SerializeAsync(context.Response.Body, output, operation.Output, context.RequestAborted);
        }
        catch (KinesisException e)
        {
            context.Response.StatusCode = e.StatusCode;
            await context.Response.WriteAsync(JsonSerializer.Serialize(new Dictionary<string, string> { ["__type"] = e.Code, ["message"] = e.Message }), context.RequestAborted);
        }
    }
}

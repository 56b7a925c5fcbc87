using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;

namespace Weir.Peers.Tests.Running;

/// <summary>dynalite, an emulator of DynamoDB, with a client on it whose calls may be troubled.</summary>
internal sealed class Dynalite : IAsyncDisposable
{
    private const int Port = 4600;
    private readonly NodePeer _peer;

    private Dynalite(NodePeer peer, Uri address)
    {
        _peer = peer;
        Address = address;
        Client = new AmazonDynamoDBClient(
            new BasicAWSCredentials("key", "secret"),
            new AmazonDynamoDBConfig { ServiceURL = address.ToString(), AuthenticationRegion = "us-east-1", MaxErrorRetry = 0, HttpClientFactory = new Troubled(Trouble) });
    }

    public Uri Address { get; }

    public AmazonDynamoDBClient Client { get; }

    public DynamoTrouble Trouble { get; } = new();

    public static async Task<Dynalite> StartAsync()
    {
        Npm.Require("dynalite");
        var peer = NodePeer.Start(Path.Combine(Npm.Package("dynalite"), "cli.js"), ["--port", $"{Port}", "--createTableMs", "20"]);
        try
        {
            return new Dynalite(peer, await peer.AddressOfAsync(Port));
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _peer.DisposeAsync();
    }

    private sealed class Troubled(DynamoTrouble trouble) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        {
            trouble.InnerHandler ??= new SocketsHttpHandler();
            return new HttpClient(trouble, disposeHandler: false);
        }

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => true;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}

/// <summary>What the service does under load, in front of an emulator that never does: it refuses calls, leaves rows of a batch unprocessed, and loses answers after the write.</summary>
internal sealed class DynamoTrouble : DelegatingHandler
{
    private readonly Random _random = new(1);

    /// <summary>Of a hundred calls that write, how many are refused, how many lose their answer; of a hundred rows of a batch, how many stay unprocessed.</summary>
    public int Refused { get; set; }

    public int AnswerLost { get; set; }

    public int Unprocessed { get; set; }

    public int Troubles { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var operation = request.Headers.TryGetValues("X-Amz-Target", out var target) ? target.Single().Split('.')[1] : "";
        if (operation is not ("BatchWriteItem" or "PutItem" or "UpdateItem"))
            return await base.SendAsync(request, cancellationToken);
        if (Strikes(Refused))
            return Answer(400, """{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"Slow down."}""");
        JsonObject? left = null;
        if (operation == "BatchWriteItem" && Unprocessed > 0)
        {
            var body = JsonNode.Parse(await request.Content!.ReadAsByteArrayAsync(cancellationToken))!.AsObject();
            var items = body["RequestItems"]!.AsObject();
            var (table, rows) = (items.First().Key, items.First().Value!.AsArray());
            var kept = rows.Where(_ => !Strikes(Unprocessed)).Select(r => r!.DeepClone()).ToArray();
            var dropped = rows.Where(r => !kept.Any(k => JsonNode.DeepEquals(k, r))).Select(r => r!.DeepClone()).ToArray();
            if (dropped.Length > 0)
                left = new JsonObject { [table] = new JsonArray(dropped) };
            if (kept.Length == 0)
                return Answer(200, new JsonObject { ["UnprocessedItems"] = left }.ToJsonString());
            items[table] = new JsonArray(kept);
            var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
            foreach (var header in request.Content.Headers.Where(h => h.Key != "Content-Length"))
                content.Headers.TryAddWithoutValidation(header.Key, header.Value);
            request.Content = content;
        }

        var answer = await base.SendAsync(request, cancellationToken);
        if (answer.IsSuccessStatusCode && Strikes(AnswerLost))
            return Answer(500, """{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"Lost."}""");
        return answer.IsSuccessStatusCode && left is not null ? Answer(200, new JsonObject { ["UnprocessedItems"] = left }.ToJsonString()) : answer;
    }

    private bool Strikes(int percent)
    {
        lock (_random)
        {
            var strikes = percent > 0 && _random.Next(100) < percent;
            Troubles += strikes ? 1 : 0;
            return strikes;
        }
    }

    private static HttpResponseMessage Answer(int status, string json) =>
        new((System.Net.HttpStatusCode)status) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/x-amz-json-1.0") };
}

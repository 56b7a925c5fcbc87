using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Live;

namespace Weir.ControlPlane.SampleTraffic;

/// <summary>Where this process answers HTTP; known once the server listens.</summary>
public interface IServerAddress
{
    Uri? Current { get; }
}

/// <summary>See <see cref="ISampleTraffic"/>: a partner like any other, with a key of its own, over a real connection.</summary>
public sealed partial class SampleTrafficPartner(IServerAddress address, IPartnerKeys keys, IAuditLog audit, TimeProvider time, ILogger<SampleTrafficPartner> logger) : BackgroundService, ISampleTraffic
{
    public const string PartnerName = "sample traffic";
    private const int MaxRecordsPerSecond = 20_000;
    private const int TicksPerSecond = 10;
    private const int Connections = 4;

    private readonly SemaphoreSlim _changed = new(0);
    private readonly Lock _gate = new();
    private SampleTrafficState _state = new(false, "", 0, 0, 0, 0, 0, null);
    private string? _key;

    public Feed<SampleTrafficState> Feed { get; } = new();

    public async Task StartAsync(string stream, int recordsPerSecond, Actor by, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(stream);
        if (recordsPerSecond is < 1 or > MaxRecordsPerSecond)
        {
            throw new ArgumentOutOfRangeException(nameof(recordsPerSecond), $"Sample traffic is 1 to {MaxRecordsPerSecond:N0} records a second.");
        }

        _key ??= await NewKeyAsync(by, cancellationToken);
        bool starts;
        lock (_gate)
        {
            starts = !_state.Running;
            _state = starts
                ? new SampleTrafficState(true, stream, recordsPerSecond, 0, 0, 0, 0, null)
                : _state with { Stream = stream, TargetRecordsPerSecond = recordsPerSecond };
        }

        await audit.AppendAsync(by, starts ? "start-sample-traffic" : "change-sample-traffic", stream, "done", JsonSerializer.Serialize(new { recordsPerSecond }), cancellationToken);
        Publish();
        _changed.Release();
    }

    public async Task StopAsync(Actor by, CancellationToken cancellationToken)
    {
        Update(s => s with { Running = false, RecordsPerSecond = 0 });
        await audit.AppendAsync(by, "stop-sample-traffic", _state.Stream, "done", null, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Publish();
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
        while (true)
        {
            await _changed.WaitAsync(stoppingToken);
            while (_state.Running)
            {
                try
                {
                    await SendAsync(client, stoppingToken);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !stoppingToken.IsCancellationRequested)
                {
                    LogSendFailed(logger, e.Message);
                    Update(s => s with { Problem = e.Message, RecordsPerSecond = 0 });
                    await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken);
                }
            }
        }
    }

    /// <summary>Sends at the wanted rate, in ticks of 100 ms, until stopped. What a slow answer held back is not made up for later.</summary>
    private async Task SendAsync(HttpClient client, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TicksPerSecond), time);
        var events = new OrderEvents(new Random(), time);
        var owed = 0.0;
        var (second, sentThisSecond) = (time.GetTimestamp(), 0L);
        var open = new List<Task>();
        while (_state is { Running: true } state && await timer.WaitForNextTickAsync(stoppingToken))
        {
            owed = Math.Min(owed + ((double)state.TargetRecordsPerSecond / TicksPerSecond), MaxRecordsPerSecond);
            while (owed >= 1)
            {
                var count = (int)Math.Min(owed, 500);
                owed -= count;
                sentThisSecond += count;
                var body = Batch(events, count);
                open.RemoveAll(t => t.IsCompletedSuccessfully);
                if (open.Count >= Connections)
                {
                    var finished = await Task.WhenAny(open);
                    open.Remove(finished);
                    await finished;
                }

                open.Add(PostAsync(client, state.Stream, body, count, stoppingToken));
            }

            if (time.GetElapsedTime(second) is { TotalSeconds: >= 1 } elapsed)
            {
                var rate = sentThisSecond / elapsed.TotalSeconds;
                Update(s => s.Running ? s with { RecordsPerSecond = rate } : s);
                (second, sentThisSecond) = (time.GetTimestamp(), 0);
            }
        }

        await Task.WhenAll(open);
    }

    private async Task PostAsync(HttpClient client, string stream, byte[] body, int count, CancellationToken stoppingToken)
    {
        var target = new Uri(address.Current ?? throw new HttpRequestException("The server does not listen yet."), $"/v1/streams/{Uri.EscapeDataString(stream)}/records");
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var response = await client.SendAsync(request, stoppingToken);
        if (response.IsSuccessStatusCode)
        {
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(stoppingToken));
            var accepted = answer.RootElement.TryGetProperty("accepted", out var n) ? n.GetInt32() : count;
            Update(s => s with { Sent = s.Sent + count, Accepted = s.Accepted + accepted, Rejected = s.Rejected + count - accepted, Problem = null });
            return;
        }

        Update(s => s with { Sent = s.Sent + count, Rejected = s.Rejected + count, Problem = $"The ingest endpoint answered {(int)response.StatusCode} {response.ReasonPhrase}." });
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
        {
            await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), time, stoppingToken);
        }
    }

    private static byte[] Batch(OrderEvents events, int count)
    {
        var buffer = new ArrayBufferWriter<byte>(count * 400);
        for (var i = 0; i < count; i++)
        {
            events.Write(buffer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The secret of a key cannot be read again, so each process makes one and revokes those of processes before it.</summary>
    private async Task<string> NewKeyAsync(Actor by, CancellationToken cancellationToken)
    {
        foreach (var old in (await keys.ListAsync(cancellationToken)).Where(k => k.PartnerName == PartnerName && k.RevokedAt is null))
        {
            await keys.RevokeAsync(old.Id, by, cancellationToken);
        }

        return (await keys.CreateAsync(PartnerName, null, Actor.System, cancellationToken)).Secret;
    }

    private void Update(Func<SampleTrafficState, SampleTrafficState> change)
    {
        lock (_gate)
        {
            _state = change(_state);
        }

        Publish();
    }

    private void Publish() => Feed.Publish(_state);

    [LoggerMessage(LogLevel.Warning, "Sample traffic could not be sent: {Reason}")]
    private static partial void LogSendFailed(ILogger logger, string reason);
}

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
    private const int BatchSize = 500;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _changed = new(0);
    private readonly SemaphoreSlim _starting = new(1);
    private readonly Lock _gate = new();
    private SampleTrafficState _state = new(false, "", 0, 0, 0, 0, 0, null);
    private string? _key;

    public Feed<SampleTrafficState> Feed { get; } = new();

    public async Task StartAsync(string stream, int recordsPerSecond, Actor by, CancellationToken cancellationToken)
    {
        await RequireAsync(by, "start-sample-traffic", cancellationToken);
        await RunAsync(stream, recordsPerSecond, by, cancellationToken);
        await audit.AppendAsync(by, "start-sample-traffic", stream, "done", JsonSerializer.Serialize(new { recordsPerSecond }), cancellationToken);
    }

    public async Task StopAsync(Actor by, CancellationToken cancellationToken)
    {
        await RequireAsync(by, "stop-sample-traffic", cancellationToken);
        Halt();
        await audit.AppendAsync(by, "stop-sample-traffic", _state.Stream, "done", null, cancellationToken);
    }

    /// <summary>Starts or changes; the caller has checked and audits. Throws <see cref="ArgumentException"/> for a wrong rate or no stream.</summary>
    internal async Task RunAsync(string stream, int recordsPerSecond, Actor by, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(stream);
        if (recordsPerSecond is < 1 or > MaxRecordsPerSecond)
        {
            throw new ArgumentOutOfRangeException(nameof(recordsPerSecond), $"Sample traffic is 1 to {MaxRecordsPerSecond:N0} records a second.");
        }

        await _starting.WaitAsync(cancellationToken);
        try
        {
            _key ??= await NewKeyAsync(by, cancellationToken);
        }
        finally
        {
            _starting.Release();
        }

        Update(s => !s.Running
            ? new SampleTrafficState(true, stream, recordsPerSecond, 0, 0, 0, 0, null)
            : s with { Stream = stream, TargetRecordsPerSecond = recordsPerSecond });
        _changed.Release();
    }

    internal void Halt() => Update(s => s with { Running = false, RecordsPerSecond = 0 });

    public override void Dispose()
    {
        _starting.Dispose();
        _changed.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Update(s => s);
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

    /// <summary>
    /// Sends at the wanted rate until stopped, in ticks of 100 ms over a few connections. When all of them wait for an answer the clock of the rate waits too:
    /// what a slow or refusing server held back is not made up for later.
    /// </summary>
    private async Task SendAsync(HttpClient client, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TicksPerSecond), time);
        var events = new OrderEvents(new Random(), time);
        var owed = 0.0;
        var (second, acceptedBefore) = (time.GetTimestamp(), _state.Accepted);
        var open = new List<Task>();
        try
        {
            while (_state is { Running: true } state && await timer.WaitForNextTickAsync(stoppingToken))
            {
                var tick = (double)state.TargetRecordsPerSecond / TicksPerSecond;
                owed = Math.Min(owed + tick, 2 * Math.Max(1, tick));
                while (owed >= 1 && _state.Running)
                {
                    var count = (int)Math.Min(owed, BatchSize);
                    owed -= count;
                    if (open.Count >= Connections)
                    {
                        var finished = await Task.WhenAny(open);
                        open.Remove(finished);
                        await finished;
                    }

                    open.Add(PostAsync(client, state.Stream, Batch(events, count), count, stoppingToken));
                }

                if (time.GetElapsedTime(second) is { TotalSeconds: >= 1 } elapsed)
                {
                    var accepted = _state.Accepted;
                    var rate = Math.Max(0, accepted - acceptedBefore) / elapsed.TotalSeconds;
                    Update(s => s.Running ? s with { RecordsPerSecond = rate } : s);
                    (second, acceptedBefore) = (time.GetTimestamp(), accepted);
                }
            }
        }
        finally
        {
            // Whatever is under way is waited for; the first failure is told by the caller.
            await Task.WhenAll(open);
        }
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
            var accepted = await AcceptedAsync(response, count, stoppingToken);
            Update(s => s with { Sent = s.Sent + count, Accepted = s.Accepted + accepted, Rejected = s.Rejected + count - accepted, Problem = null });
            return;
        }

        Update(s => s with { Sent = s.Sent + count, Rejected = s.Rejected + count, Problem = $"The ingest endpoint answered {(int)response.StatusCode} {response.ReasonPhrase}." });

        // The connection stays taken meanwhile, which is what slows the whole partner down.
        var pause = response.StatusCode == HttpStatusCode.TooManyRequests ? RetryAfter(response) : TimeSpan.FromSeconds(1);
        await Task.Delay(pause, time, stoppingToken);
    }

    private TimeSpan RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => TimeSpan.FromSeconds(1),
        };
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked > LongestPause ? LongestPause : asked;
    }

    /// <summary>How many of a batch were taken: the answer's <c>accepted</c>, all where it does not say.</summary>
    private static async Task<int> AcceptedAsync(HttpResponseMessage response, int sent, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("accepted", out var n) && n.TryGetInt32(out var accepted) ? accepted : sent;
        }
        catch (JsonException)
        {
            return sent;
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

    private async Task RequireAsync(Actor by, string action, CancellationToken cancellationToken)
    {
        if (!by.May(Permissions.Operate))
        {
            await audit.AppendAsync(by, action, PartnerName, "denied", null, cancellationToken);
            throw new UnauthorizedAccessException("Sample traffic is for operators.");
        }
    }

    private void Update(Func<SampleTrafficState, SampleTrafficState> change)
    {
        lock (_gate)
        {
            _state = change(_state);

            // Under the lock: outside it an older state could be published after a newer one, and stay.
            Feed.Publish(_state);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Sample traffic could not be sent: {Reason}")]
    private static partial void LogSendFailed(ILogger logger, string reason);
}

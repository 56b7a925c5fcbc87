using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.SampleTraffic;

namespace Weir.ControlPlane.Tests.SampleTraffic;

public sealed class SampleTrafficTests : IAsyncLifetime, IServerAddress
{
    private readonly TestState _state = new();
    private readonly PartnerKeys _keys;
    private readonly SampleTrafficPartner _traffic;
    private readonly List<(string Path, int Lines, bool KeyKnown)> _posts = [];
    private WebApplication _server = null!;
    private Func<HttpContext, int, Task> _answer = (c, lines) => c.Response.WriteAsync($$"""{"accepted":{{lines}},"rejected":0}""");

    public SampleTrafficTests()
    {
        _keys = new PartnerKeys(_state.Database, _state.Seal, TimeProvider.System, NullLogger<PartnerKeys>.Instance);
        _traffic = new SampleTrafficPartner(this, _keys, _state.Audit, TimeProvider.System, NullLogger<SampleTrafficPartner>.Instance);
    }

    public Uri? Current { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Urls.Add("http://127.0.0.1:0");
        _server.Run(async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
            var key = context.Request.Headers.Authorization.ToString()["Bearer ".Length..];
            var partner = await _keys.FindByKeyAsync(key, context.RequestAborted);
            lock (_posts)
            {
                _posts.Add((context.Request.Path, lines, partner?.Name == SampleTrafficPartner.PartnerName));
            }

            context.Response.StatusCode = StatusCodes.Status202Accepted;
            await _answer(context, lines);
        });
        await _server.StartAsync();
        Current = new Uri(_server.Urls.First());
        await _traffic.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _traffic.StopAsync(CancellationToken.None);
        _traffic.Dispose();
        _keys.Dispose();
        await _server.DisposeAsync();
        _state.Dispose();
    }

    [Fact]
    public async Task It_posts_over_http_with_a_key_of_its_own_and_counts_what_was_accepted()
    {
        await _traffic.StartAsync("orders", 2000, TestState.Operator, CancellationToken.None);

        var state = await Eventually.SeesAsync(_traffic.Feed, s => s.Accepted >= 400, "400 accepted records");
        await _traffic.StopAsync(TestState.Operator, CancellationToken.None);

        Assert.True(state.Running);
        lock (_posts)
        {
            Assert.All(_posts, p => Assert.Equal(("/v1/streams/orders/records", true), (p.Path, p.KeyKnown)));
        }

        Assert.False(_traffic.Feed.Latest!.Running);
    }

    [Fact]
    public async Task It_keeps_the_rate_that_was_asked_for()
    {
        await _traffic.StartAsync("orders", 500, TestState.Operator, CancellationToken.None);

        var state = await Eventually.SeesAsync(_traffic.Feed, s => s.RecordsPerSecond > 0, "a first second");

        // Twice the rate: what a stalled machine still had under way from the second before is counted in this one.
        Assert.InRange(state.RecordsPerSecond, 1, 1000);
    }

    [Fact]
    public async Task It_slows_down_when_told_to_come_back_later()
    {
        _answer = (c, _) =>
        {
            c.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            c.Response.Headers.RetryAfter = "25";
            return Task.CompletedTask;
        };
        await _traffic.StartAsync("orders", 20_000, TestState.Operator, CancellationToken.None);

        var state = await Eventually.SeesAsync(_traffic.Feed, s => s.Problem is not null, "a problem");

        Assert.Contains("429", state.Problem);
        Assert.Equal(0, state.Accepted);
        await Task.WhenAny(Eventually.SeesAsync(_traffic.Feed, s => s.Sent > 4 * 500, "more than one batch a connection"), Task.Delay(700));
        Assert.True(_traffic.Feed.Latest!.Sent <= 4 * 500, $"sent {_traffic.Feed.Latest!.Sent}");
    }

    [Fact]
    public async Task It_counts_the_records_that_were_refused_one_by_one()
    {
        _answer = (c, lines) => c.Response.WriteAsync($$"""{"accepted":{{lines - 1}},"rejected":1}""");
        await _traffic.StartAsync("orders", 100, TestState.Operator, CancellationToken.None);

        var state = await Eventually.SeesAsync(_traffic.Feed, s => s.Rejected >= 2, "two refused records");

        Assert.Equal(state.Sent, state.Accepted + state.Rejected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20_001)]
    public async Task A_rate_out_of_range_is_refused(int rate) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _traffic.StartAsync("orders", rate, TestState.Operator, CancellationToken.None));

    [Fact]
    public async Task Somebody_who_may_only_look_cannot_start_it()
    {
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => _traffic.StartAsync("orders", 1, TestState.Viewer, CancellationToken.None));

        Assert.Equal("denied", (await _state.Audit.QueryAsync(new(), CancellationToken.None))[0].Outcome);
    }

    [Fact]
    public void Every_event_is_one_line_of_json_with_made_up_personal_data()
    {
        var events = new OrderEvents(new Random(1), new FakeTimeProvider());
        var buffer = new ArrayBufferWriter<byte>();
        for (var i = 0; i < 500; i++)
        {
            events.Write(buffer);
        }

        var lines = Encoding.UTF8.GetString(buffer.WrittenSpan).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(500, lines.Length);
        Assert.All(lines, line =>
        {
            using var order = JsonDocument.Parse(line);
            var customer = order.RootElement.GetProperty("customer");
            Assert.EndsWith("@example.org", customer.GetProperty("email").GetString());
            Assert.Contains(" 555 01", customer.GetProperty("phone").GetString());
            Assert.True(IsLuhnValid(order.RootElement.GetProperty("payment").GetProperty("card").GetString()!));
            Assert.False(string.IsNullOrEmpty(order.RootElement.GetProperty("shipping").GetProperty("street").GetString()));
        });
        Assert.Contains(lines, l => l.Contains("\\u0040example.org", StringComparison.Ordinal));
    }

    private static bool IsLuhnValid(string card)
    {
        var digits = card.Where(char.IsAsciiDigit).Reverse().Select((c, i) => (c - '0') * (i % 2 == 0 ? 1 : 2)).Sum(d => d > 9 ? d - 9 : d);
        return digits % 10 == 0;
    }
}

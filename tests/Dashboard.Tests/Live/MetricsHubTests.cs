using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Weir.ControlPlane.Access;

namespace Weir.Dashboard.Tests.Live;

public sealed class MetricsHubTests(WeirServer server) : IClassFixture<WeirServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_client_with_a_token_gets_a_snapshot_at_once_and_then_each_second()
    {
        await using var connection = Connect(server.Token(Roles.Viewer));
        var seen = System.Threading.Channels.Channel.CreateUnbounded<JsonElement>();
        connection.On<JsonElement>("snapshot", s => seen.Writer.TryWrite(s));
        await connection.StartAsync();
        using var timeout = new CancellationTokenSource(Patience);

        var first = await seen.Reader.ReadAsync(timeout.Token);
        var second = await seen.Reader.ReadAsync(timeout.Token);

        Assert.True(second.GetProperty("sequence").GetInt64() > first.GetProperty("sequence").GetInt64());
        Assert.Equal(JsonValueKind.Object, first.GetProperty("ingest").ValueKind);
    }

    [Fact]
    public async Task The_same_snapshots_can_be_streamed()
    {
        await using var connection = Connect(server.Token(Roles.Viewer));
        await connection.StartAsync();
        using var timeout = new CancellationTokenSource(Patience);
        var sequences = new List<long>();

        await foreach (var snapshot in connection.StreamAsync<JsonElement>("Snapshots", timeout.Token))
        {
            sequences.Add(snapshot.GetProperty("sequence").GetInt64());
            if (sequences.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(sequences.Order().Distinct(), sequences);
    }

    [Fact]
    public async Task Without_a_token_nobody_gets_in()
    {
        await using var connection = Connect(null);

        Assert.Contains("401", (await Assert.ThrowsAnyAsync<HttpRequestException>(() => connection.StartAsync())).Message);
    }

    private HubConnection Connect(string? token) => new HubConnectionBuilder()
        .WithUrl(new Uri(server.Address, "/hubs/metrics"), o => o.AccessTokenProvider = () => Task.FromResult(token))
        .Build();
}

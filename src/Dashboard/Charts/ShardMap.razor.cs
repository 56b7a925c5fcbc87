using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Weir.ControlPlane.Metrics;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Charts;

/// <summary>
/// The hash space of a stream, cut where its open shards are: width is the part of the space, colour how full the shard is. Drawn on one canvas;
/// where shards are is sent when that changes, how full they are as two bytes a shard and second.
/// </summary>
public sealed partial class ShardMap(IJSRuntime js)
{
    private static readonly double HashSpace = Math.Pow(2, 128);

    private ElementReference _canvas;
    private IJSObjectReference? _module;
    private IJSObjectReference? _map;
    private DotNetObjectReference<ShardMap>? _self;
    private string _drawn = "";
    private long _sent = -1;

    /// <summary>Open shards in the order of their ranges.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ShardSnapshot> Shards { get; set; } = [];

    /// <summary>Grows with each sample; the same number is not sent twice.</summary>
    [Parameter, EditorRequired]
    public long Sequence { get; set; }

    [Parameter]
    public string? Selected { get; set; }

    [Parameter]
    public EventCallback<string?> OnSelect { get; set; }

    private string Summary
    {
        get
        {
            var hottest = Shards.MaxBy(s => s.Utilization);
            return hottest is null
                ? "Shard map: no open shards."
                : $"Shard map: {Shards.Count} open shards, {Shards.Count(s => s.Utilization >= 0.85)} over 85 percent, {Shards.Count(s => s.WriteThrottlesPerSecond > 0)} throttled; hottest {Figures.Shard(hottest.ShardId)} at {Figures.Percent(hottest.Utilization)}. Arrow keys move between shards.";
        }
    }

    /// <summary>Called by the browser when a shard is chosen, with its place in <see cref="Shards"/>.</summary>
    [JSInvokable]
    public Task Choose(string? shardId) => OnSelect.InvokeAsync(shardId);

    /// <summary>Two bytes a shard: fullness in percent up to 250, then 1 where it throttles.</summary>
    internal static byte[] Frame(IReadOnlyList<ShardSnapshot> shards)
    {
        var frame = new byte[shards.Count * 2];
        for (var i = 0; i < shards.Count; i++)
        {
            frame[i * 2] = (byte)Math.Clamp(Math.Ceiling(shards[i].Utilization * 100), 0, 250);
            frame[(i * 2) + 1] = shards[i].WriteThrottlesPerSecond > 0 ? (byte)1 : (byte)0;
        }

        return frame;
    }

    /// <summary>Where a shard starts in the hash space, 0 to 1.</summary>
    internal static double Place(UInt128 hashKey) => (double)hashKey / HashSpace;

    /// <summary>A shard's part of the hash space in percent, with as many digits as its width needs: <c>25–50%</c>, <c>17.8–17.9%</c>.</summary>
    internal static string Range(ShardSnapshot shard)
    {
        var (from, to) = (Place(shard.StartingHashKey) * 100, Place(shard.EndingHashKey) * 100);
        var digits = (to - from) switch { >= 5 => "0", >= 0.5 => "0.0", _ => "0.00" };
        return $"{from.ToString(digits, CultureInfo.InvariantCulture)}–{to.ToString(digits, CultureInfo.InvariantCulture)}%";
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!RendererInfo.IsInteractive)
        {
            return;
        }

        if (_map is null)
        {
            if (_module is not null || !firstRender)
            {
                return;
            }

            _module = await js.InvokeAsync<IJSObjectReference>("import", Gone, "./js/shardmap.js");
            _self = DotNetObjectReference.Create(this);
            _map = await _module.InvokeAsync<IJSObjectReference>("mount", Gone, _canvas, _self);
        }

        var shape = string.Join(',', Shards.Select(s => s.ShardId));
        if (shape != _drawn)
        {
            _drawn = shape;
            await _map.InvokeVoidAsync("shape", Gone, Shards.Select(s => s.ShardId), Shards.Select(s => Figures.Shard(s.ShardId)), Shards.Select(s => Place(s.StartingHashKey)).Append(1.0));
        }

        if (Sequence != _sent)
        {
            _sent = Sequence;
            await _map.InvokeVoidAsync("levels", Gone, Frame(Shards));
        }

        await _map.InvokeVoidAsync("select", Gone, Selected);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_map is not null)
            {
                await _map.InvokeVoidAsync("destroy");
                await _map.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone, and the map with it.
        }

        _self?.Dispose();
        Dispose();
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Components;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.SampleTraffic;

namespace Weir.Dashboard.Features.Overview;

public sealed partial class SampleTrafficCard
{
    private const int MaxRate = 20_000;
    private const int MaxPosition = 100;

    private SampleTrafficState? _state;
    private string? _stream;
    private int _position = Position(400);
    private int? _typed;
    private bool _open;

    [Parameter, EditorRequired]
    public IReadOnlyList<StreamSnapshot> Streams { get; set; } = [];

    /// <summary>Shown in full even while nothing runs.</summary>
    [Parameter]
    public bool Invite { get; set; }

    private int Rate => _typed ?? RateAt(_position);

    private StreamSnapshot? Target => Streams.FirstOrDefault(s => s.Name == (_state is { Running: true } ? _state.Stream : _stream)) ?? (Streams.Count > 0 ? Streams[0] : null);

    private string? WhyNoStart => WhyNot(Permissions.Operate) ?? (Streams.Count == 0 ? "There is no stream to send to; create one under Streams." : null);

    /// <summary>The slider is logarithmic, so that 10 and 10,000 a second are both easy to hit: 0 is 10, 100 is 20,000, two figures each.</summary>
    internal static int RateAt(int position)
    {
        var exact = 10 * Math.Pow(MaxRate / 10.0, position / (double)MaxPosition);
        var unit = Math.Pow(10, Math.Floor(Math.Log10(exact)) - 1);
        return (int)Math.Min(MaxRate, Math.Round(exact / unit) * unit);
    }

    internal static int Position(int rate) => (int)Math.Round(MaxPosition * Math.Log(Math.Clamp(rate, 10, MaxRate) / 10.0) / Math.Log(MaxRate / 10.0));

    protected override void OnInitialized() => Follow(Traffic.Feed, s =>
    {
        if (_state is null && s.Running)
        {
            (_typed, _position) = (s.TargetRecordsPerSecond, Position(s.TargetRecordsPerSecond));
        }

        _state = s;
    });

    private void OnSlide(ChangeEventArgs e)
    {
        _position = int.Parse((string)e.Value!, CultureInfo.InvariantCulture);
        _typed = null;
    }

    private async Task OnSettleAsync(ChangeEventArgs e)
    {
        OnSlide(e);
        await ApplyAsync();
    }

    private async Task OnTypeAsync(ChangeEventArgs e)
    {
        if (int.TryParse((string?)e.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var rate))
        {
            _typed = Math.Clamp(rate, 1, MaxRate);
            _position = Position(_typed.Value);
            await ApplyAsync();
        }
    }

    /// <summary>What runs follows the slider.</summary>
    private async Task ApplyAsync()
    {
        if (_state is { Running: true } && May(Permissions.Operate))
        {
            await Traffic.StartAsync(_state.Stream, Rate, Me, Gone);
        }
    }

    private async Task StartAsync()
    {
        if (WhyNoStart is null && Target is { } target)
        {
            await Traffic.StartAsync(target.Name, Rate, Me, Gone);
            _open = true;
        }
    }

    private async Task StopAsync()
    {
        if (May(Permissions.Operate))
        {
            await Traffic.StopAsync(Me, Gone);
        }
    }
}

using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.Dashboard.Access;

namespace Weir.Dashboard.Shell;

/// <summary>
/// A component that follows feeds. The loop starts on the circuit's context, so every value is applied and drawn there; it ends when the component goes.
/// While the page is only prerendered the newest value is applied once and nothing is watched.
/// </summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();

    protected LiveComponent() => Gone = _gone.Token;

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [Inject]
    private Pause Pause { get; set; } = null!;

    /// <summary>Whether snapshots stop coming while somebody has paused the tab. What judges how fresh they are must not stop.</summary>
    protected virtual bool Pausable => true;

    /// <summary>Who is looking; known from <see cref="OnInitializedAsync"/> on.</summary>
    protected Actor Me { get; private set; } = new("anonymous", "anonymous", []);

    /// <summary>Cancelled when the component goes.</summary>
    protected CancellationToken Gone { get; }

    protected bool May(string permission) => Me.May(permission);

    /// <summary>Why a button that needs the permission is off, null when it is not.</summary>
    protected string? WhyNot(string permission) => May(permission) ? null : $"Your role ({string.Join(", ", Me.Roles)}) may not do this.";

    /// <summary>Calls <paramref name="apply"/> with the newest value and then with each later one, and draws. Call it from <c>OnInitialized</c>.</summary>
    protected void Follow<T>(Feed<T> feed, Action<T> apply)
        where T : class => Follow(feed, value =>
        {
            apply(value);
            return Task.CompletedTask;
        });

    /// <inheritdoc cref="Follow{T}(Feed{T}, Action{T})"/>
    protected void Follow<T>(Feed<T> feed, Func<T, Task> apply)
        where T : class
    {
        if (RendererInfo.IsInteractive)
        {
            _ = FollowAsync(feed, apply);
        }
        else if (feed.Latest is { } latest)
        {
            _ = apply(latest);
        }
    }

    /// <summary>Calls <paramref name="tick"/> at this pace and draws, as long as the component lives.</summary>
    protected void Every(TimeSpan pace, TimeProvider time, Func<Task> tick)
    {
        if (RendererInfo.IsInteractive)
        {
            _ = EveryAsync(pace, time, tick);
        }
    }

    /// <summary>Calls <paramref name="apply"/> with each later address, as long as the component lives, and draws. Call it from <c>OnInitialized</c>.</summary>
    protected void FollowAddress(NavigationManager navigation, Func<string, Task> apply)
    {
        if (RendererInfo.IsInteractive)
        {
            void OnChanged(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(async () =>
            {
                await apply(e.Location);
                StateHasChanged();
            });
            navigation.LocationChanged += OnChanged;
            _gone.Token.Register(() => navigation.LocationChanged -= OnChanged);
        }
    }

    /// <inheritdoc cref="FollowAddress(NavigationManager, Func{string, Task})"/>
    protected void FollowAddress(NavigationManager navigation, Action<string> apply) => FollowAddress(navigation, address =>
    {
        apply(address);
        return Task.CompletedTask;
    });

    protected override async Task OnInitializedAsync()
    {
        if (Authentication is not null)
        {
            Me = (await Authentication).User.ToActor();
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_gone.IsCancellationRequested)
        {
            _gone.Cancel();
            _gone.Dispose();
        }
    }

    private async Task FollowAsync<T>(Feed<T> feed, Func<T, Task> apply)
        where T : class
    {
        var gone = Gone;
        try
        {
            var shown = false;
            await foreach (var value in feed.WatchAsync(gone))
            {
                if (shown && Pausable && Pause.On && value is SystemSnapshot)
                {
                    continue;
                }

                shown = true;
                await apply(value);
                StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception e) when (!gone.IsCancellationRequested)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private async Task EveryAsync(TimeSpan pace, TimeProvider time, Func<Task> tick)
    {
        var gone = Gone;
        try
        {
            using var timer = new PeriodicTimer(pace, time);
            while (await timer.WaitForNextTickAsync(gone))
            {
                await tick();
                StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception e) when (!gone.IsCancellationRequested)
        {
            await DispatchExceptionAsync(e);
        }
    }
}

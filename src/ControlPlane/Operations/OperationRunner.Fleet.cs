using Microsoft.Extensions.Logging;

namespace Weir.ControlPlane.Operations;

/// <summary>Whose an operation is in a fleet: this process holds its own, looks at the others, and carries on what a dead one left.</summary>
public sealed partial class OperationRunner
{
    /// <summary>Makes a change with a token that ends when another process may have taken the operation over.</summary>
    private async Task WhileHeldAsync(Running running, Func<CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        if (!_guard.IsShared)
        {
            await change(cancellationToken);
            return;
        }

        // Also after an answer that was long under way: by then the next change would have no time left.
        while (time.GetElapsedTime(running.HeldAt) > Trusted / 2)
        {
            await HoldAsync(running);
        }

        using var trusted = new CancellationTokenSource(Trusted - time.GetElapsedTime(running.HeldAt), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(trusted.Token, cancellationToken);
        await change(both.Token);
    }

    /// <summary>Says to the fleet that the operation is still here and how far it is; waits for the answer. Throws <see cref="OperationCanceledException"/> when it has been lost, or the process stops.</summary>
    private async Task HoldAsync(Running running)
    {
        if (_guard.IsShared)
        {
            await AgainAsync(() => KeepAsync(running, _shutdown.Token));
            running.Gone.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task<bool> KeepAsync(Running running, CancellationToken cancellationToken)
    {
        // From before the call: the others count from when it arrives.
        var at = time.GetTimestamp();
        switch (await _guard.KeepAsync(running.Now, cancellationToken))
        {
            case OperationHold.Lost when !running.Ending:
                Lose(running);
                return false;
            case OperationHold.StopAsked when !running.Stopping:
                RequestStop(running.Now.Id);
                break;
        }

        running.HeldAt = at;
        return true;
    }

    /// <summary>Another process carries it: it is none of this one's any more.</summary>
    private void Lose(Running running)
    {
        LogLost(logger, running.Now.Kind, running.Now.Target);
        lock (_gate)
        {
            running.IsLost = true;
            _operations.Remove(running);
            store.Remove(running.Now.Id);
            Publish();
        }

        running.Gone.Cancel();
    }

    /// <summary>Until the fleet's table answers, or the process stops.</summary>
    private async Task<T> AgainAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (!_shutdown.IsCancellationRequested)
            {
                LogNotLooked(logger, e);
            }

            await Task.Delay(Pause, time, _shutdown.Token);
        }
    }

    private async Task LookAgainAsync()
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_shutdown.Token))
            {
                try
                {
                    await LookAsync(_shutdown.Token);
                    await TakeOverAsync();
                }
                catch (Exception e) when (!_shutdown.IsCancellationRequested)
                {
                    LogNotLooked(logger, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    /// <summary>Tells the others what runs here, and looks at what runs there.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        Running[] own;
        lock (_gate)
        {
            own = [.. _operations.Where(o => o.Now.State == OperationState.Running && o.HeldAt != 0)];
        }

        foreach (var running in own.Where(o => !o.Ending && time.GetElapsedTime(o.HeldAt) >= Pause))
        {
            await KeepAsync(running, cancellationToken);
        }

        var all = await _guard.ReadAsync(cancellationToken);
        lock (_gate)
        {
            _elsewhere = [.. all.Where(o => !_operations.Exists(own => own.Now.Id == o.Id))];
            Publish();
        }
    }

    /// <summary>Carries on what processes that died have left.</summary>
    private async Task TakeOverAsync()
    {
        foreach (var left in await _guard.TakeOverAsync(_shutdown.Token))
        {
            var running = new Running(left.Operation, left.Body, left.StopRequested) { HeldAt = time.GetTimestamp(), IsTakenOver = true };
            LogTakenOver(logger, left.Operation.Kind, left.Operation.Target, left.Operation.StepsDone);
            lock (_gate)
            {
                _operations.RemoveAll(o => o.Now.Id == left.Operation.Id);
                _elsewhere = [.. _elsewhere.Where(o => o.Id != left.Operation.Id)];
                Begin(running);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "{Kind} of {Target} was left by a process that is silent and goes on here after {StepsDone} steps.")]
    private static partial void LogTakenOver(ILogger logger, string kind, string target, int stepsDone);

    [LoggerMessage(LogLevel.Warning, "{Kind} of {Target} was taken over by another process while this one was silent.")]
    private static partial void LogLost(ILogger logger, string kind, string target);

    [LoggerMessage(LogLevel.Warning, "The operations of the fleet could not be looked at.")]
    private static partial void LogNotLooked(ILogger logger, Exception e);
}

using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Live;

namespace Weir.ControlPlane.Operations;

/// <summary>One kind of long change. Steps are carried out one by one and may be carried out again after a crash, so each must see what is already done.</summary>
public interface IOperationSteps
{
    /// <summary>The kind that it carries out.</summary>
    string Kind { get; }

    /// <summary>Carries out step <paramref name="step"/> (from 0) of what <paramref name="body"/> describes. Throws to fail the operation; the message is shown.</summary>
    Task RunStepAsync(string target, string body, int step, Action<string> report, CancellationToken cancellationToken);
}

/// <summary>
/// Runs long changes, a task each, with their state on the database after every step: a closed tab does not matter and a restart goes on where it stood.
/// <code>
/// Running ──step──► Running ──last step──► Succeeded
///    ├── a step throws ─────────────────► Failed
///    └── stopped by a person ───────────► Stopped   (after the step under way)
/// </code>
/// </summary>
public sealed partial class OperationRunner(OperationStore store, IEnumerable<IOperationSteps> kinds, IAuditLog audit, TimeProvider time, ILogger<OperationRunner> logger, IOperationGuard? guard = null)
    : IHostedService, IOperations, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);
    private readonly IOperationGuard _guard = guard ?? new OwnOperationGuard();
    private readonly Lock _gate = new();
    private IReadOnlyList<Operation> _elsewhere = [];
    private Task _looking = Task.CompletedTask;
    private readonly List<Running> _operations = [];
    private readonly CancellationTokenSource _shutdown = new();
    private readonly Dictionary<string, IOperationSteps> _kinds = kinds.ToDictionary(k => k.Kind);

    public Feed<IReadOnlyList<Operation>> Feed { get; } = new();

    public Operation? Find(string id)
    {
        lock (_gate)
        {
            return _operations.Find(o => o.Now.Id == id)?.Now ?? _elsewhere.FirstOrDefault(o => o.Id == id);
        }
    }

    /// <summary>The operation that runs on the target now, here or in another process, or null.</summary>
    public Operation? RunningOn(string target)
    {
        lock (_gate)
        {
            return _operations.Find(o => o.Now.State == OperationState.Running && o.Now.Target == target)?.Now ?? _elsewhere.FirstOrDefault(o => o.Target == target);
        }
    }

    /// <summary>Stores and starts an operation, or returns null because another one runs on the same target, in this process or another.</summary>
    /// <param name="steps">In words, one a step.</param>
    /// <param name="body">What the steps need to know, kept for a restart.</param>
    public async Task<Operation?> TryStartAsync(string kind, string target, Actor by, IReadOnlyList<string> steps, string body, CancellationToken cancellationToken)
    {
        var running = new Running(new Operation(Secrets.Id(), kind, target, by.Name, time.GetUtcNow(), OperationState.Running, steps, 0, "Starting"), body, false);
        if (RunningOn(target) is not null || !await _guard.TakeAsync(running.Now, cancellationToken))
        {
            await LookAsync(cancellationToken);
            return null;
        }

        lock (_gate)
        {
            if (RunningOn(target) is not null)
            {
                return null;
            }

            store.Add(running.Now, body);
            _operations.Insert(0, running);
            Forget();
            Publish();
            running.Task = Task.Run(() => RunAsync(running), CancellationToken.None);
        }

        return running.Now;
    }

    public async Task<bool> StopAsync(string id, Actor by, CancellationToken cancellationToken)
    {
        var allowed = by.May(Permissions.Operate);
        var stopped = allowed && await RequestStopAsync(id, cancellationToken);
        await audit.AppendAsync(by, "stop-operation", id, allowed ? stopped ? "done" : "failed" : "denied", null, cancellationToken);
        return stopped;
    }

    /// <summary>Marks a running operation to stop after its step, also over a restart. False when it is unknown or over. The caller has checked and audits.</summary>
    internal async Task<bool> RequestStopAsync(string id, CancellationToken cancellationToken)
    {
        var elsewhere = _elsewhere.FirstOrDefault(o => o.Id == id);
        return elsewhere is null ? RequestStop(id) : await _guard.RequestStopAsync(elsewhere, cancellationToken);
    }

    private bool RequestStop(string id)
    {
        lock (_gate)
        {
            if (_operations.Find(o => o.Now.Id == id && o.Now.State == OperationState.Running) is not { } running)
            {
                return false;
            }

            running.Stopping = true;
            store.RequestStop(id);
            Update(running, o => o with { Message = "Stopping after this step" });
            return true;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var known in store.Load())
            {
                var running = new Running(known.Operation, known.Body, known.StopRequested);
                _operations.Add(running);
                if (known.Operation.State == OperationState.Running)
                {
                    LogResumed(logger, known.Operation.Kind, known.Operation.Target, known.Operation.StepsDone);
                    running.Task = Task.Run(() => RunAsync(running), CancellationToken.None);
                }
            }

            Publish();
        }

        _looking = _guard.IsShared ? Task.Run(LookAgainAsync, CancellationToken.None) : Task.CompletedTask;
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _shutdown.CancelAsync();
        Task[] tasks;
        lock (_gate)
        {
            tasks = [.. _operations.Select(o => o.Task), _looking];
        }

        await Task.WhenAll(tasks).WaitAsync(cancellationToken);
    }

    public void Dispose() => _shutdown.Dispose();

    private async Task RunAsync(Running running)
    {
        try
        {
            // After a restart the target may belong to another one that somebody started elsewhere meanwhile.
            if (!await _guard.TakeAsync(running.Now, _shutdown.Token))
            {
                throw new InvalidOperationException("Another operation was started on this target while this process was away.");
            }

            if (!_kinds.TryGetValue(running.Now.Kind, out var kind))
            {
                throw new InvalidOperationException($"This version does not know operations of the kind '{running.Now.Kind}'.");
            }

            while (running.Now.StepsDone < running.Now.Steps.Count)
            {
                if (running.Stopping)
                {
                    await EndAsync(running, OperationState.Stopped, "Stopped; what is done stays done");
                    return;
                }

                var step = running.Now.StepsDone;
                Update(running, o => running.Stopping ? o : o with { Message = o.Steps[step] });
                await kind.RunStepAsync(running.Now.Target, running.Body, step, message => Update(running, o => o with { Message = message }), _shutdown.Token);
                Update(running, o => o with { StepsDone = step + 1 });
            }

            await EndAsync(running, OperationState.Succeeded, "Done");
        }
        catch (OperationCanceledException) when (_shutdown.IsCancellationRequested)
        {
            // Stays Running on the database: the next start goes on from this step.
        }
        catch (Exception e)
        {
            LogFailed(logger, running.Now.Kind, running.Now.Target, e);
            await EndAsync(running, OperationState.Failed, e.Message);
        }
    }

    /// <summary>Audited first: whoever started it has long had an answer, and a crash in between must leave two lines rather than none.</summary>
    private async Task EndAsync(Running running, OperationState state, string message)
    {
        var now = running.Now;
        try
        {
            var outcome = state switch { OperationState.Succeeded => "done", OperationState.Stopped => "stopped", _ => "failed" };
            var detail = JsonSerializer.Serialize(new { operation = now.Id, steps = string.Join(", ", now.Steps), now.StepsDone, ended = message }, JsonSerializerOptions.Web);
            await audit.AppendAsync(new Actor($"operation:{now.Id}", now.StartedBy, []), $"end-{now.Kind}", now.Target, outcome, detail, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNotAudited(logger, now.Kind, now.Target, e);
        }

        Update(running, o => o with { State = state, Message = message, EndedAt = time.GetUtcNow() });
        try
        {
            await _guard.ReleaseAsync(running.Now, CancellationToken.None);
        }
        catch (Exception e)
        {
            // The target is free a little later.
            LogNotLooked(logger, e);
        }

        LogEnded(logger, now.Kind, now.Target, state);
    }

    /// <summary>Changes, stores and publishes. What has ended stays as it ended.</summary>
    private void Update(Running running, Func<Operation, Operation> change)
    {
        lock (_gate)
        {
            if (running.Now.State != OperationState.Running)
            {
                return;
            }

            running.Now = change(running.Now);
            store.Update(running.Now);
            Publish();
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
            own = [.. _operations.Where(o => o.Now.State == OperationState.Running)];
        }

        foreach (var running in own)
        {
            if (await _guard.KeepAsync(running.Now, cancellationToken) && !running.Stopping)
            {
                RequestStop(running.Now.Id);
            }

            if (running.Now.State != OperationState.Running)
            {
                await _guard.ReleaseAsync(running.Now, cancellationToken);
            }
        }

        var all = await _guard.RunningAsync(cancellationToken);
        lock (_gate)
        {
            _elsewhere = [.. all.Where(o => !_operations.Exists(own => own.Now.Id == o.Id))];
            Publish();
        }
    }

    private void Forget()
    {
        for (var i = _operations.Count - 1; _operations.Count > OperationStore.Remembered && i >= 0; i--)
        {
            if (_operations[i].Now.State != OperationState.Running)
            {
                _operations.RemoveAt(i);
            }
        }
    }

    private void Publish() => Feed.Publish([.. _elsewhere, .. _operations.Select(o => o.Now)]);

    /// <summary>An operation, and its task when it runs in this process. Changed under the lock only.</summary>
    private sealed class Running(Operation operation, string body, bool stopping)
    {
        private volatile Operation _now = operation;
        private volatile bool _stopping = stopping;

        public string Body { get; } = body;

        public Operation Now { get => _now; set => _now = value; }

        public bool Stopping { get => _stopping; set => _stopping = value; }

        public Task Task { get; set; } = Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "{Kind} of {Target} goes on after {StepsDone} steps.")]
    private static partial void LogResumed(ILogger logger, string kind, string target, int stepsDone);

    [LoggerMessage(LogLevel.Information, "{Kind} of {Target} ended: {State}.")]
    private static partial void LogEnded(ILogger logger, string kind, string target, OperationState state);

    [LoggerMessage(LogLevel.Error, "The end of the {Kind} of {Target} could not be written to the audit log.")]
    private static partial void LogNotAudited(ILogger logger, string kind, string target, Exception e);

    [LoggerMessage(LogLevel.Warning, "The operations of the fleet could not be looked at.")]
    private static partial void LogNotLooked(ILogger logger, Exception e);

    [LoggerMessage(LogLevel.Error, "{Kind} of {Target} failed.")]
    private static partial void LogFailed(ILogger logger, string kind, string target, Exception e);
}

using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Live;

namespace Weir.ControlPlane.Operations;

/// <summary>
/// Runs long changes, a task each, with their state on the database after every step: a closed tab does not matter and a restart goes on where it stood.
/// <code>
/// Running ──step──► Running ──last step──► Succeeded
///    ├── a step throws ─────────────────► Failed
///    ├── stopped by a person ───────────► Stopped   (after the step under way)
///    └── this process was silent, another one carries it on: forgotten here, shown as the other's
/// </code>
/// In a fleet an operation belongs to one process at a time, which says every few seconds that it is still there. Nothing is changed, told or audited for one that has been lost.
/// </summary>
public sealed partial class OperationRunner(OperationStore store, IEnumerable<IOperationSteps> kinds, IAuditLog audit, TimeProvider time, ILogger<OperationRunner> logger, IOperationGuard? guard = null)
    : IHostedService, IOperations, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3), Pause = TimeSpan.FromSeconds(1);

    /// <summary>For how long after the last word with the fleet an operation is surely still this process's: half of the silence after which another one takes it over.</summary>
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(10);

    private readonly IOperationGuard _guard = guard ?? new OwnOperationGuard();
    private readonly Lock _gate = new();
    private IReadOnlyList<Operation> _elsewhere = [];
    private Task _looking = Task.CompletedTask;
    private Task? _stopped;
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
            return _operations.Find(o => o.Now.State == OperationState.Running && o.Now.Target == target)?.Now ?? _elsewhere.FirstOrDefault(o => o.State == OperationState.Running && o.Target == target);
        }
    }

    /// <summary>Stores and starts an operation, or returns null because another one runs on the same target, in this process or another.</summary>
    /// <param name="steps">In words, one a step.</param>
    /// <param name="body">What the steps need to know, kept for a restart.</param>
    public async Task<Operation?> TryStartAsync(string kind, string target, Actor by, IReadOnlyList<string> steps, string body, CancellationToken cancellationToken)
    {
        var running = new Running(new Operation(Secrets.Id(), kind, target, by.Name, time.GetUtcNow(), OperationState.Running, steps, 0, "Starting", RunsOn: _guard.Name), body, false) { HeldAt = time.GetTimestamp() };
        if (RunningOn(target) is not null || !await _guard.TakeAsync(new HeldOperation(running.Now, body, false), cancellationToken))
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

            Begin(running);
        }

        return running.Now;
    }

    /// <summary>Stores and runs one that this process has. Under the lock.</summary>
    private void Begin(Running running)
    {
        store.Add(running.Now, running.Body);
        if (running.Stopping)
        {
            store.RequestStop(running.Now.Id);
        }

        _operations.Insert(0, running);
        Forget();
        Publish();
        running.Task = Task.Run(() => RunAsync(running), CancellationToken.None);
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
        var elsewhere = _elsewhere.FirstOrDefault(o => o.Id == id && o.State == OperationState.Running);
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
                    running.Task = Task.Run(() => ResumeAsync(running), CancellationToken.None);
                }
            }

            Publish();
        }

        _looking = _guard.IsShared ? Task.Run(LookAgainAsync, CancellationToken.None) : Task.CompletedTask;
        return Task.CompletedTask;
    }

    /// <summary>Ends after the steps under way. Whoever stops later, also after the end, waits for the same stop.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _stopped ??= StopOnceAsync();
        }

        return _stopped.WaitAsync(cancellationToken);
    }

    public void Dispose() => _shutdown.Dispose();

    private async Task StopOnceAsync()
    {
        await _shutdown.CancelAsync();
        Task[] tasks;
        lock (_gate)
        {
            tasks = [.. _operations.Select(o => o.Task), _looking];
        }

        await Task.WhenAll(tasks);
    }

    /// <summary>After a restart: the operation may have gone on, or ended, in another process meanwhile.</summary>
    private async Task ResumeAsync(Running running)
    {
        try
        {
            var own = running.Now with { RunsOn = _guard.Name };
            var resumed = await AgainAsync(() => _guard.ResumeAsync(new HeldOperation(own, running.Body, running.Stopping), _shutdown.Token));
            if (resumed is null)
            {
                const string Taken = "Another operation was started on this target while this process was away.";
                await AuditEndAsync(running.Now, OperationState.Failed, Taken);
                Update(running, o => o with { State = OperationState.Failed, Message = Taken, EndedAt = time.GetUtcNow() });
            }
            else if (resumed.Operation.State != OperationState.Running)
            {
                Update(running, _ => resumed.Operation);
            }
            else if (resumed.Operation.RunsOn != own.RunsOn)
            {
                Lose(running);
            }
            else
            {
                running.Stopping |= resumed.StopRequested;
                running.HeldAt = time.GetTimestamp();
                Update(running, _ => own);
                await RunAsync(running);
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops: the next start asks again.
        }
    }

    private async Task RunAsync(Running running)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_shutdown.Token, running.Gone.Token);
        try
        {
            if (running.IsTakenOver)
            {
                await AuditAsync(running.Now, "take-over", "done", new { operation = running.Now.Id, runsOn = running.Now.RunsOn });
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
                await kind.RunStepAsync(
                    new OperationStep(running.Now.Target, running.Body, step, message => Update(running, o => o with { Message = message }), (change, token) => WhileHeldAsync(running, change, token)), both.Token);
                Update(running, o => o with { StepsDone = step + 1 });

                // The others know how far it is before it goes on: whoever takes it over begins there.
                await HoldAsync(running);
            }

            await EndAsync(running, OperationState.Succeeded, "Done");
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            // Another process has it; or this one stops, and it stays Running on the database: the next start goes on from this step.
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
        try
        {
            await HoldAsync(running);
            running.Ending = true;
            await AuditEndAsync(running.Now, state, message);
            var ended = running.Now with { State = state, Message = message, EndedAt = time.GetUtcNow() };
            if (!await AgainAsync(() => _guard.EndAsync(ended, _shutdown.Token)))
            {
                Lose(running);
                return;
            }

            Update(running, _ => ended);
            LogEnded(logger, ended.Kind, ended.Target, state);
        }
        catch (OperationCanceledException) when (running.IsLost || _shutdown.IsCancellationRequested)
        {
            // Lost, or not told yet: the next start ends it.
        }
    }

    private Task AuditEndAsync(Operation now, OperationState state, string message) => AuditAsync(
        now, "end", state switch { OperationState.Succeeded => "done", OperationState.Stopped => "stopped", _ => "failed" }, new { operation = now.Id, steps = string.Join(", ", now.Steps), now.StepsDone, ended = message });

    /// <summary>An operation goes on although its line cannot be written: what it has changed already stays, and half of it is worse.</summary>
    private async Task AuditAsync(Operation now, string verb, string outcome, object detail)
    {
        try
        {
            await audit.AppendAsync(new($"operation:{now.Id}", now.StartedBy, []), $"{verb}-{now.Kind}", now.Target, outcome, JsonSerializer.Serialize(detail, JsonSerializerOptions.Web), CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNotAudited(logger, now.Kind, now.Target, e);
        }
    }

    /// <summary>Changes, stores and publishes. What has ended stays as it ended.</summary>
    private void Update(Running running, Func<Operation, Operation> change)
    {
        lock (_gate)
        {
            if (running.IsLost || running.Now.State != OperationState.Running)
            {
                return;
            }

            running.Now = change(running.Now);
            store.Update(running.Now);
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

    private void Publish() => Feed.Publish(_elsewhere.Count == 0 ? [.. _operations.Select(o => o.Now)] : [.. _elsewhere.Concat(_operations.Select(o => o.Now)).OrderByDescending(o => o.StartedAt)]);

    /// <summary>An operation, and its task when it runs in this process. Changed under the lock only.</summary>
    private sealed class Running(Operation operation, string body, bool stopping)
    {
        private volatile Operation _now = operation;
        private volatile bool _stopping = stopping, _ending, _isLost;
        private long _heldAt;

        public string Body { get; } = body;

        public Operation Now { get => _now; set => _now = value; }

        public bool Stopping { get => _stopping; set => _stopping = value; }

        /// <summary>When the fleet last heard of it; 0 before it has been asked whose it is.</summary>
        public long HeldAt { get => Volatile.Read(ref _heldAt); set => Volatile.Write(ref _heldAt, value); }

        /// <summary>A process that died has left it, which is audited before it goes on.</summary>
        public bool IsTakenOver { get; init; }

        public bool Ending { get => _ending; set => _ending = value; }

        public bool IsLost { get => _isLost; set => _isLost = value; }

        /// <summary>Ends when it is lost.</summary>
        public CancellationTokenSource Gone { get; } = new();

        public Task Task { get; set; } = Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "{Kind} of {Target} goes on after {StepsDone} steps.")]
    private static partial void LogResumed(ILogger logger, string kind, string target, int stepsDone);

    [LoggerMessage(LogLevel.Information, "{Kind} of {Target} ended: {State}.")]
    private static partial void LogEnded(ILogger logger, string kind, string target, OperationState state);

    [LoggerMessage(LogLevel.Error, "The end of the {Kind} of {Target} could not be written to the audit log.")]
    private static partial void LogNotAudited(ILogger logger, string kind, string target, Exception e);

    [LoggerMessage(LogLevel.Error, "{Kind} of {Target} failed.")]
    private static partial void LogFailed(ILogger logger, string kind, string target, Exception e);
}

using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.State;

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
public sealed partial class OperationRunner(StateDatabase database, IEnumerable<IOperationSteps> kinds, IAuditLog audit, TimeProvider time, ILogger<OperationRunner> logger)
    : IHostedService, IOperations, IDisposable
{
    private const int Remembered = 200;
    private readonly Lock _gate = new();
    private readonly List<Operation> _operations = [];
    private readonly HashSet<string> _stopping = [];
    private readonly List<Task> _tasks = [];
    private readonly CancellationTokenSource _shutdown = new();
    private readonly Dictionary<string, IOperationSteps> _kinds = kinds.ToDictionary(k => k.Kind);

    public Feed<IReadOnlyList<Operation>> Feed { get; } = new();

    public Operation? Find(string id)
    {
        lock (_gate)
        {
            return _operations.Find(o => o.Id == id);
        }
    }

    /// <summary>The operation of this kind that runs on the target now, or null.</summary>
    public Operation? Running(string kind, string target)
    {
        lock (_gate)
        {
            return _operations.Find(o => o.State == OperationState.Running && o.Kind == kind && o.Target == target);
        }
    }

    /// <summary>Stores and starts an operation.</summary>
    /// <param name="steps">In words, one a step.</param>
    /// <param name="body">What the steps need to know, kept for a restart.</param>
    public Operation Start(string kind, string target, Actor by, IReadOnlyList<string> steps, string body)
    {
        var operation = new Operation(Secrets.Id(), kind, target, by.Name, time.GetUtcNow(), OperationState.Running, steps, 0, "Starting");
        database.Execute(
            "INSERT INTO operations (id, kind, target, started_by, started_at, state, steps, steps_done, message, body) VALUES ($id, $kind, $target, $by, $at, $state, $steps, 0, $message, $body)",
            ("$id", operation.Id), ("$kind", kind), ("$target", target), ("$by", by.Name), ("$at", operation.StartedAt.Stored()), ("$state", operation.State.ToString()),
            ("$steps", JsonSerializer.Serialize(steps)), ("$message", operation.Message), ("$body", body));
        lock (_gate)
        {
            _operations.Insert(0, operation);
            _tasks.Add(Task.Run(() => RunAsync(operation, body), CancellationToken.None));
        }

        Publish();
        return operation;
    }

    public async Task<bool> StopAsync(string id, Actor by, CancellationToken cancellationToken)
    {
        Operation? operation;
        lock (_gate)
        {
            operation = _operations.Find(o => o.Id == id && o.State == OperationState.Running);
            if (operation is null)
            {
                return false;
            }

            _stopping.Add(id);
        }

        await audit.AppendAsync(by, "stop-operation", operation.Target, "done", JsonSerializer.Serialize(new { operation = id, operation.Kind }), cancellationToken);
        Update(operation with { Message = "Stopping after this step" });
        return true;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var known = database.Query("SELECT id, kind, target, started_by, started_at, state, steps, steps_done, message, ended_at, body FROM operations ORDER BY started_at DESC LIMIT 200", Read);
        lock (_gate)
        {
            _operations.AddRange(known.Select(k => k.Operation));
            foreach (var (operation, body) in known.Where(k => k.Operation.State == OperationState.Running))
            {
                LogResumed(logger, operation.Kind, operation.Target, operation.StepsDone);
                _tasks.Add(Task.Run(() => RunAsync(operation, body), CancellationToken.None));
            }
        }

        Publish();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _shutdown.CancelAsync();
        Task[] tasks;
        lock (_gate)
        {
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks).WaitAsync(cancellationToken);
    }

    public void Dispose() => _shutdown.Dispose();

    private async Task RunAsync(Operation operation, string body)
    {
        try
        {
            var kind = _kinds[operation.Kind];
            while (operation.StepsDone < operation.Steps.Count)
            {
                if (IsStopping(operation.Id))
                {
                    End(operation, OperationState.Stopped, "Stopped; what is done stays done");
                    return;
                }

                operation = Update(operation with { Message = operation.Steps[operation.StepsDone] });
                await kind.RunStepAsync(operation.Target, body, operation.StepsDone, message => Update(operation with { Message = message }), _shutdown.Token);
                operation = Update(operation with { StepsDone = operation.StepsDone + 1 });
            }

            End(operation, OperationState.Succeeded, "Done");
        }
        catch (OperationCanceledException) when (_shutdown.IsCancellationRequested)
        {
            // Stays Running on the database: the next start goes on from this step.
        }
        catch (Exception e)
        {
            LogFailed(logger, operation.Kind, operation.Target, e);
            End(operation, OperationState.Failed, e.Message);
        }
    }

    private bool IsStopping(string id)
    {
        lock (_gate)
        {
            return _stopping.Contains(id);
        }
    }

    private void End(Operation operation, OperationState state, string message)
    {
        Update(operation with { State = state, Message = message, EndedAt = time.GetUtcNow() });
        LogEnded(logger, operation.Kind, operation.Target, state);
    }

    private Operation Update(Operation operation)
    {
        database.Execute(
            "UPDATE operations SET state = $state, steps_done = $done, message = $message, ended_at = $ended WHERE id = $id",
            ("$id", operation.Id), ("$state", operation.State.ToString()), ("$done", operation.StepsDone), ("$message", operation.Message), ("$ended", operation.EndedAt?.Stored()));
        lock (_gate)
        {
            var at = _operations.FindIndex(o => o.Id == operation.Id);
            _operations[at] = operation;
        }

        Publish();
        return operation;
    }

    private void Publish()
    {
        lock (_gate)
        {
            Feed.Publish([.. _operations.Take(Remembered)]);
        }
    }

    private static (Operation Operation, string Body) Read(SqliteDataReader r) =>
        (new(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.Time(4), Enum.Parse<OperationState>(r.GetString(5)), JsonSerializer.Deserialize<string[]>(r.GetString(6))!, r.GetInt32(7), r.GetString(8), r.TimeOrNull(9)), r.GetString(10));

    [LoggerMessage(LogLevel.Information, "{Kind} of {Target} goes on after {StepsDone} steps.")]
    private static partial void LogResumed(ILogger logger, string kind, string target, int stepsDone);

    [LoggerMessage(LogLevel.Information, "{Kind} of {Target} ended: {State}.")]
    private static partial void LogEnded(ILogger logger, string kind, string target, OperationState state);

    [LoggerMessage(LogLevel.Error, "{Kind} of {Target} failed.")]
    private static partial void LogFailed(ILogger logger, string kind, string target, Exception e);
}

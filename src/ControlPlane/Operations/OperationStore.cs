using System.Text.Json;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Operations;

/// <summary>Operations on the state database.</summary>
public sealed class OperationStore(StateDatabase database)
{
    /// <summary>How many are loaded at start, besides all that still run.</summary>
    public const int Remembered = 200;

    internal void Add(Operation operation, string body) => database.Execute(
        "INSERT OR REPLACE INTO operations (id, kind, target, started_by, started_at, state, steps, steps_done, message, body, runs_on) VALUES ($id, $kind, $target, $by, $at, $state, $steps, $done, $message, $body, $on)",
        ("$id", operation.Id), ("$kind", operation.Kind), ("$target", operation.Target), ("$by", operation.StartedBy), ("$at", operation.StartedAt.Stored()), ("$state", operation.State.ToString()),
        ("$steps", JsonSerializer.Serialize(operation.Steps)), ("$done", operation.StepsDone), ("$message", operation.Message), ("$body", body), ("$on", operation.RunsOn));

    /// <summary>Forgets one that another process has taken over.</summary>
    internal void Remove(string id) => database.Execute("DELETE FROM operations WHERE id = $id", ("$id", id));

    internal void Update(Operation operation) => database.Execute(
        "UPDATE operations SET state = $state, steps_done = $done, message = $message, ended_at = $ended WHERE id = $id",
        ("$id", operation.Id), ("$state", operation.State.ToString()), ("$done", operation.StepsDone), ("$message", operation.Message), ("$ended", operation.EndedAt?.Stored()));

    internal void RequestStop(string id) => database.Execute("UPDATE operations SET stop_requested = 1 WHERE id = $id", ("$id", id));

    /// <summary>Newest first.</summary>
    internal IReadOnlyList<(Operation Operation, string Body, bool StopRequested)> Load() => database.Query(
        """
        SELECT id, kind, target, started_by, started_at, state, steps, steps_done, message, ended_at, body, stop_requested, runs_on FROM operations
        WHERE state = 'Running' OR id IN (SELECT id FROM operations ORDER BY started_at DESC LIMIT $remembered) ORDER BY started_at DESC
        """,
        r => (
            new Operation(
                r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.Time(4), Enum.Parse<OperationState>(r.GetString(5)),
                JsonSerializer.Deserialize<string[]>(r.GetString(6))!, r.GetInt32(7), r.GetString(8), r.TimeOrNull(9), r.TextOrNull(12)),
            r.GetString(10),
            r.GetInt64(11) != 0),
        ("$remembered", Remembered));
}

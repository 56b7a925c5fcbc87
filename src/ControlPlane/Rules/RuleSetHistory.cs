using System.Text.Json;
using Microsoft.Data.Sqlite;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.State;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Rules;

/// <summary>Rule sets on the state database. What changes one happens only if it still is as its caller saw it: the methods say whether it did.</summary>
internal static class RuleSetHistory
{
    private const string Columns = "number, hash, state, rules, drafted_by_id, drafted_by, drafted_at, reason, approved_by, approved_at, activated_at, retired_at, base, history";
    private const string Counter = "rule-sets";
    private const string WithStep = "history = json_insert(history, '$[#]', json($step))";

    /// <summary>The newest 200, and older ones that are in force or wait.</summary>
    public static IReadOnlyList<RuleSet> Newest(StateDatabase database) => database.Query(
        $"SELECT {Columns} FROM rule_sets WHERE state IN ('Draft', 'Shadow', 'Active') OR number > (SELECT MAX(number) - 200 FROM rule_sets) ORDER BY number DESC", Read);

    public static RuleSet? Find(StateDatabase database, int number) => database.Query($"SELECT {Columns} FROM rule_sets WHERE number = $number", Read, ("$number", number)) is [var set] ? set : null;

    public static RuleSet? Find(SqliteConnection connection, SqliteTransaction transaction, int number) =>
        connection.Query(transaction, $"SELECT {Columns} FROM rule_sets WHERE number = $number", Read, ("$number", number)) is [var set] ? set : null;

    public static RuleSet? InShadow(SqliteConnection connection, SqliteTransaction transaction) =>
        connection.Query(transaction, $"SELECT {Columns} FROM rule_sets WHERE state = 'Shadow'", Read) is [var set, ..] ? set : null;

    public static RuleSet? InShadow(StateDatabase database) => database.Query($"SELECT {Columns} FROM rule_sets WHERE state = 'Shadow'", Read) is [var set, ..] ? set : null;

    /// <summary>The number and hash of the set in force, null in a new database.</summary>
    public static (int Number, string Hash)? InForce(SqliteConnection connection, SqliteTransaction? transaction) =>
        connection.Query(transaction, "SELECT number, hash FROM rule_sets WHERE state = 'Active'", r => (r.GetInt32(0), r.GetString(1))) is [var active, ..] ? active : null;

    /// <summary>A number that grows with every change of any set.</summary>
    public static long Version(StateDatabase database) => database.Query("SELECT value FROM counters WHERE name = $name", r => r.GetInt64(0), ("$name", Counter)) is [var version] ? version : 0;

    public static int Add(SqliteConnection connection, SqliteTransaction transaction, RuleSetState state, string hash, IReadOnlyList<RedactionRule> rules, int? basis, Actor by, string? reason, DateTimeOffset at)
    {
        var active = state == RuleSetState.Active;
        RuleSetStep[] history = [Step(RuleSetAct.Drafted, by, hash, reason, at), .. active ? [Step(RuleSetAct.Activated, by, hash, null, at)] : Array.Empty<RuleSetStep>()];
        Touch(connection, transaction);
        return connection.Query(
            transaction,
            """
            INSERT INTO rule_sets (hash, state, rules, drafted_by_id, drafted_by, drafted_at, reason, activated_at, base, history)
            VALUES ($hash, $state, $rules, $id, $by, $at, $reason, $activated, $base, $history) RETURNING number
            """,
            r => r.GetInt32(0),
            ("$hash", hash), ("$state", state.ToString()), ("$rules", JsonSerializer.Serialize(rules, RuleBook.Json)), ("$id", by.Id), ("$by", by.Name), ("$at", at.Stored()), ("$reason", reason),
            ("$activated", active ? at.Stored() : null), ("$base", basis), ("$history", JsonSerializer.Serialize(history, RuleBook.Json)))[0];
    }

    /// <summary>Gives a draft another content. What was approved was the old one.</summary>
    public static bool Edit(SqliteConnection connection, SqliteTransaction transaction, int number, string seen, string hash, IReadOnlyList<RedactionRule> rules, Actor by, string? reason, DateTimeOffset at) => Change(
        connection,
        transaction,
        $"UPDATE rule_sets SET rules = $rules, hash = $hash, approved_by = NULL, approved_at = NULL, {WithStep} WHERE number = $number AND hash = $seen AND state = 'Draft'",
        Step(RuleSetAct.Edited, by, hash, reason, at),
        ("$number", number), ("$seen", seen), ("$rules", JsonSerializer.Serialize(rules, RuleBook.Json)), ("$hash", hash));

    public static bool StartShadow(SqliteConnection connection, SqliteTransaction transaction, RuleSet set, Actor by, DateTimeOffset at) => Change(
        connection,
        transaction,
        $"UPDATE rule_sets SET state = 'Shadow', {WithStep} WHERE number = $number AND hash = $seen AND state = 'Draft'",
        Step(RuleSetAct.ShadowStarted, by, set.Hash, null, at),
        ("$number", set.Number), ("$seen", set.Hash));

    /// <summary>Whatever runs in the shadow is a draft again.</summary>
    public static bool EndShadow(SqliteConnection connection, SqliteTransaction transaction, RuleSet set, Actor by, DateTimeOffset at) => Change(
        connection, transaction, $"UPDATE rule_sets SET state = 'Draft', {WithStep} WHERE number = $number AND state = 'Shadow'", Step(RuleSetAct.ShadowEnded, by, set.Hash, null, at), ("$number", set.Number));

    public static bool Approve(SqliteConnection connection, SqliteTransaction transaction, int number, string seen, Actor by, string? reason, DateTimeOffset at) => Change(
        connection,
        transaction,
        $"UPDATE rule_sets SET approved_by = $by, approved_at = $at, {WithStep} WHERE number = $number AND hash = $seen AND state IN ('Draft', 'Shadow')",
        Step(RuleSetAct.Approved, by, seen, reason, at),
        ("$number", number), ("$seen", seen), ("$by", by.Name), ("$at", at.Stored()));

    /// <summary>Ends whatever was in force.</summary>
    public static void RetireActive(SqliteConnection connection, SqliteTransaction transaction, Actor by, DateTimeOffset at)
    {
        if (InForce(connection, transaction) is var (number, hash))
        {
            Change(
                connection,
                transaction,
                $"UPDATE rule_sets SET state = 'Retired', retired_at = $at, {WithStep} WHERE number = $number",
                Step(RuleSetAct.Retired, by, hash, null, at),
                ("$number", number), ("$at", at.Stored()));
        }
    }

    public static bool Activate(SqliteConnection connection, SqliteTransaction transaction, RuleSet set, Actor by, string? reason, DateTimeOffset at) => Change(
        connection,
        transaction,
        $"UPDATE rule_sets SET state = 'Active', activated_at = $at, retired_at = NULL, {WithStep} WHERE number = $number AND hash = $seen AND state = $state AND approved_by IS $approved",
        Step(RuleSetAct.Activated, by, set.Hash, reason, at),
        ("$number", set.Number), ("$seen", set.Hash), ("$state", set.State.ToString()), ("$approved", set.ApprovedBy), ("$at", at.Stored()));

    /// <summary>Brings the newest retired set of this content into force; false when there is none.</summary>
    public static bool Revive(SqliteConnection connection, SqliteTransaction transaction, string hash, Actor by, string? reason, DateTimeOffset at) => Change(
        connection,
        transaction,
        $"UPDATE rule_sets SET state = 'Active', activated_at = $at, retired_at = NULL, {WithStep} WHERE number = (SELECT MAX(number) FROM rule_sets WHERE hash = $hash AND state = 'Retired')",
        Step(RuleSetAct.Activated, by, hash, reason, at),
        ("$hash", hash), ("$at", at.Stored()));

    public static bool Discard(SqliteConnection connection, SqliteTransaction transaction, RuleSet set, Actor by, string? reason, DateTimeOffset at) => Change(
        connection,
        transaction,
        $"UPDATE rule_sets SET state = 'Discarded', {WithStep} WHERE number = $number AND hash = $seen AND state IN ('Draft', 'Shadow')",
        Step(RuleSetAct.Discarded, by, set.Hash, reason, at),
        ("$number", set.Number), ("$seen", set.Hash));

    private static bool Change(SqliteConnection connection, SqliteTransaction transaction, string sql, RuleSetStep step, params (string Name, object? Value)[] parameters)
    {
        Touch(connection, transaction);
        return connection.Execute(transaction, sql, [.. parameters, ("$step", JsonSerializer.Serialize(step, RuleBook.Json))]) > 0;
    }

    private static void Touch(SqliteConnection connection, SqliteTransaction transaction) =>
        connection.Execute(transaction, "INSERT INTO counters (name, value) VALUES ($name, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", ("$name", Counter));

    private static RuleSetStep Step(RuleSetAct what, Actor by, string hash, string? reason, DateTimeOffset at) => new(what, at, by.Id, by.Name, hash, reason);

    private static RuleSet Read(SqliteDataReader r)
    {
        var set = new RuleSet(
            r.GetInt32(0), r.GetString(1), Enum.Parse<RuleSetState>(r.GetString(2)), JsonSerializer.Deserialize<RedactionRule[]>(r.GetString(3), RuleBook.Json)!, r.GetString(4), r.GetString(5), r.Time(6), r.TextOrNull(7),
            r.TextOrNull(8), r.TimeOrNull(9), r.TimeOrNull(10), r.TimeOrNull(11), r.IsDBNull(12) ? null : r.GetInt32(12), JsonSerializer.Deserialize<RuleSetStep[]>(r.GetString(13), RuleBook.Json)!);
        return set.History is [{ What: RuleSetAct.Drafted }, ..] ? set : set with { History = [new(RuleSetAct.Drafted, set.DraftedAt, set.DraftedById, set.DraftedBy, set.Hash, set.Reason), .. Before(set), .. set.History] };
    }

    /// <summary>What a set of an older version, which kept no history, still tells of itself.</summary>
    private static IEnumerable<RuleSetStep> Before(RuleSet set)
    {
        if (set is { ApprovedBy: { } approver, ApprovedAt: { } approved } && set.Last(RuleSetAct.Approved) is null)
        {
            yield return new(RuleSetAct.Approved, approved, "", approver, set.Hash);
        }

        if (set.ActivatedAt is { } activated && set.Last(RuleSetAct.Activated) is null)
        {
            yield return new(RuleSetAct.Activated, activated, "", set.DraftedBy, set.Hash);
        }
    }
}

using System.Text.Json;
using Microsoft.Data.Sqlite;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.State;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Rules;

/// <summary>Rule sets on the state database.</summary>
internal static class RuleSetHistory
{
    private const string Columns = "number, hash, state, rules, drafted_by_id, drafted_by, drafted_at, reason, approved_by, approved_at, activated_at, retired_at";

    public static IReadOnlyList<RuleSet> Newest(StateDatabase database) => database.Query($"SELECT {Columns} FROM rule_sets ORDER BY number DESC LIMIT 200", Read);

    public static RuleSet? Find(StateDatabase database, int number) => database.Query($"SELECT {Columns} FROM rule_sets WHERE number = $number", Read, ("$number", number)) is [var set] ? set : null;

    public static RuleSet? InShadow(StateDatabase database) => database.Query($"SELECT {Columns} FROM rule_sets WHERE state = 'Shadow'", Read) is [var set, ..] ? set : null;

    public static int Add(SqliteConnection connection, SqliteTransaction? transaction, RuleSetState state, string hash, IReadOnlyList<RedactionRule> rules, Actor by, string? reason, DateTimeOffset at) => connection.Query(
        transaction,
        "INSERT INTO rule_sets (hash, state, rules, drafted_by_id, drafted_by, drafted_at, reason, activated_at) VALUES ($hash, $state, $rules, $id, $by, $at, $reason, $activated) RETURNING number",
        r => r.GetInt32(0),
        ("$hash", hash), ("$state", state.ToString()), ("$rules", JsonSerializer.Serialize(rules, RuleBook.Json)), ("$id", by.Id), ("$by", by.Name), ("$at", at.Stored()), ("$reason", reason),
        ("$activated", state == RuleSetState.Active ? at.Stored() : null))[0];

    /// <summary>Ends whatever was in force.</summary>
    public static void RetireActive(SqliteConnection connection, SqliteTransaction transaction, DateTimeOffset at) =>
        connection.Execute(transaction, "UPDATE rule_sets SET state = 'Retired', retired_at = $at WHERE state = 'Active'", ("$at", at.Stored()));

    public static void Activate(SqliteConnection connection, SqliteTransaction transaction, int number, DateTimeOffset at) =>
        connection.Execute(transaction, "UPDATE rule_sets SET state = 'Active', activated_at = $at, retired_at = NULL WHERE number = $number", ("$at", at.Stored()), ("$number", number));

    private static RuleSet Read(SqliteDataReader r) => new(
        r.GetInt32(0), r.GetString(1), Enum.Parse<RuleSetState>(r.GetString(2)), JsonSerializer.Deserialize<RedactionRule[]>(r.GetString(3), RuleBook.Json)!, r.GetString(4), r.GetString(5), r.Time(6), r.TextOrNull(7),
        r.TextOrNull(8), r.TimeOrNull(9), r.TimeOrNull(10), r.TimeOrNull(11));
}

using System.Text.Json;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Fleet;

/// <summary>
/// Lets a report be of the whole fleet: each process puts what redaction did in it, an hour a row, and takes over the others' hours, each half minute.
/// <code>pk S ledger | sk S 2026-11-23T08#keeper | body B (Brotli) | expires N</code>
/// An hour grows until it is over and is put again then, so nothing is counted twice. The others read back six hours; hours that come later still are seen by a console after its next start.
/// </summary>
internal sealed class SharedLedger(StateTable table, StateDatabase database, RedactionLedger ledger, TimeProvider time) : ISharedThing
{
    private const string Partition = "ledger";
    private static readonly TimeSpan Back = TimeSpan.FromHours(6);

    /// <summary>Who keeps what this database has counted: stays over restarts.</summary>
    private const string Keeper = "ledger-keeper";

    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);

    public string Name => Partition;

    /// <summary>Reports of this process are whole without the others' hours as far as it goes.</summary>
    public bool HasJoined => true;

    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        await GiveAsync(cancellationToken);
        await TakeAsync(null, cancellationToken);
    }

    public async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        await GiveAsync(cancellationToken);
        await TakeAsync(RedactionLedger.Hour(time.GetUtcNow() - Back), cancellationToken);
        return false;
    }

    /// <summary>Puts the hours that have grown since.</summary>
    private async Task GiveAsync(CancellationToken cancellationToken)
    {
        var (keeper, since) = Me();
        foreach (var (hour, counted) in ledger.Own(since))
        {
            var body = JsonSerializer.Serialize(counted, JsonSerializerOptions.Web);
            if (_given.GetValueOrDefault(hour) == body)
                continue;
            var row = StateTable.Key(Partition, $"{hour}#{keeper}");
            row["body"] = new() { B = Packed.Pack(counted) };
            row["expires"] = StateTable.Number(time.GetUtcNow().AddDays(RedactionLedger.KeptDays).ToUnixTimeSeconds());
            await table.PutAsync(row, cancellationToken);
            _given.Clear();
            _given[hour] = body;
            Note(keeper, hour);
        }
    }

    private async Task TakeAsync(string? from, CancellationToken cancellationToken)
    {
        var (keeper, _) = Me();
        foreach (var row in await table.QueryAsync(Partition, from, null, cancellationToken))
        {
            if (row["sk"].S.Split('#') is not [var hour, var other] || other == keeper)
                continue;
            database.Execute(
                "INSERT INTO fleet_ledger (hour, keeper, body) VALUES ($hour, $keeper, $body) ON CONFLICT (hour, keeper) DO UPDATE SET body = $body WHERE body <> $body",
                ("$hour", hour), ("$keeper", other), ("$body", JsonSerializer.Serialize(Packed.Unpack<LedgerHour>(row["body"].B), JsonSerializerOptions.Web)));
        }
    }

    /// <summary>The keeper of this database, and the last hour that it has put.</summary>
    private (string Keeper, string Since) Me()
    {
        if (database.Query("SELECT body FROM shared_documents WHERE name = $name", r => r.GetString(0), ("$name", Keeper)) is [var known] && known.Split('#') is [var keeper, var since])
            return (keeper, since);
        var made = Guid.NewGuid().ToString("N");
        Note(made, "");
        return (made, "");
    }

    private void Note(string keeper, string hour) => database.Execute(
        "INSERT INTO shared_documents (name, version, body) VALUES ($name, 0, $body) ON CONFLICT (name) DO UPDATE SET body = $body", ("$name", Keeper), ("$body", $"{keeper}#{hour}"));
}

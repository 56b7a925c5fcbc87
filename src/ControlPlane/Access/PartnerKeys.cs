using System.Collections.Frozen;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.State;
using Weir.Pipeline.Ingest;

namespace Weir.ControlPlane.Access;

/// <summary>Partners and their keys on the state database, answered from memory. Keys made or revoked by another process are noticed within a second.</summary>
public sealed partial class PartnerKeys(StateDatabase database, TimeProvider time, ILogger<PartnerKeys> logger) : BackgroundService, IPartnerKeys, IPartnerDirectory
{
    /// <summary>Two, so that a partner can move from the old key to the new one without a gap.</summary>
    public const int ActiveKeysPerPartner = 2;

    private const string Columns = "k.id, k.partner_id, p.name, k.prefix, k.streams, k.created_at, k.created_by, k.revoked_at, k.last_used_at";
    private static readonly TimeSpan ReloadEvery = TimeSpan.FromSeconds(1);

    private FrozenDictionary<string, Partner> _byHash = FrozenDictionary<string, Partner>.Empty;
    private bool _loaded;

    /// <summary>A look-up by hash tells nothing about the secret through its timing: the hash of a guess is unrelated to the guess.</summary>
    public ValueTask<Partner?> FindByKeyAsync(string apiKey, CancellationToken cancellationToken)
    {
        if (!Volatile.Read(ref _loaded))
        {
            Reload();
        }

        return ValueTask.FromResult(_byHash.GetValueOrDefault(Convert.ToHexString(Secrets.Hash(apiKey))));
    }

    public Task<IReadOnlyList<PartnerKey>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult(database.Query($"SELECT {Columns} FROM partner_keys k JOIN partners p ON p.id = k.partner_id ORDER BY p.name, k.created_at", Read));

    /// <summary>Makes a key; the partner is made with its first. Throws <see cref="InvalidOperationException"/> with words for a person when two are active already, <see cref="ArgumentException"/> for a bad name.</summary>
    public Task<NewPartnerKey> CreateAsync(string partnerName, IReadOnlyList<string>? streams, Actor by, CancellationToken cancellationToken)
    {
        var name = partnerName.Trim();
        if (name.Length is 0 or > 100)
        {
            throw new ArgumentException("A partner's name has 1 to 100 characters.", nameof(partnerName));
        }

        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var known = connection.Query(transaction, "SELECT id FROM partners WHERE name = $name", r => r.GetString(0), ("$name", name));
        var partnerId = known is [var id] ? id : Secrets.Id();
        if (known.Count == 0)
        {
            connection.Execute(transaction, "INSERT INTO partners (id, name) VALUES ($id, $name)", ("$id", partnerId), ("$name", name));
        }

        var active = connection.Query(transaction, "SELECT COUNT(*) FROM partner_keys WHERE partner_id = $id AND revoked_at IS NULL", r => r.GetInt64(0), ("$id", partnerId))[0];
        if (active >= ActiveKeysPerPartner)
        {
            throw new InvalidOperationException($"Partner '{name}' has {active} active keys, which is the most. Revoke one first.");
        }

        var (secret, shown, hash) = Secrets.Create("wk_");
        var key = new PartnerKey(Secrets.Id(), partnerId, name, shown, streams, time.GetUtcNow(), by.Name, null, null);
        connection.Execute(
            transaction,
            "INSERT INTO partner_keys (id, partner_id, hash, prefix, streams, created_at, created_by) VALUES ($id, $partner, $hash, $prefix, $streams, $at, $by)",
            ("$id", key.Id), ("$partner", partnerId), ("$hash", hash), ("$prefix", shown), ("$streams", streams is null ? null : string.Join(',', streams)), ("$at", key.CreatedAt.Stored()), ("$by", by.Name));
        transaction.Commit();
        Reload();
        return Task.FromResult(new NewPartnerKey(key, secret));
    }

    public Task<bool> RevokeAsync(string keyId, Actor by, CancellationToken cancellationToken)
    {
        var revoked = database.Execute("UPDATE partner_keys SET revoked_at = $at WHERE id = $id AND revoked_at IS NULL", ("$at", time.GetUtcNow().Stored()), ("$id", keyId)) == 1;
        Reload();
        return Task.FromResult(revoked);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ReloadEvery, time);
        do
        {
            try
            {
                Reload();
            }
            catch (SqliteException e)
            {
                // The keys known so far stay good; a key revoked meanwhile by another process is noticed at the next turn.
                LogReloadFailed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Reload()
    {
        _byHash = database.Query(
            "SELECT k.hash, p.id, p.name, k.streams FROM partner_keys k JOIN partners p ON p.id = k.partner_id WHERE k.revoked_at IS NULL",
            r => KeyValuePair.Create(Convert.ToHexString((byte[])r.GetValue(0)), new Partner(r.GetString(1), r.GetString(2), Streams(r.TextOrNull(3))))).ToFrozenDictionary(StringComparer.Ordinal);
        Volatile.Write(ref _loaded, true);
    }

    private static PartnerKey Read(SqliteDataReader r) =>
        new(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), Streams(r.TextOrNull(4)), r.Time(5), r.GetString(6), r.TimeOrNull(7), r.TimeOrNull(8));

    private static string[]? Streams(string? stored) => stored?.Split(',', StringSplitOptions.RemoveEmptyEntries);

    [LoggerMessage(LogLevel.Warning, "Partner keys could not be read again; those known stay in force.")]
    private static partial void LogReloadFailed(ILogger logger, Exception e);
}

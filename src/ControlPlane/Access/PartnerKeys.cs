using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.State;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Redaction.Keys;

namespace Weir.ControlPlane.Access;

/// <summary>
/// Partners and their keys on the state database, answered from memory. A key made by another process is good from its first use on: a key that is not known
/// is looked for on the database when that has changed since it was read. One revoked by another process ends within half a second.
/// </summary>
public sealed partial class PartnerKeys(StateDatabase database, SecretSeal seal, TimeProvider time, ILogger<PartnerKeys> logger) : BackgroundService, IPartnerKeys, IPartnerDirectory
{
    /// <summary>Two, so that a partner can move from the old key to the new one without a gap.</summary>
    public const int ActiveKeysPerPartner = 2;

    private const string Columns = "k.id, k.partner_id, p.name, k.prefix, k.streams, k.created_at, k.created_by, k.revoked_at, k.last_used_at";

    /// <summary>How often to ask whether the database changed, which costs microseconds; it is read only then.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Uses are noted on the database this often, not at each request.</summary>
    private static readonly TimeSpan NoteUsesEvery = TimeSpan.FromSeconds(10);

    private const string ActiveKeys =
        "SELECT k.hash, k.id, p.id, p.name, k.streams, p.records_per_second, p.bytes_per_second, p.signing_secret FROM partner_keys k JOIN partners p ON p.id = k.partner_id WHERE k.revoked_at IS NULL";

    private readonly StateChanges _changes = new(database.Connect);
    private readonly Lock _reloading = new();
    private readonly string _unknown = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private volatile FrozenDictionary<SecretHash, Known>? _byHash;
    private long _readAt;
    private long _notedAt = time.GetTimestamp();

    /// <summary>A look-up by hash tells nothing about the secret through its timing: the hash of a guess is unrelated to the guess.</summary>
    public ValueTask<Partner?> FindByKeyAsync(string apiKey, CancellationToken cancellationToken)
    {
        var byHash = _byHash ?? Reload();
        var hash = SecretHash.Of(apiKey);
        if (!byHash.TryGetValue(hash, out var known) && !FoundSince(hash, out known))
        {
            return ValueTask.FromResult<Partner?>(null);
        }

        known.Used = true;
        return ValueTask.FromResult<Partner?>(known.Partner);
    }

    /// <summary>Looks for a key made since the keys were read. While nothing was written since then a flood of wrong keys never gets to the table; else each costs one look into its index.</summary>
    private bool FoundSince(SecretHash hash, [NotNullWhen(true)] out Known? known)
    {
        known = null;
        return _changes.Version() != Volatile.Read(ref _readAt)
            && database.Query($"{ActiveKeys} AND k.hash = $hash", r => r.GetString(1), ("$hash", hash.ToBytes())).Count > 0
            && Reload().TryGetValue(hash, out known);
    }

    public Task<IReadOnlyList<PartnerKey>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult(database.Query($"SELECT {Columns} FROM partner_keys k JOIN partners p ON p.id = k.partner_id ORDER BY p.name, k.created_at", Read));

    /// <summary>Makes a key; the partner is made with its first. Throws <see cref="InvalidOperationException"/> with words for a person when two are active already, <see cref="ArgumentException"/> for a bad name.</summary>
    public Task<NewPartnerKey> CreateAsync(string partnerName, IReadOnlyList<string>? streams, Actor by, CancellationToken cancellationToken)
    {
        var name = partnerName?.Trim() ?? "";
        if (name.Length is 0 or > 100)
        {
            throw new ArgumentException("A partner's name has 1 to 100 characters.", nameof(partnerName));
        }

        if (streams is not null && streams.FirstOrDefault(s => !StreamName().IsMatch(s)) is { } wrong)
        {
            throw new ArgumentException($"'{wrong}' is not a stream's name.", nameof(streams));
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

    /// <summary>Bounds what a partner may send a second; null for no bound. False when there is no such partner. Throws <see cref="ArgumentOutOfRangeException"/> below 1.</summary>
    public bool Limit(string partnerName, double? recordsPerSecond, double? bytesPerSecond)
    {
        if (recordsPerSecond is { } records && !(records is >= 1 and <= 1e9))
        {
            throw new ArgumentOutOfRangeException(nameof(recordsPerSecond), "A partner's limit is 1 to 1,000,000,000 records a second, or none.");
        }

        if (bytesPerSecond is { } bytes && !(bytes is >= 1 and <= 1e12))
        {
            throw new ArgumentOutOfRangeException(nameof(bytesPerSecond), "A partner's limit is 1 to 1,000,000,000,000 bytes a second, or none.");
        }

        var found = database.Execute(
            "UPDATE partners SET records_per_second = $records, bytes_per_second = $bytes WHERE name = $name", ("$records", recordsPerSecond), ("$bytes", bytesPerSecond), ("$name", partnerName.Trim())) == 1;
        Reload();
        return found;
    }

    /// <summary>
    /// Gives the partner a new secret to sign its requests with, 256 random bits in base64, or takes it away; not found when there is no such partner.
    /// It must be read to check a signature, so it is kept encrypted, not hashed: who can read the database and the keys of redaction can sign.
    /// </summary>
    public (bool Found, string? Secret) Sign(string partnerName, bool signs)
    {
        var secret = signs ? Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) : null;
        var name = partnerName.Trim();
        var found = database.Query("SELECT id FROM partners WHERE name = $name", r => r.GetString(0), ("$name", name)) is [var id]
            && database.Execute("UPDATE partners SET signing_secret = $secret WHERE id = $id", ("$secret", secret is null ? null : seal.Seal(secret, id)), ("$id", id)) == 1;
        Reload();
        return (found, found ? secret : null);
    }

    public Task<IReadOnlyList<PartnerEntry>> PartnersAsync(CancellationToken cancellationToken) => Task.FromResult(database.Query(
        """
        SELECT p.name, (SELECT COUNT(*) FROM partner_keys k WHERE k.partner_id = p.id AND k.revoked_at IS NULL), p.records_per_second, p.bytes_per_second, p.signing_secret IS NOT NULL
        FROM partners p ORDER BY p.name
        """,
        r => new PartnerEntry(r.GetString(0), r.GetInt32(1), r.IsDBNull(2) ? null : r.GetDouble(2), r.IsDBNull(3) ? null : r.GetDouble(3), r.GetBoolean(4))));

    public Task<bool> RevokeAsync(string keyId, Actor by, CancellationToken cancellationToken)
    {
        var revoked = database.Execute("UPDATE partner_keys SET revoked_at = $at WHERE id = $id AND revoked_at IS NULL", ("$at", time.GetUtcNow().Stored()), ("$id", keyId)) == 1;
        Reload();
        return Task.FromResult(revoked);
    }

    public override void Dispose()
    {
        _changes.Dispose();
        base.Dispose();
    }

    /// <summary>Encrypts what an earlier version left in clear, and refuses to start without the keys of what is encrypted.</summary>
    /// <exception cref="SecretsLostException">The message says whose secrets they are and what to do.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        SealClearSecrets();
        string[] lost = [.. Kept().Where(k => seal.Open(k.Secret, k.Id) is null).Select(k => $"'{k.Name}'")];
        return lost.Length == 0
            ? base.StartAsync(cancellationToken)
            : throw new SecretsLostException(
                $"The signing {(lost.Length == 1 ? "secret" : "secrets")} of {string.Join(", ", lost)} cannot be opened with the keys of Redaction:KeyReference. Give this process the keys that the secrets were encrypted with"
                + " (in a fleet the same for all processes), or give the partners new ones: keys sign --partner NAME, or take them away: keys unsign --partner NAME.");
    }

    private void SealClearSecrets()
    {
        var clear = Kept().Where(k => !SecretSeal.IsSealed(k.Secret)).ToArray();
        foreach (var (id, _, secret) in clear)
        {
            database.Execute("UPDATE partners SET signing_secret = $sealed WHERE id = $id AND signing_secret = $secret", ("$sealed", seal.Seal(secret, id)), ("$id", id), ("$secret", secret));
        }

        if (clear.Length > 0)
        {
            // The old pages still hold them: in the write-ahead log until it is emptied, in the file until they are overwritten.
            database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            database.Execute("VACUUM");
            database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            LogSealed(logger, clear.Length);
        }
    }

    private IReadOnlyList<(string Id, string Name, string Secret)> Kept() =>
        database.Query("SELECT id, name, signing_secret FROM partners WHERE signing_secret IS NOT NULL ORDER BY name", r => (r.GetString(0), r.GetString(1), r.GetString(2)));

    /// <summary>A secret that cannot be opened is one that no signature fits: the partner is refused, never let through unsigned.</summary>
    private string Opened(string kept, string id, string name)
    {
        if (seal.Open(kept, id) is { } secret)
        {
            return secret;
        }

        LogNotOpened(logger, name);
        return _unknown;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        do
        {
            try
            {
                if (_byHash is null || _changes.Version() != Volatile.Read(ref _readAt))
                {
                    Reload();
                }

                if (time.GetElapsedTime(_notedAt) >= NoteUsesEvery)
                {
                    NoteUses();
                }
            }
            catch (SqliteException e)
            {
                // The keys known so far stay good; a key revoked meanwhile by another process is noticed at the next turn.
                LogReloadFailed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Writes down which keys were used since the last time.</summary>
    internal void NoteUses()
    {
        var at = time.GetUtcNow().Stored();
        foreach (var known in (_byHash ?? Reload()).Values.Where(k => k.Used))
        {
            known.Used = false;
            database.Execute("UPDATE partner_keys SET last_used_at = $at WHERE id = $id", ("$at", at), ("$id", known.KeyId));
        }

        _notedAt = time.GetTimestamp();
    }

    private FrozenDictionary<SecretHash, Known> Reload()
    {
        // One at a time, or a reading from before a change could replace one from after it.
        lock (_reloading)
        {
            var before = _byHash;
            var at = _changes.Version();
            var now = database.Query(
                ActiveKeys,
                r => KeyValuePair.Create(
                    SecretHash.From((byte[])r.GetValue(0)),
                    new Known(r.GetString(1), new Partner(r.GetString(2), r.GetString(3), Streams(r.TextOrNull(4)), r.IsDBNull(5) ? null : r.GetDouble(5), r.IsDBNull(6) ? null : r.GetDouble(6)) { SigningSecret = r.TextOrNull(7) is { } kept ? Opened(kept, r.GetString(2), r.GetString(3)) : null })));

            // A key that has not changed keeps its mark of use, and the partner its identity: limiters may hold on to it.
            var byHash = now
                .Select(n => before is not null && before.TryGetValue(n.Key, out var old) && Same(old, n.Value) ? KeyValuePair.Create(n.Key, old) : n)
                .ToFrozenDictionary();
            _byHash = byHash;
            Volatile.Write(ref _readAt, at);
            return byHash;
        }
    }

    private static bool Same(Known a, Known b) =>
        a.KeyId == b.KeyId && (a.Partner.Streams ?? []).SequenceEqual(b.Partner.Streams ?? []) && a.Partner with { Streams = null } == b.Partner with { Streams = null } && a.Partner.Streams is null == b.Partner.Streams is null;

    /// <summary>An active key in memory; <see cref="Used"/> is set by requests and taken back by <see cref="NoteUses"/>.</summary>
    private sealed class Known(string keyId, Partner partner)
    {
        private volatile bool _used;

        public string KeyId { get; } = keyId;

        public Partner Partner { get; } = partner;

        public bool Used { get => _used; set => _used = value; }
    }

    private static PartnerKey Read(SqliteDataReader r) =>
        new(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), Streams(r.TextOrNull(4)), r.Time(5), r.GetString(6), r.TimeOrNull(7), r.TimeOrNull(8));

    private static string[]? Streams(string? stored) => stored?.Split(',', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("^[a-zA-Z0-9_.-]{1,128}$")]
    private static partial Regex StreamName();

    [LoggerMessage(LogLevel.Information, "{Count} signing secrets were in clear and are encrypted now.")]
    private static partial void LogSealed(ILogger logger, int count);

    [LoggerMessage(LogLevel.Error, "The signing secret of partner '{Partner}' cannot be opened with the keys of Redaction:KeyReference; all its requests are refused until this process has the key, or the partner a new secret.")]
    private static partial void LogNotOpened(ILogger logger, string partner);

    [LoggerMessage(LogLevel.Warning, "Partner keys could not be read again; those known stay in force.")]
    private static partial void LogReloadFailed(ILogger logger, Exception e);
}

/// <summary>Secrets are encrypted with keys that this process does not have; the message is for a person.</summary>
public sealed class SecretsLostException(string message) : Exception(message);

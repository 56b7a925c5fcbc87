using System.Globalization;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Fleet;

/// <summary>
/// One audit log for a whole fleet: each line is a row of the state table under its number, written only if nobody has that number yet, so the lines of all consoles make one chain.
/// <code>pk S audit | sk S 000000000120 | line S {"id":120,"at":…,"actorName":…,"action":…,"outcome":…,"hash":…} | write S</code>
/// A line is written when the table has it: without the table nothing is audited, and so nothing is done. Each process that shows the log keeps a copy of it to search in; verification reads
/// the table and compares it with that copy, so that a log rewritten from its start, or cut off at its end, is told too. Lines that a verb left on the database of this process are added.
/// </summary>
internal sealed class SharedAuditLog(StateTable table, StateDatabase database, TimeProvider time) : IAuditLog, ISharedThing, IDisposable
{
    private const string Partition = "audit";

    /// <summary>Row of <c>shared_documents</c> that says which line of this process's own log was added last.</summary>
    private const string Added = "audit-lines";

    private const int Page = 1000;
    private readonly SqliteAuditLog _own = new(database, time);
    private readonly SqliteAuditLog _copy = new(database, time, "fleet_audit");
    private readonly SemaphoreSlim _one = new(1);

    public string Name => Partition;

    /// <summary>What was done here is audited when it is done; to start nothing is needed.</summary>
    public bool HasJoined => true;

    public async Task AppendAsync(Actor actor, string action, string target, string outcome, string? detail, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await AddAsync(new AuditEntry(0, time.GetUtcNow(), actor.Id, actor.Name, action, target, outcome, detail, ""), cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<IReadOnlyList<AuditEntry>> QueryAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await TakeOverAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }

        return await _copy.QueryAsync(query, cancellationToken);
    }

    public async Task<AuditVerification> VerifyAsync(CancellationToken cancellationToken)
    {
        var (previous, last) = (SqliteAuditLog.BeforeFirst, 0L);
        var known = _copy.Last()?.Id ?? 0;
        while (true)
        {
            var page = await table.QueryAsync(Partition, StateTable.Sort(last + 1), StateTable.Sort(last + Page), cancellationToken);
            var copied = _copy.Read(last, Page).ToDictionary(l => l.Id, l => l.Hash);
            foreach (var line in page.Select(Line))
            {
                if (line.Id != last + 1 || SqliteAuditLog.Hash(previous, line) != line.Hash || (copied.TryGetValue(line.Id, out var hash) && hash != line.Hash))
                    return Result(line.Id);
                (previous, last) = (line.Hash, line.Id);
            }

            if (page.Count < Page)
                return Result(last < known ? last + 1 : null);
        }

        AuditVerification Result(long? broken) => new(last, broken) { HeadHash = last == 0 ? null : previous };
    }

    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        // The copy is of this log, or of another that this process was part of before.
        if (_copy.Read(0, 1) is [var first] && (await table.GetAsync(Partition, StateTable.Sort(1), cancellationToken) is not { } row || Line(row).Hash != first.Hash))
            _copy.Clear();
        await FollowAsync(cancellationToken);
    }

    /// <summary>Adds what verbs left on this database. What others did is read when somebody looks.</summary>
    public async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            while (_own.Read(LastAdded(), Page) is { Count: > 0 } lines)
            {
                await TakeOverAsync(cancellationToken);
                foreach (var line in lines)
                {
                    // Added before a crash that came before the note of it.
                    if (!_copy.Has(line))
                        await AddAsync(line, cancellationToken);
                    database.Execute(
                        "INSERT INTO shared_documents (name, version, body) VALUES ($name, $version, '') ON CONFLICT (name) DO UPDATE SET version = $version", ("$name", Added), ("$version", line.Id));
                }
            }
        }
        finally
        {
            _one.Release();
        }

        return false;
    }

    public bool ChangedHere() => (_own.Last()?.Id ?? 0) > LastAdded();

    public void Dispose() => _one.Dispose();

    private async Task AddAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        while (true)
        {
            var last = _copy.Last();
            var line = entry with { Id = (last?.Id ?? 0) + 1 };
            line = line with { Hash = SqliteAuditLog.Hash(last?.Hash ?? SqliteAuditLog.BeforeFirst, line) };
            var row = StateTable.Key(Partition, StateTable.Sort(line.Id));
            row["line"] = new(JsonSerializer.Serialize(line, JsonSerializerOptions.Web));
            if (await table.PutNewAsync(row, cancellationToken))
            {
                _copy.Insert(line);
                return;
            }

            await TakeOverAsync(cancellationToken);
        }
    }

    private async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var last = _copy.Last()?.Id ?? 0;
            var page = await table.QueryAsync(Partition, StateTable.Sort(last + 1), StateTable.Sort(last + Page), cancellationToken);
            _copy.Insert([.. page.Select(Line)]);
            if (page.Count < Page)
                return;
        }
    }

    private long LastAdded() => database.Query("SELECT version FROM shared_documents WHERE name = $name", r => r.GetInt64(0), ("$name", Added)) is [var id] ? id : 0;

    private static AuditEntry Line(Dictionary<string, AttributeValue> row) =>
        JsonSerializer.Deserialize<AuditEntry>(row["line"].S, JsonSerializerOptions.Web)! with { Id = long.Parse(row["sk"].S, CultureInfo.InvariantCulture) };
}

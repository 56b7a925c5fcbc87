using Microsoft.Extensions.Time.Testing;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.State;
using Weir.Pipeline.Redaction.Keys;

namespace Weir.ControlPlane.Tests;

/// <summary>A state database in a folder of its own, with a clock that tests move.</summary>
internal sealed class TestState : IDisposable
{
    public TestState()
    {
        Folder = Directory.CreateTempSubdirectory("weir-state-").FullName;
        Database = new StateDatabase(Path.Combine(Folder, "state.db"));
        Audit = new SqliteAuditLog(Database, Time);
    }

    public static Actor Admin { get; } = new("1", "Ada", [Roles.Admin]);

    public static Actor Operator { get; } = new("2", "Otto", [Roles.Operator]);

    public static Actor Viewer { get; } = new("3", "Vera", [Roles.Viewer]);

    public string Folder { get; }

    public StateDatabase Database { get; }

    public SqliteAuditLog Audit { get; }

    public SecretSeal Seal => SecretSeal.Of("file:redaction.key", Folder);

    /// <summary>Each use is another process on the same database.</summary>
    public OwnRuleChanges RuleChanges => new(Database);

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));

    /// <summary>Closes what is open for no one, of this database only, so that the file holds what was in its log.</summary>
    public void CloseIdle()
    {
        using var connection = Database.Connect();
        Microsoft.Data.Sqlite.SqliteConnection.ClearPool(connection);
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What runs in the background may still write its last line; the system's clean-up takes what is left.
        }
    }
}

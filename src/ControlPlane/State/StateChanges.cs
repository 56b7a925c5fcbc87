using Microsoft.Data.Sqlite;

namespace Weir.ControlPlane.State;

/// <summary>
/// Tells cheaply whether anybody, in this process or another, has written to a database: SQLite's
/// <see href="https://www.sqlite.org/pragma.html#pragma_data_version">data_version</see>, asked on a connection that never writes.
/// </summary>
internal sealed class StateChanges(Func<SqliteConnection> connect) : IDisposable
{
    private readonly Lock _gate = new();
    private SqliteConnection? _connection;
    private SqliteCommand? _question;
    private bool _disposed;

    /// <summary>A number that is another one after every commit. Any thread; a few microseconds.</summary>
    public long Version()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_question is null)
            {
                _connection = connect();
                _question = _connection.CreateCommand();
                _question.CommandText = "PRAGMA data_version";
                _question.Prepare();
            }

            return (long)_question.ExecuteScalar()!;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _question?.Dispose();
            _connection?.Dispose();
        }
    }
}

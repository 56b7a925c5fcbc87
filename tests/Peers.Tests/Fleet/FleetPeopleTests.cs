using Microsoft.Data.Sqlite;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.State;

namespace Weir.Peers.Tests.Fleet;

/// <summary>Two consoles with a database of people each, and one table in dynalite between them.</summary>
public sealed class FleetPeopleTests : FleetTest
{
    [Fact]
    public async Task Of_two_consoles_that_take_the_last_two_administrators_away_at_once_one_is_refused()
    {
        using var one = new Console(Table(), Database("one"), Folder("one"));
        using var two = new Console(Table(), Database("two"), Folder("two"));
        await one.Shared.ChangeAsync(() => one.AddAsync("ada"), default);
        await two.Shared.ChangeAsync(() => two.AddAsync("otto"), default);

        var gone = await Task.WhenAll(
            Task.Run(() => one.Shared.ChangeAsync(() => one.RemoveUnlessLastAsync("otto"), default)),
            Task.Run(() => two.Shared.ChangeAsync(() => two.RemoveUnlessLastAsync("ada"), default)));
        await one.Shared.ChangeAsync(() => Task.FromResult(true), default);
        await two.Shared.ChangeAsync(() => Task.FromResult(true), default);

        Assert.Single(gone, true);
        Assert.Equal([gone[0] ? "ada" : "otto"], one.Administrators());
        Assert.Equal(one.Administrators(), two.Administrators());
    }

    [Fact]
    public async Task The_lock_of_a_console_that_died_while_it_changed_people_is_taken_over_when_its_time_has_passed()
    {
        using var one = new Console(Table(), Database("one"), Folder("one"));
        var left = StateTable.Key("lock", SharedDocument.People.Name);
        left["until"] = StateTable.Number(TimeProvider.System.GetUtcNow().AddMilliseconds(-1).ToUnixTimeMilliseconds());
        left["write"] = new("of the dead");
        await one.Table.PutAsync(left, default);

        Assert.True(await one.Shared.ChangeAsync(() => one.AddAsync("ada"), default));

        Assert.Equal(["ada"], one.Administrators());
        Assert.Null(await one.Table.GetAsync("lock", SharedDocument.People.Name, default));
    }

    private sealed class Console : IDisposable
    {
        private readonly string _people;
        private readonly SharedDocuments _document;

        public Console(StateTable table, StateDatabase database, string folder)
        {
            _people = "Data Source=" + Path.Combine(folder, "people.db");
            using (var connection = Connect())
            {
                connection.Execute(null, "CREATE TABLE AspNetUsers (Id TEXT PRIMARY KEY, NormalizedUserName TEXT UNIQUE)");
                connection.Execute(null, "CREATE TABLE AspNetUserRoles (UserId TEXT REFERENCES AspNetUsers (Id), RoleId TEXT, PRIMARY KEY (UserId, RoleId))");
            }

            Table = table;
            _document = new SharedDocuments(SharedDocument.People, Table, database, Connect);
            Shared = new FleetPeople(Table, _document, TimeProvider.System);
        }

        public StateTable Table { get; }

        public FleetPeople Shared { get; }

        public Task<bool> AddAsync(string name)
        {
            using var connection = Connect();
            connection.Execute(null, "INSERT INTO AspNetUsers VALUES ($name, $name)", ("$name", name));
            connection.Execute(null, "INSERT INTO AspNetUserRoles VALUES ($name, 'admin')", ("$name", name));
            return Task.FromResult(true);
        }

        public Task<bool> RemoveUnlessLastAsync(string name)
        {
            using var connection = Connect();
            return Task.FromResult(connection.Execute(null, "DELETE FROM AspNetUserRoles WHERE UserId = $name AND (SELECT COUNT(*) FROM AspNetUserRoles WHERE RoleId = 'admin') > 1", ("$name", name)) == 1);
        }

        public string[] Administrators()
        {
            using var connection = Connect();
            return [.. connection.Query(null, "SELECT UserId FROM AspNetUserRoles", r => r.GetString(0))];
        }

        public void Dispose()
        {
            Shared.Dispose();
            _document.Dispose();
        }

        private SqliteConnection Connect()
        {
            var connection = new SqliteConnection(_people);
            connection.Open();
            return connection;
        }
    }
}

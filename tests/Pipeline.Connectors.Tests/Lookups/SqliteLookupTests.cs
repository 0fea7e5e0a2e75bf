using Microsoft.Data.Sqlite;

namespace Pipeline.Connectors.Tests.Lookups;

/// <summary>The answers are those of Exim 4.96, but where it waits or gives up.</summary>
public sealed class SqliteLookupTests : IDisposable
{
    private readonly LookupScene _scene = new();

    public SqliteLookupTests()
    {
        using var connection = Open();
        Execute(connection, """
            create table t(k text, v text, n int, r real, b blob);
            insert into t values ('a', 'one', 1, 1.5, x'4142'), ('b', 'two words', 2, null, null), ('d', '', 4, 1e10, x'00'), ('e', 'é', 5, 3, null);
            """);
    }

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("${lookup sqlite{DIR/t.db select v from t where k='a'}}", "one")]
    [InlineData("${lookup sqlite{DIR/t.db select * from t where k='a'}}", "k=a v=one n=1 r=1.5 b=AB ")]
    [InlineData("${lookup sqlite{DIR/t.db select k, v from t where n < 3}}", "k=a v=one \nk=b v=\"two words\" ")]
    [InlineData("${lookup sqlite{DIR/t.db select r, b from t}}", "r=1.5 b=AB \nr=<NULL> b=<NULL> \nr=10000000000.0 b=\"\" \nr=3.0 b=<NULL> ")]
    [InlineData("${lookup sqlite{DIR/t.db select v from t where k='z'}{yes}{no}}", "no")]
    [InlineData("${lookup sqlite{DIR/t.db select v from t where k='d'}{yes:$value:}{no}}", "yes::")]
    [InlineData("${lookup sqlite{DIR/t.db select 1; select 2}}", "1\n2")]
    [InlineData("${lookup sqlite{DIR/t.db insert into t(k) values('f')}{yes}{no}}${lookup sqlite{DIR/t.db select k from t where k='f'}}", "nof")]
    [InlineData("${lookup sqlite{DIR/t.db select k from t where k='f'}{y}{n}}${lookup sqlite{DIR/t.db insert into t(k) values('f')}}${lookup sqlite{DIR/t.db select k from t where k='f'}{y}{n}}", "ny")]
    [InlineData("${lookup sqlite{DIR/t.db}{yes}{no}}", "no")]
    [InlineData("${lookup sqlite,file=DIR/t.db{select v from t where k='a'}}", "one")]
    [InlineData("${extract{v}{${lookup sqlite{DIR/t.db select k, v from t where k='b'}}}}", "two words")]
    [InlineData("${lookup sqlite{DIR/t.db select v from t where k='${quote_sqlite:a' or '1'='1}'}{yes}{no}}", "no")]
    [InlineData("${lookup sqlite{select 1}{yes}{no}}", "Failed: absolute file name expected for \"sqlite\" lookup")]
    [InlineData("${lookup sqlite{}{yes}{no}}", "Failed: absolute file name expected for \"sqlite\" lookup")]
    [InlineData("${lookup sqlite{DIR/none/x.db select 1}{yes}{no}}", "Failed: unable to open database file")]
    [InlineData("${lookup sqlite{DIR/x/../t.db select 1}{yes}{no}}", "Failed: DIR/x/../t.db: file name contains a \"..\" component")]
    public async Task Query_finds_what_exim_finds(string text, string expected) => Assert.Equal(expected, await _scene.ExpandAsync(text));

    [Fact]
    public async Task File_can_stand_in_the_main_options() =>
        Assert.Equal("one", await _scene.ExpandAsync("${lookup sqlite{select v from t where k='a'}}", $"sqlite_dbfile = {_scene.Path("t.db")}"));

    [Fact]
    public async Task Octets_outside_ascii_come_as_they_are() =>
        Assert.Equal("\u00C3\u00A9", await _scene.ExpandAsync("${lookup sqlite{DIR/t.db select v from t where k='e'}}"));

    [Fact]
    public async Task Statement_that_is_none_finds_nothing_and_is_in_the_panic_log()
    {
        Assert.Equal("no", await _scene.ExpandAsync("${lookup sqlite{DIR/t.db selec}{yes}{no}}"));
        Assert.Contains("syntax error", Assert.Single(_scene.Panics), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_that_stays_locked_defers()
    {
        using var connection = Open();
        Execute(connection, "begin exclusive");
        Assert.Equal(
            "Deferred: lookup of \"DIR/t.db select 1 from t\" gave DEFER: database is locked",
            await _scene.ExpandAsync("${lookup sqlite{DIR/t.db select 1 from t}}", "sqlite_lock_timeout = 1s"));
        Execute(connection, "rollback");
    }

    [Fact]
    public async Task Query_that_finds_too_much_defers() => Assert.Contains(
        "the query finds more than 1048576 octets",
        await _scene.ExpandAsync("${lookup sqlite{DIR/t.db with recursive c(n) as (select 1 union all select n + 1 from c) select hex(zeroblob(1000)) from c}}"),
        StringComparison.Ordinal);

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={_scene.Path("t.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }
}

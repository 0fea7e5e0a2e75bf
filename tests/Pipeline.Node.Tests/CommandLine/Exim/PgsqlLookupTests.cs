using Npgsql;
using Pipeline.Storage.TestKit;

namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary>Lookups in PostgreSQL, as a configuration asks for them.</summary>
public sealed class PgsqlLookupTests : IDisposable
{
    private readonly EximFixture _exim = new();

    public void Dispose() => _exim.Dispose();

    [PostgresFact]
    public async Task Queries_give_what_exim_gives()
    {
        var way = new NpgsqlConnectionStringBuilder(await SharedPostgres.CreateDatabaseAsync());
        await using (var source = NpgsqlDataSource.Create(way))
        await using (var create = source.CreateCommand(
            "create table t(k text, v text, n int); insert into t values ('a', 'one', 1), ('b', 'two words', null), ('c', 'é', 3), ('d', '', 4)"))
        {
            await create.ExecuteNonQueryAsync();
        }

        var server = $"{way.Host}::{way.Port}/{way.Database}/{way.Username}/{way.Password}";
        await File.WriteAllTextAsync(_exim.ConfigurationFile, $"hide pgsql_servers = 127.0.0.1::1/no/body/here : {server}\n");
        (string Text, string Expected)[] cases =
        [
            ("${lookup pgsql{select v from t where k = 'a'}}", "one"),
            ("${lookup pgsql{select * from t where k = 'b'}}", "k=b v=\"two words\" n=\"\" "),
            ("${lookup pgsql{select v from t where k = '${quote_pgsql:a' or '1'='1}'}{yes}{no}}", "no"),
            ("${lookup pgsql{select v from t where k = 'd'}{yes:$value:}{no}}", "yes::"),
            ("${lookup pgsql{select n > 2 from t where k = 'c'}}", "t"),
            ("${length_2:${lookup pgsql{select v from t where k = 'c'}}}", "\u00C3\u00A9"),
            ("${lookup pgsql{update t set n = 9 where k in ('a', 'b')}}", "2"),
            ("${lookup pgsql,cache=no_rd{select n from t where k = 'a'}}", "9"),
            ($"${{lookup pgsql{{servers={server};select 1}}}}", "1"),
        ];
        foreach (var (text, expected) in cases)
        {
            Assert.Equal((text, expected + "\n"), (text, (await _exim.RunAsync("-be", text)).Output));
        }

        Assert.StartsWith(
            "Failed: lookup of \"selec\" gave DEFER: PGSQL: query failed: syntax error", (await _exim.RunAsync("-be", "${lookup pgsql{selec}}")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "${lookup pgsql{select 1}}", "Failed: lookup of \"select 1\" gave DEFER: no PostgreSQL servers defined (pgsql_servers option)")]
    [InlineData("", "${lookup pgsql,servers=nowhere{select 1}}", "Failed: lookup of \"select 1\" gave DEFER: PostgreSQL server \"nowhere\" not found in pgsql_servers")]
    [InlineData("pgsql_servers = 127.0.0.1::1/d/u/p", "${lookup pgsql{select 1}{y}{n}}", "Failed: lookup of \"select 1\" gave DEFER: PGSQL connection failed: ")]
    public async Task Server_that_is_not_there_defers(string option, string text, string expected)
    {
        await File.WriteAllTextAsync(_exim.ConfigurationFile, option + "\n");
        Assert.StartsWith(expected, (await _exim.RunAsync("-be", text)).Output, StringComparison.Ordinal);
    }
}

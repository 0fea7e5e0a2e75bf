namespace Pipeline.Connectors.Tests.Lookups.Servers;

/// <summary>The answers are those of Exim 4.96.</summary>
public sealed class MysqlLookupTests : IDisposable
{
    private const string Table = """
        create table t(k varchar(20), v text, n int) character set utf8mb4;
        insert into t values ('a', 'one', 1), ('b', 'two words', null), ('c', 'é', 3), ('d', '', 4);
        """;

    private readonly LookupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [MariaDbFact]
    public async Task Queries_give_what_exim_gives()
    {
        var database = await SharedMariaDb.CreateDatabaseAsync(Table);
        var empty = await SharedMariaDb.CreateDatabaseAsync("select 1");
        var options = $"hide mysql_servers = 127.0.0.1::1/no/body/here : {database.ByPort}";
        foreach (var (text, expected) in new[]
        {
            ("${lookup mysql{select v from t where k = 'a'}}", "one"),
            ("${lookup mysql{select * from t where k = 'b'}}", "k=b v=\"two words\" n=\"\" "),
            ("${lookup mysql{select k, n from t where n is not null}}", "k=a n=1 \nk=c n=3 \nk=d n=4 "),
            ("${lookup mysql{select v from t where k = 'zz'}{yes}{no}}", "no"),
            ("${lookup mysql{select v from t where k = 'd'}{yes:$value:}{no}}", "yes::"),
            ("${lookup mysql{select n from t where k = 'b'}{yes}{no}}", "no"),
            ("${lookup mysql{select n from t where k in ('a', 'b') order by k desc}{yes:$value:}{no}}", "yes:1:"),
            ("${lookup mysql{select n from t where k in ('a', 'b') order by k}{yes:$value:}{no}}", "yes:1\n:"),
            ("${lookup mysql{select v from t where k = 'c'}}", "\u00C3\u00A9"),
            ("${lookup mysql{select v from t where k = '${quote_mysql:a' or '1'='1}'}{yes}{no}}", "no"),
            ("${lookup mysql{select '${quote_mysql:\\\\ \\' \" \\n \\t % _}'}}", "\\ ' \" \n \t % _"),
            ("${lookup mysql{select v from t where k = 'a';}}", "one"),
            ("${lookup mysql{select 1e20 a,1e15 b,1e14 c,0.00001e0 d,1e-20 e,1.5e300 f, cast(1.1 as float) g, 1e5/3 h}}", "a=1e20 b=1e15 c=100000000000000 d=0.00001 e=1e-20 f=1.5e300 g=1.1 h=33333.333333333336 "),
            ("${lookup mysql{select time('838:59:59.5') a, year('2026-01-01') b, date('2026-02-03') c, cast('2026-01-02 03:04:05.678' as datetime(3)) d}}", "a=838:59:59.5 b=2026 c=2026-02-03 d=\"2026-01-02 03:04:05.678\" "),
            ("${lookup mysql{select cast('0000-00-00' as date) d, -1e0 b,1/3 c, 1.10 e, 18446744073709551615 f, 123456789012345678901234567890.123 g}}", "d=0000-00-00 b=-1 c=0.3333 e=1.10 f=18446744073709551615 g=123456789012345678901234567890.123 "),
            ("${lookup mysql{select true, 1=1, b'1000001', x'4142', @none, sum(n) from t}}", "TRUE=1 1=1=1 b'1000001'=A x'4142'=AB @none=\"\" sum(n)=8 "),
            ("${lookup mysql{update t set n = 9 where k in ('a', 'b')}}", "2"),
            ("${lookup mysql{update t set n = 9 where k in ('a', 'b')}{$value}{no}}", "0"),
            ("${lookup mysql{select n from t where k = 'a'}}${lookup mysql{update t set n = 8 where k = 'a'}}${lookup mysql{select n from t where k = 'a'}}", "918"),
            ("${lookup mysql{create table tt(a int)}{yes:$value:}{no}}", "yes:0:"),
            ($"${{lookup mysql,servers={database.BySocket}{{select v from t where k = 'a'}}}}", "one"),
            ($"${{lookup mysql{{servers={database.ByPort};select v from t where k = 'a'}}}}", "one"),
            ($"${{lookup mysql,servers=127.0.0.1::{database.Port}{{select v from t where k = 'a'}}}}", "one"),
            ($"${{lookup mysql,servers={empty.ByPort}:{database.ByPort}{{select v from t where k = 'a'}}}}", "one"),
            ("${if match_domain{x}{mysql;select 1}{yes}{no}}", "yes"),
            ("${lookup mysql{ }{yes}{no}}", "no"),
            ("${lookup mysql{servers=h/d/topsecret;selec}}", "Deferred: lookup of \"servers=(hidden);selec\" gave DEFER: incomplete MySQL server data: h/d"),
            ("${lookup mysql,servers=nowhere{select 1}}", "Deferred: lookup of \"select 1\" gave DEFER: MySQL server \"nowhere\" not found in mysql_servers"),
            ("${lookup mysql{select 1; drop table t}}", "Deferred: lookup of \"select 1; drop table t\" gave DEFER: MYSQL: query failed: there is more than one statement in the query"),
        })
        {
            Assert.Equal((text, expected), (text, await _scene.ExpandAsync(text, options)));
        }

        Assert.StartsWith(
            "Deferred: lookup of \"selec\" gave DEFER: MYSQL: query failed: You have an error in your SQL syntax;",
            await _scene.ExpandAsync("${lookup mysql{selec}}", options),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Deferred: lookup of \"select 1\" gave DEFER: MYSQL connection failed: Access denied for user 'joe'@",
            await _scene.ExpandAsync($"${{lookup mysql,servers={database.ByPort}x{{select 1}}}}", options),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "no MySQL servers defined (mysql_servers option)")]
    [InlineData("", ",servers=127.0.0.1::1/m/u", "incomplete MySQL server data: 127.0.0.1:1/m")]
    [InlineData("", ",servers=127.0.0.1::1/m/u/topsecret", "MYSQL connection failed: ")]
    [InlineData("mysql_servers = 127.0.0.1::1/m/u/topsecret : (/none/socket)/m/u/topsecret", "", "MYSQL connection failed: ")]
    public async Task Server_that_is_not_there_defers_and_nobody_learns_its_password(string option, string servers, string expected)
    {
        var result = await _scene.ExpandAsync($"${{lookup mysql{servers}{{select 1}}{{y}}{{n}}}}", option);
        Assert.StartsWith($"Deferred: lookup of \"select 1\" gave DEFER: {expected}", result, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", result, StringComparison.Ordinal);
    }
}

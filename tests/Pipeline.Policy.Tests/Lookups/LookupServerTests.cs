using Pipeline.Policy.Lookups.Servers;
using Pipeline.Policy.Tests.Configuration;

namespace Pipeline.Policy.Tests.Lookups;

public sealed class LookupServerTests
{
    [Theory]
    [InlineData("db.test/mail/joe/pass", "db.test", null, null, "mail", "joe", "pass")]
    [InlineData("db.test:6432/mail/joe/pass", "db.test", 6432, null, "mail", "joe", "pass")]
    [InlineData("/mail/joe/", "", null, null, "mail", "joe", "")]
    [InlineData("(/run/postgresql/.s.PGSQL.5433)/mail/joe/p/w", "", null, "/run/postgresql/.s.PGSQL.5433", "mail", "joe", "p/w")]
    [InlineData("localhost(/x/s)/mail/joe/p(1)", "localhost", null, "/x/s", "mail", "joe", "p(1)")]
    public void Items_are_read(string item, string host, int? port, string? socket, string database, string user, string password)
    {
        Assert.Equal(new LookupServer(host, port, socket, database, user, password), LookupServer.Parse(LookupServerForm.Mysql, item, out var problem));
        Assert.Equal("", problem);
    }

    [Theory]
    [InlineData("cache.test:7000/3/pass", "cache.test", 7000, null, "3", "pass")]
    [InlineData("cache.test//", "cache.test", null, null, "", "")]
    [InlineData("(/run/redis.sock)/0/", "", null, "/run/redis.sock", "0", "")]
    public void Servers_without_users_have_none(string item, string host, int? port, string? socket, string database, string password) =>
        Assert.Equal(new LookupServer(host, port, socket, database, "", password), LookupServer.Parse(LookupServerForm.Redis, item, out _));

    [Theory]
    [InlineData("host", "MySQL server \"host\" not found in mysql_servers")]
    [InlineData("host/db/user", "incomplete MySQL server data: host/db")]
    [InlineData("host::port/db/user/pass", "mysql_servers: \"port\" is no port")]
    [InlineData("(/x/s/db/user/pass", "incomplete MySQL server data: (/x/s/db/user")]
    [InlineData("(run/s)/db/user/pass", "mysql_servers: \"run/s\" is not an absolute path of at most 107 octets")]
    [InlineData("host[client]/db/user/pass", "mysql_servers: \"[client]\" names a group of an option file, and such files are not read: give host, port and socket themselves")]
    public void Wrong_item_is_refused_when_the_configuration_is_read(string item, string expected)
    {
        var problem = Assert.Single(PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles($"# servers\nmysql_servers = good/d/u/p : {item}")).Problems);
        Assert.Equal((expected, 2), (problem.Message, problem.Location!.Line));
    }

    [Fact]
    public void Messages_do_not_show_passwords() =>
        Assert.Equal("h:1 and (/s)", $"{new LookupServer("h", 1, null, "d", "u", "secret")} and {new LookupServer("h", null, "/s", "d", "u", "secret")}");
}

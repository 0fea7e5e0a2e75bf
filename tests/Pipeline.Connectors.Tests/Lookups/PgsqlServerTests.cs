using Pipeline.Connectors.Lookups;

namespace Pipeline.Connectors.Tests.Lookups;

public sealed class PgsqlServerTests
{
    [Theory]
    [InlineData("db.test/mail/joe/pass", "db.test", 5432, "mail", "joe", "pass")]
    [InlineData("db.test:6432/mail/joe/pass", "db.test", 6432, "mail", "joe", "pass")]
    [InlineData("/mail/joe/", "localhost", 5432, "mail", "joe", "")]
    [InlineData("(/run/postgresql/.s.PGSQL.5433)/mail/joe/p/w", "/run/postgresql", 5433, "mail", "joe", "p/w")]
    public void Items_are_read(string item, string host, int port, string database, string user, string password) =>
        Assert.Equal(new PgsqlServer(host, port, database, user, password), PgsqlServer.Parse(item));

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData("host/db/user")]
    [InlineData("host:port/db/user/pass")]
    [InlineData("(/run/postgresql)/db/user/pass")]
    [InlineData("(/run/.s.PGSQL.1)x/db/user/pass")]
    public void What_is_none_is_not(string item) => Assert.Null(PgsqlServer.Parse(item));
}

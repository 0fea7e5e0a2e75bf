using Npgsql;
using Pipeline.Connectors.Lookups;
using Pipeline.Policy.Lookups.Servers;

namespace Pipeline.Connectors.Tests.Lookups.Servers;

public sealed class PgsqlConnectionTests
{
    [Theory]
    [InlineData("db.test", null, null, "db.test", 5432)]
    [InlineData("db.test", 6432, null, "db.test", 6432)]
    [InlineData("", null, null, "localhost", 5432)]
    [InlineData("", null, "/run/postgresql/.s.PGSQL.5433", "/run/postgresql", 5433)]
    public void Server_is_found_where_its_item_says(string host, int? port, string? socket, string expectedHost, int expectedPort)
    {
        var settings = new NpgsqlConnectionStringBuilder(PgsqlLookup.ConnectionString(new LookupServer(host, port, socket, "mail", "joe", "p/w")));
        Assert.Equal((expectedHost, expectedPort), (settings.Host, settings.Port));
        Assert.Equal(("mail", "joe", "p/w"), (settings.Database, settings.Username, settings.Password));
    }

    [Fact]
    public void Socket_that_is_none_of_postgresql_leads_nowhere() =>
        Assert.Null(PgsqlLookup.ConnectionString(new LookupServer("", null, "/run/postgresql", "mail", "joe", "")));
}

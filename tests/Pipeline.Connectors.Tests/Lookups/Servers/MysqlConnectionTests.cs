using MySqlConnector;
using Pipeline.Connectors.Lookups;
using Pipeline.Policy.Lookups.Servers;

namespace Pipeline.Connectors.Tests.Lookups.Servers;

public sealed class MysqlConnectionTests
{
    [Theory]
    [InlineData("db.test", null, null, "db.test", 3306u)]
    [InlineData("db.test", 3307, null, "db.test", 3307u)]
    [InlineData("localhost", 3306, null, "localhost", 3306u)]
    [InlineData("localhost", null, null, "/run/mysqld/mysqld.sock", null)]
    [InlineData("", null, null, "/run/mysqld/mysqld.sock", null)]
    [InlineData("db.test", null, "/x/s", "/x/s", null)]
    public void Server_is_found_where_its_item_says(string host, int? port, string? socket, string expected, uint? expectedPort)
    {
        var settings = new MySqlConnectionStringBuilder(MysqlLookup.ConnectionString(new LookupServer(host, port, socket, "mail", "joe", "p/w")));
        Assert.Equal((expected, expectedPort), (settings.Server, settings.ConnectionProtocol == MySqlConnectionProtocol.UnixSocket ? null : settings.Port));
        Assert.Equal(("mail", "joe", "p/w"), (settings.Database, settings.UserID, settings.Password));
    }
}

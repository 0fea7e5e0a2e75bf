using System.Globalization;
using System.Net.Sockets;
using Pipeline.Connectors.Lookups.Ldap;
using Pipeline.Connectors.Tests.Lookups.Servers;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Processes;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Connectors.Tests.Lookups.Ldap;

/// <summary>One private OpenLDAP server for all tests of the process: on a port, on one with TLS, and on a socket.</summary>
internal static class SharedSlapd
{
    private const string Server = "/usr/sbin/slapd";
    private const string Loader = "/usr/sbin/slapadd";

    private const string Configuration =
        """
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/inetorgperson.schema
        pidfile FOLDER/pid
        TLSCACertificateFile CA
        TLSCertificateFile CERTIFICATE
        TLSCertificateKeyFile KEY
        modulepath /usr/lib/ldap
        moduleload back_mdb
        database mdb
        suffix "dc=example,dc=org"
        directory FOLDER/db
        maxsize 10485760
        access to attrs=userPassword by anonymous auth
        access to dn.subtree="ou=hidden,dc=example,dc=org" by dn.exact="cn=joe,ou=people,dc=example,dc=org" read by * none
        access to * by * read
        """;

    private const string Entries =
        """
        dn: dc=example,dc=org
        objectClass: dcObject
        objectClass: organization
        dc: example
        o: Example

        dn: ou=people,dc=example,dc=org
        objectClass: organizationalUnit
        ou: people

        dn: ou=hidden,dc=example,dc=org
        objectClass: organizationalUnit
        ou: hidden

        dn: cn=joe,ou=people,dc=example,dc=org
        objectClass: inetOrgPerson
        cn: joe
        sn: Doe, J
        mail: joe@example.org
        mail: joe.doe@example.org
        description: a "quoted" one, with comma
        description: back\slash
        userPassword: joepw
        title:: w6k=

        dn: cn=ann,ou=people,dc=example,dc=org
        objectClass: inetOrgPerson
        cn: ann
        sn: Smith
        mail: ann@example.org
        description:: YQpi
        description: two
        userPassword: a%41b

        dn: cn=odd\, name (x),ou=people,dc=example,dc=org
        objectClass: inetOrgPerson
        cn: odd, name (x)
        sn: Odd
        userPassword: odd pw
        jpegPhoto:: AAEC/w==

        dn: cn=see,ou=hidden,dc=example,dc=org
        objectClass: inetOrgPerson
        cn: see
        sn: See
        """;

    private static readonly Lazy<Task<LdapWays>> Running = new(StartAsync);

    /// <summary>Why there is none on this machine; null when there is one.</summary>
    public static string? WhyNot => !LibLdap.IsThere ? "needs libldap-2.5-0, which is not installed"
        : File.Exists(Server) && File.Exists(Loader) ? null : $"needs {Server} and {Loader} (slapd), which are not installed";

    public static Task<LdapWays> WaysAsync() => Running.Value;

    private static async Task<LdapWays> StartAsync()
    {
        var folder = await PrivateDaemon.CreateFolderAsync();
        using var authority = new TestAuthority(folder, "ca");
        var (certificate, key) = authority.Sign("localhost", null, isServer: true);
        var (port, tlsPort, socket) = (Loopback.FreeEndpoint().Port, Loopback.FreeEndpoint().Port, $"{folder}/s");
        Directory.CreateDirectory($"{folder}/db");
        await File.WriteAllTextAsync(
            $"{folder}/conf",
            Configuration.Replace("FOLDER", folder, StringComparison.Ordinal).Replace("CA\n", authority.File + "\n", StringComparison.Ordinal)
                .Replace("CERTIFICATE", certificate, StringComparison.Ordinal).Replace("KEY", key, StringComparison.Ordinal));
        await File.WriteAllTextAsync($"{folder}/entries", Entries);
        await PrivateDaemon.RunAsync(Loader, "-f", $"{folder}/conf", "-l", $"{folder}/entries");
        var places = string.Create(CultureInfo.InvariantCulture, $"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tlsPort} ldapi://{Uri.EscapeDataString(socket)}");
        await PrivateDaemon.StartAsync(folder, () => IsReadyAsync(port), Server, "-f", $"{folder}/conf", "-h", places, "-d", "0");
        return new LdapWays(port, tlsPort, socket, authority.File);
    }

    private static async Task<bool> IsReadyAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <param name="Authority">The file with the certificate that signed the server's.</param>
internal sealed record LdapWays(int Port, int TlsPort, string Socket, string Authority);

[AttributeUsage(AttributeTargets.Method)]
internal sealed class LdapFactAttribute() : ServerFactAttribute(SharedSlapd.WhyNot);

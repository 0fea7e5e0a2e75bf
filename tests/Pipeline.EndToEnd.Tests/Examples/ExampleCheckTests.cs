using System.Runtime.Versioning;

namespace Pipeline.EndToEnd.Tests.Examples;

/// <summary>Every example loads, whatever its switches, and asks for nothing beyond this version but what is said here.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ExampleCheckTests
{
    /// <summary>What the examples have in common with Exim's own files, though it makes no difference here yet.</summary>
    private static readonly string[] KnownToBeWithoutEffect = ["reply_transport", "+smtp_protocol_error", "+smtp_syntax_error"];

    public static TheoryData<string, string> Hosts => new()
    {
        { "default", "" },
        { "default", "ROUTER_SMARTHOST = 192.0.2.25\nPASSWORDS = /etc/mail/passwd" },
        { "debian-split", "" },
        { "debian-split", "DC_SMARTHOST = 192.0.2.25" },
        { "debian-split", "DC_SMARTHOST = 192.0.2.25\nDC_SATELLITE =\nDC_READHOST = example.com" },
        {
            "debian-split",
            """
            MAIN_TLS_CERTIFICATE = /etc/mail/cert.pem
            MAIN_TLS_PRIVATEKEY = /etc/mail/key.pem
            MAIN_ALLOW_SIZE = 20M
            MAIN_LOG_SELECTOR = +subject
            CHECK_MAIL_HELO_ISSUED =
            CHECK_RCPT_VERIFY_SENDER =
            CHECK_RCPT_NO_VERIFY_RECIPIENT =
            CHECK_RCPT_SPF =
            CHECK_RCPT_IP_DNSBLS = clients.example
            CHECK_RCPT_DOMAIN_DNSBLS = domains.example/$sender_address_domain
            CHECK_RCPT_GIVE_POSTMASTER =
            CHECK_DATA_VERIFY_HEADER_SYNTAX =
            CHECK_DATA_VERIFY_HEADER_SENDER =
            IGNORE_SMTP_LINE_LENGTH_LIMIT =
            DC_MAILDIR_HOME = /home
            DC_SMARTHOST = 192.0.2.25
            DC_NEXTHOP_TLS =
            DC_NEXTHOP_HERE =
            """
        },
        { "verdicts", "" },
        { "large-gateway", "" },
        { "large-gateway", "CERTIFICATE = /etc/mail/cert.pem\nKEY = /etc/mail/key.pem" },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task Example_loads_and_lists_nothing_unexpected(string example, string macros)
    {
        using var host = new ExampleHost(example, macros);
        var (code, listed, errors) = await host.CheckAsync();
        Assert.Equal((0, ""), (code, errors));
        Assert.DoesNotContain(listed, line => !KnownToBeWithoutEffect.Any(known => line.Contains(known, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_example_is_checked() =>
        Assert.Equal(
            Directory.GetDirectories(Path.GetDirectoryName(ExampleHost.FolderOf("default"))!).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Hosts.Select(row => (string)row[0]).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_piece_of_the_split_configuration_is_included()
    {
        var folder = ExampleHost.FolderOf("debian-split");
        var main = File.ReadAllText(Path.Combine(folder, "mailpipeline.conf"));
        var pieces = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Where(file => file.Contains('/', StringComparison.Ordinal));
        Assert.All(pieces, piece => Assert.Contains($"\n.include {piece}\n", main + "\n", StringComparison.Ordinal));
    }
}

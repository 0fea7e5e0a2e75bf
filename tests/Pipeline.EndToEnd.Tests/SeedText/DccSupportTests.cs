using System.Runtime.Versioning;
using System.Text;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Scanning;

namespace Pipeline.EndToEnd.Tests.SeedText;

/// <summary>"DCC Support".</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DccSupportTests
{
    private const string Header = "X-DCC-test-Metrics: mx.mydomain.com 1234; Body=1";

    [Fact]
    public async Task Dccifd_address_is_a_path_or_an_address_and_a_port()
    {
        using var path = new PolicyHost(Fragments.DccifdPath);
        using var address = new PolicyHost("dccifd_address = 127.0.0.1 5124");
        Assert.Equal(Fragments.DccifdPath + "\n", (await path.RunAsync("", "-bP", "dccifd_address")).Output);
        Assert.Equal("dccifd_address = 127.0.0.1 5124\n", (await address.RunAsync("", "-bP", "dccifd_address")).Output);
    }

    [Theory]
    [InlineData("R", false)]
    [InlineData("G", false)]
    [InlineData("A", true)]
    [InlineData("S", true)]
    public async Task Condition_accepts_and_fails_as_dccifd_says(string overall, bool holds)
    {
        await using var dccifd = Daemon(overall);
        var reply = await SendAsync(dccifd, "", $"accept {Fragments.DccCondition}\n        message = <$dcc_header> <$dcc_result>\ndeny message = no", "mout.example");
        Assert.Equal(holds ? $"250-<{Header}\n250 > <A>" : "550 no", reply);
    }

    [Theory]
    [InlineData("T", "defer")]
    [InlineData("G", "defer")]
    [InlineData("A", "accept")]
    public async Task Greylisting_with_DCC(string overall, string outcome)
    {
        await using var dccifd = Daemon(overall);
        var reply = await SendAsync(dccifd, "", Fragments.DccGreylisting + "\naccept", "mout.example");
        Assert.StartsWith(outcome == "defer" ? "451 " : "250 OK id=", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_is_added_directly()
    {
        await using var dccifd = Daemon("A");
        using var host = new PolicyHost(Configuration(dccifd, Fragments.DccDirectAddHeader, "warn set acl_m_dcc_add_header = X-Clam: clean\n" + Fragments.DccGreylisting + "\naccept"));
        await using var node = await host.StartAsync();
        var id = await node.SendAsync("a@elsewhere.test", ["b@mydomain.com"], "Subject: x\n\nbody\n");
        await node.UntilAsync<MessageCompleted>(id);
        Assert.Contains($"\nSubject: x\n{Header}\nX-Clam: clean\n\nbody\n", await File.ReadAllTextAsync(host.Folder.Of("mail.b")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mout-xforward.gmx.net", "82.165.159.12")]
    [InlineData("mout.gmx.net", "212.227.15.16")]
    [InlineData("mout.example", "127.0.0.1")]
    public async Task Override_of_the_client_is_told_to_dccifd(string helo, string told)
    {
        await using var dccifd = Daemon("A");
        var reply = await SendAsync(dccifd, "", Fragments.DccOverride + "\n" + Fragments.DccGreylisting + "\naccept", helo);
        Assert.StartsWith("250 OK id=", reply, StringComparison.Ordinal);
        Assert.StartsWith($"header\n{told}\n", Encoding.ASCII.GetString(Assert.Single(dccifd.Requests)), StringComparison.Ordinal);
    }

    private static ScriptedDaemon Daemon(string overall) => new(static _ => false, _ => Encoding.ASCII.GetBytes($"{overall}\n{overall}\n{Header}\n\n"));

    /// <summary>The reply to a message.</summary>
    private static async Task<string> SendAsync(ScriptedDaemon dccifd, string main, string acl, string helo)
    {
        using var host = new PolicyHost(Configuration(dccifd, main, acl));
        host.Folder.Write("multipleip_sites", Fragments.DccSites);
        await using var node = await host.StartAsync();
        await using var client = await node.ConnectAsync();
        await client.CommandAsync($"EHLO {helo}", "250-");
        await client.CommandAsync("MAIL FROM:<a@elsewhere.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@mydomain.com>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        return (await client.CommandAsync("Subject: x\r\n\r\nbody\r\n.", "")).TrimEnd().ReplaceLineEndings("\n");
    }

    private static string Configuration(ScriptedDaemon dccifd, string main, string acl) => $"""
        primary_hostname = mx.mydomain.com
        spool_directory = FOLDER/spool
        dccifd_address = {dccifd.Address}
        acl_smtp_rcpt = accept
        acl_smtp_data = acl_check_data
        {main}

        begin acl
        acl_check_data:
        {acl.Replace("/etc/mail/", "FOLDER/", StringComparison.Ordinal)}

        begin routers
        local:
          driver = accept
          transport = local

        begin transports
        local:
          driver = appendfile
          file = FOLDER/mail.$local_part
        """;
}

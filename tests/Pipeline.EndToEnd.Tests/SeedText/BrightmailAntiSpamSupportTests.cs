using System.Runtime.Versioning;
using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.SeedText;

/// <summary>"Brightmail AntiSpam (BMI) support", for messages that no Brightmail server has processed.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class BrightmailAntiSpamSupportTests
{
    [Fact]
    public async Task Section_2_names_the_file_of_the_Brightmail_configuration()
    {
        using var host = new PolicyHost(Configuration(main: Fragments.BmiConfigFile));
        using var silent = new PolicyHost(Configuration());
        Assert.Equal(Fragments.BmiConfigFile + "\n", (await host.RunAsync("", "-bP", "bmi_config_file")).Output);
        Assert.Equal(Fragments.BmiConfigFile + "\n", (await silent.RunAsync("", "-bP", "bmi_config_file")).Output);
    }

    [Fact]
    public async Task Section_4_bmi_dont_deliver_is_false_when_the_message_has_not_been_processed()
    {
        using var host = new PolicyHost(Configuration(routers: Fragments.BmiBlackhole));
        Assert.Equal("root@mydomain.com\n  router = localuser, transport = local_delivery", await host.RouteAsync("root@mydomain.com"));
    }

    [Fact]
    public async Task Section_4_bmi_deliver_alternate_is_false_and_bmi_deliver_default_is_true_when_the_message_has_not_been_processed()
    {
        using var host = new PolicyHost(Configuration(routers: """
            alternate:
              driver = redirect
              bmi_deliver_alternate
              data = :fail: to be delivered elsewhere

            usual:
              driver = accept
              bmi_deliver_default
              transport = local_delivery
            """));
        Assert.Equal("root@mydomain.com\n  router = usual, transport = local_delivery", await host.RouteAsync("root@mydomain.com"));
    }

    [Fact]
    public async Task Section_4_no_rule_has_fired_when_the_message_has_not_been_processed()
    {
        using var host = new PolicyHost(Configuration(routers: Fragments.BmiRuleRedirect));
        Assert.Equal("root@mydomain.com\n  router = localuser, transport = local_delivery", await host.RouteAsync("root@mydomain.com"));
    }

    [Theory]
    [InlineData(Fragments.BmiVerdictHeader, "X-Brightmail-Verdict:")]
    [InlineData(Fragments.BmiTrackerHeader, "X-Brightmail-Tracker:")]
    public async Task Section_4_variables_are_empty_when_there_is_no_verdict(string router, string field)
    {
        using var host = new PolicyHost(Configuration(localuser: router));
        await using var node = await host.StartAsync();
        var id = await node.SendAsync("a@elsewhere.test", ["root@mydomain.com"], "Subject: x\n\nbody\n");
        await node.UntilAsync<MessageCompleted>(id);
        Assert.Contains(await File.ReadAllLinesAsync(host.Folder.Of("mail.root")), line => line.TrimEnd() == field);
    }

    [Fact]
    public async Task Section_4_bmi_deliver_is_1_when_there_is_no_verdict()
    {
        using var host = new PolicyHost(Configuration(routers: """
            said:
              driver = redirect
              data = :fail: <$bmi_deliver> <$bmi_alt_location>
              allow_fail
            """));
        Assert.Equal("root@mydomain.com is undeliverable: <1> <>", await host.RouteAsync("root@mydomain.com"));
    }

    [Theory]
    [InlineData(Fragments.BmiRun, 2)]
    [InlineData(Fragments.BmiOptin, 1)]
    public async Task Sections_3_and_5_load_and_are_listed_as_long_as_no_server_can_be_asked(string acl, int times)
    {
        using var host = new PolicyHost(Configuration(acl: acl));
        var (code, listed, errors) = await host.CheckAsync();
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(times, listed.Count(line => line.Contains("control = bmi_run", StringComparison.Ordinal)));
    }

    private static string Configuration(string main = "", string acl = "accept", string routers = "", string? localuser = null) => $"""
        primary_hostname = mx.mydomain.com
        spool_directory = FOLDER/spool
        domainlist local_domains = mydomain.com
        domainlist relay_to_domains =
        acl_smtp_rcpt = acl_check_rcpt
        {main}

        begin acl
        acl_check_rcpt:
        {acl}

        begin routers
        {routers}

        {localuser ?? "localuser:\n  driver = accept\n  check_local_user\n  transport = local_delivery"}

        begin transports
        local_delivery:
          driver = appendfile
          file = FOLDER/mail.$local_part
        """;
}

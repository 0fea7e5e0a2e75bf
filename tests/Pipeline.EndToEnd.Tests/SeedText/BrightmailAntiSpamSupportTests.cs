using System.Runtime.Versioning;
using System.Text;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Scanning;

namespace Pipeline.EndToEnd.Tests.SeedText;

/// <summary>"Brightmail AntiSpam (BMI) support", with a server of verdicts over HTTP in the place of the vendor's.</summary>
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

    [Fact]
    public async Task Section_0_one_scan_gives_each_recipient_its_verdict()
    {
        await using var server = new VerdictServer(static _ => """
            {"verdicts":[
              {"recipients":["spam1@mydomain.com","spam2@mydomain.com"],"deliver":false,"rules":[1]},
              {"recipients":["ruled@mydomain.com"],"rules":[8,9]},
              {"recipients":["junk@mydomain.com"],"location":"X-Junk: yes"},
              {"recipients":["list@mydomain.com"],"location":"X-Junk: list","rules":[2]}]}
            """);
        using var host = new PolicyHost(Configuration(
            "bmi_config_file = FOLDER/brightmail.cfg",
            Fragments.BmiRun,
            $"""
            {Fragments.BmiBlackhole}

            {Fragments.BmiRuleRedirect}

            list:
              driver = redirect
              local_parts = list
              data = sublist@mydomain.com

            sublist:
              driver = redirect
              local_parts = sublist
              data = member@mydomain.com

            alternate:
              driver = accept
              bmi_deliver_alternate
              headers_add = $bmi_alt_location
              transport = local_delivery
            """,
            "localuser:\n  driver = accept\n  bmi_deliver_default\n  headers_add = X-Usual: $bmi_deliver\n  transport = local_delivery"));
        host.Folder.Write("brightmail.cfg", $"# servers\nblswcServerAddress={server.Address}\n");
        await using var node = await host.StartAsync();
        var id = await node.SendAsync(
            "a@elsewhere.test",
            ["spam1@mydomain.com", "spam2@mydomain.com", "ruled@mydomain.com", "junk@mydomain.com", "list@mydomain.com", "other@mydomain.com"],
            "Subject: x\n\nbody\n");
        var events = await node.UntilAsync<MessageCompleted>(id);
        var check = Assert.Single(events.OfType<CheckCompleted>(), check => check.Check == "bmi");
        Assert.Equal(
            ("mixed",
                "discard: spam1@mydomain.com spam2@mydomain.com, rule 1; deliver: ruled@mydomain.com, rule 8 9; alternate \"X-Junk: yes\": junk@mydomain.com; "
                + $"alternate \"X-Junk: list\": list@mydomain.com, rule 2; by http://{server.Address}/verdicts"),
            (check.Result, check.Detail));
        var question = Assert.Single(server.Questions);
        Assert.Contains("\"clientAddress\":\"127.0.0.1\"", question.Envelope, StringComparison.Ordinal);
        Assert.Contains("\"sender\":\"a@elsewhere.test\",\"recipients\":[{\"address\":\"spam1@mydomain.com\",\"optIn\":[]},", question.Envelope, StringComparison.Ordinal);
        Assert.StartsWith("Received: from ", question.Message, StringComparison.Ordinal);
        Assert.EndsWith("\nSubject: x\n\nbody\n", question.Message, StringComparison.Ordinal);
        Assert.Equal(["mail.junk", "mail.member", "mail.other", "mail.postmaster"], host.Folder.Names("mail.*"));
        Assert.Contains("\nX-Junk: yes\n", await File.ReadAllTextAsync(host.Folder.Of("mail.junk")), StringComparison.Ordinal);
        Assert.Contains("\nX-Junk: list\n", await File.ReadAllTextAsync(host.Folder.Of("mail.member")), StringComparison.Ordinal);
        Assert.Contains("\nX-Usual: 1\n", await File.ReadAllTextAsync(host.Folder.Of("mail.other")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Section_0_verdicts_wait_in_the_queue_with_their_message()
    {
        var answers = 0;
        await using var server = new VerdictServer(_ => $$"""{"verdicts":[{"recipients":["b@mydomain.com"],"location":"verdict {{++answers}}","rules":[5]}]}""");
        using var host = new PolicyHost(Configuration(
            "bmi_config_file = FOLDER/brightmail.cfg\nqueue_only",
            Fragments.BmiRun,
            localuser: "localuser:\n  driver = accept\n  transport = local_delivery\n  headers_add = X-Verdict: $bmi_alt_location\\n"
                + "X-Brightmail-Verdict: $bmi_base64_verdict\\nX-Brightmail-Tracker: $bmi_base64_tracker_verdict"));
        host.Folder.Write("brightmail.cfg", $"blswcServerAddress={server.Address}\n");
        MessageId id;
        await using (var node = await host.StartAsync())
        {
            id = await node.SendAsync("a@elsewhere.test", ["b@mydomain.com"], "Subject: x\n\nbody\n");
            await node.UntilAsync<MessagePostponed>(id);
        }

        const string Verdict = """{"form":1,"verdict":{"recipients":["b@mydomain.com"],"deliver":true,"location":"verdict 1","rules":[5]}}""";
        var header = (await host.RunAsync("", "-Mvh", id.ToString())).Output;
        Assert.Contains($"\n-bmi_verdicts {Base64(Verdict)}\n", header, StringComparison.Ordinal);
        await host.RunAsync("", "-qf");
        Assert.Contains(
            $"\nX-Verdict: verdict 1\nX-Brightmail-Verdict: {Base64(Verdict)}\nX-Brightmail-Tracker: {Base64("""{"form":1,"rules":[5]}""")}\n",
            await File.ReadAllTextAsync(host.Folder.Of("mail.b")), StringComparison.Ordinal);
        Assert.Single(server.Questions);
    }

    [Fact]
    public async Task Section_3_message_that_no_ACL_has_set_up_is_not_shown_to_the_server()
    {
        await using var server = new VerdictServer(static _ => "{}");
        using var host = new PolicyHost(Configuration(
            "bmi_config_file = FOLDER/brightmail.cfg", "accept senders = a@elsewhere.test\n" + Fragments.BmiRun,
            localuser: "localuser:\n  driver = accept\n  transport = local_delivery"));
        host.Folder.Write("brightmail.cfg", $"blswcServerAddress={server.Address}\n");
        await using var node = await host.StartAsync();
        await node.UntilAsync<MessageCompleted>(await node.SendAsync("a@elsewhere.test", ["b@mydomain.com"], "Subject: x\n\nbody\n"));
        Assert.Empty(server.Questions);
    }

    [Theory]
    [InlineData(null, "could not initialize Brightmail system: Could not find file 'FOLDER/brightmail.cfg'.")]
    [InlineData("x=y\n", "could not initialize Brightmail system: FOLDER/brightmail.cfg has no blswcServerAddress")]
    [InlineData("blswcServerAddress=CLOSED\n", "http://CLOSED/verdicts: Connection refused")]
    public async Task Section_3_message_that_nobody_can_judge_is_delivered_as_usual(string? file, string problem)
    {
        using var closed = new ClosedPort();
        using var host = new PolicyHost(Configuration(
            "log_file_path = FOLDER/%slog\nbmi_config_file = FOLDER/brightmail.cfg", Fragments.BmiRun,
            Fragments.BmiBlackhole, "localuser:\n  driver = accept\n  bmi_deliver_default\n  transport = local_delivery"));
        if (file is not null)
        {
            host.Folder.Write("brightmail.cfg", Here(file));
        }

        await using var node = await host.StartAsync();
        var id = await node.SendAsync("a@elsewhere.test", ["b@mydomain.com"], "Subject: x\n\nbody\n");
        await node.UntilAsync<MessageCompleted>(id);
        await node.StopAsync();
        Assert.True(File.Exists(host.Folder.Of("mail.b")));
        Assert.Contains($"{id} bmi error: {Here(problem)}", await File.ReadAllTextAsync(host.Folder.Of("paniclog")), StringComparison.Ordinal);

        string Here(string text) => text.Replace("FOLDER", host.Folder.Path, StringComparison.Ordinal).Replace("CLOSED", closed.Address.Replace(' ', ':'), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Section_5_opt_in_information_is_passed_for_each_recipient()
    {
        await using var server = new VerdictServer(static _ => """{"verdicts":[]}""");
        using var host = new PolicyHost(Configuration(
            "bmi_config_file = FOLDER/brightmail.cfg",
            Fragments.BmiOptin.Replace("/etc/exim/bmi_optin_data", "FOLDER/bmi_optin_data", StringComparison.Ordinal),
            localuser: "localuser:\n  driver = accept\n  transport = local_delivery",
            relay: "mydomain.com : thatdomain.com"));
        host.Folder.Write("brightmail.cfg", $"blswcServerAddress={server.Address}\n");
        host.Folder.Write("bmi_optin_data", "user1@mydomain.com: spam:virus\nuser2@thatdomain.com: spam\n");
        await using var node = await host.StartAsync();
        var id = await node.SendAsync("a@elsewhere.test", ["user1@mydomain.com", "user2@thatdomain.com", "user3@thatdomain.com"], "Subject: x\n\nbody\n");
        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Contains(
            """[{"address":"user1@mydomain.com","optIn":["spam","virus"]},{"address":"user2@thatdomain.com","optIn":["spam"]},{"address":"user3@thatdomain.com","optIn":[]}]""",
            Assert.Single(server.Questions).Envelope, StringComparison.Ordinal);
        Assert.Equal("none", Assert.Single(events.OfType<CheckCompleted>(), check => check.Check == "bmi").Result);
    }

    private static string Base64(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    private static string Configuration(string main = "", string acl = "accept", string routers = "", string? localuser = null, string relay = "") => $"""
        primary_hostname = mx.mydomain.com
        spool_directory = FOLDER/spool
        domainlist local_domains = mydomain.com
        domainlist relay_to_domains = {relay}
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

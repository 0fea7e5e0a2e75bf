using System.Globalization;
using System.Runtime.Versioning;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support;

namespace Pipeline.EndToEnd.Tests.Examples;

/// <summary>The example <c>verdicts</c> with its own server.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class VerdictsExampleTests
{
    private const string Macros = """
        SPOOL = FOLDER/spool
        MAILBOXES = FOLDER/mail
        VERDICTS = FOLDER/brightmail.cfg
        PROFILES = FOLDER/profiles
        """;

    [ProgramFact(ForeignProgram.Python)]
    public async Task Each_recipient_gets_what_its_profile_says_from_one_scan()
    {
        using var host = new ExampleHost("verdicts", Macros);
        var folder = ExampleHost.FolderOf("verdicts");
        var port = Loopback.FreeEndpoint().Port;
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        await using var server = await ScannerProgram.StartAsync(
            ForeignProgram.Python, [Path.Combine(folder, "verdict-server.py"), "--listen", address, "--rules", Path.Combine(folder, "rules.json")], port);
        host.Folder.Write("brightmail.cfg", (await File.ReadAllTextAsync(Path.Combine(folder, "brightmail.cfg"))).Replace("127.0.0.1:41000", address, StringComparison.Ordinal));
        host.Folder.Write("profiles", "alice@example.org: strict:folder\nbob@example.org: folder\n");
        await using var node = await host.StartAsync();

        string[] everybody = ["alice@example.org", "bob@example.org", "carol@example.org", "postmaster@example.org"];
        var spam = await node.UntilAsync<MessageCompleted>(await node.SendAsync("a@elsewhere.test", everybody, "Subject: A Casino for you\n\nWire the money, please.\n"));
        var check = Assert.Single(spam.OfType<CheckCompleted>(), check => check.Check == "bmi");
        Assert.Equal(
            ("mixed",
                "discard: alice@example.org, rule 5 8; alternate \"Junk\": bob@example.org, rule 5 8; deliver: carol@example.org postmaster@example.org, rule 5 8; "
                + $"by http://{address}/verdicts"),
            (check.Result, check.Detail));
        Assert.Contains("X-Brightmail-Tracker: ", await File.ReadAllTextAsync(Assert.Single(Mail("bob/.Junk"))), StringComparison.Ordinal);
        Assert.Equal((1, 1), (Mail("carol").Count, Mail("alice").Count)); // that of postmaster, whose profile is the usual one

        await node.UntilAsync<MessageCompleted>(await node.SendAsync("a@elsewhere.test", everybody, "Subject: hello\n\nbody\n"));
        Assert.Equal((2, 1, 2), (Mail("alice").Count, Mail("bob").Count, Mail("carol").Count)); // postmaster is alice, who has it once

        const string Eicar = """X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*""";
        await node.UntilAsync<MessageCompleted>(await node.SendAsync("a@elsewhere.test", ["carol@example.org"], $"Subject: look\n\n{Eicar}\n"));
        Assert.Contains("\nX-Brightmail-Verdict: ", await File.ReadAllTextAsync(Assert.Single(Mail("quarantine"))), StringComparison.Ordinal);
        Assert.Equal(2, Mail("carol").Count);

        IReadOnlyList<string> Mail(string mailbox) => host.Folder.Mail(mailbox);
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Verification;

/// <summary>Mail that goes over a forwarder and a list to whoever reads it: each verifies the chain (RFC 8617), says so, and seals.</summary>
public sealed class ForwardedChainTests : IDisposable
{
    private const string Mail = "From: <a@author.test>\nTo: <b@remote.test>\nSubject: news\n\none two\n";

    /// <summary>The example of Exim's text on ARC, as it stands there but for the folds.</summary>
    private const string OldestPass =
        "logwrite = oldest-p-ams: <${reduce {$lh_ARC-Authentication-Results:} {} {${if = {$arc_oldest_pass} {${extract {i}{${extract {1}{;}{$item}}}}} {$item} {$value}}} }>";

    private const string Verify = """
        import dkim, json, sys
        zone = json.load(open(sys.argv[1]))
        find = lambda name, timeout=5: "".join(zone.get(name.decode().rstrip("."), {}).get("TXT", [""])).encode()
        print(dkim.arc_verify(sys.stdin.buffer.read(), dnsfunc=find)[0].decode())
        """;

    private const string Seal = """
        import dkim, sys
        message = sys.stdin.buffer.read()
        fields = dkim.arc_sign(message, b"sel", b"first.test", open(sys.argv[1], "rb").read(), b"first.test")
        sys.stdout.buffer.write(b"".join(fields) + message)
        """;

    private readonly Folder[] _folders = [new Folder(), new Folder(), new Folder(), new Folder()];
    private readonly RSA _key = RSA.Create(2048);

    public void Dispose()
    {
        _key.Dispose();
        Array.ForEach(_folders, folder => folder.Dispose());
    }

    [ProgramFact("python3:dkim")]
    public async Task A_chain_over_a_list_that_changes_header_and_body_is_accepted_by_its_oldest_pass()
    {
        await using var last = await TestNode.StartAsync(_folders[3], Reader("last.test"), Zone());
        await using var listOut = await TestNode.StartAsync(_folders[2], Relay("out.list.test", last.Endpoint, seals: "list.test", verifies: false), Zone());
        await using var listIn = await TestNode.StartAsync(_folders[1], Reader("list.test"), Zone());
        await using var first = await TestNode.StartAsync(_folders[0], Relay("mx.first.test", listIn.Endpoint, seals: "first.test", verifies: true), Zone());

        await first.UntilAsync<MessageCompleted>(await first.SendAsync("a@author.test", ["b@remote.test"], Mail));
        var atList = await ArrivedAsync(_folders[1]);
        Assert.Contains("arc=pass (i=1) header.s=sel arc.oldest-pass=1 smtp.remote-ip=127.0.0.1", atList, StringComparison.Ordinal);
        Assert.Equal("pass", await DkimpyAsync(atList));

        // The list: what its host has found stays in the message, what final delivery has written does not.
        var changed = atList[atList.IndexOf("Authentication-Results:", StringComparison.Ordinal)..].Replace("Subject: news", "Subject: [list] news", StringComparison.Ordinal)
            + "-- \nthe list\n";
        await listOut.UntilAsync<MessageCompleted>(await listOut.SendAsync("list@list.test", ["b@remote.test"], changed));
        var atLast = await ArrivedAsync(_folders[3]);
        Assert.Contains("Subject: [list] news", atLast, StringComparison.Ordinal);
        Assert.Contains("arc=pass (i=2) header.s=sel arc.oldest-pass=2 smtp.remote-ip=127.0.0.1", atLast, StringComparison.Ordinal);
        Assert.Equal("pass", await DkimpyAsync(atLast));

        await last.StopAsync();
        var log = await File.ReadAllTextAsync(_folders[3].Of("log", "mainlog"));
        Assert.Contains("oldest-p-ams: <i=2; list.test;", log, StringComparison.Ordinal);
        Assert.Matches(" <= list@list.test .* S=[0-9]+ ARC", log);
    }

    [Fact]
    public async Task A_chain_that_was_broken_on_the_way_is_refused_with_a_reason()
    {
        await using var last = await TestNode.StartAsync(_folders[3], Reader("last.test"), Zone());
        await using var client = await last.ConnectAsync();
        await client.CommandAsync("MAIL FROM:<a@author.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@remote.test>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync("ARC-Seal: i=1; a=rsa-sha256; cv=none; d=first.test; s=sel; b=AAAA\r\nFrom: <a@author.test>\r\n\r\nhello\r\n");

        await client.CommandAsync(".", "550 the chain is broken: (i=1 (missing header))");

        await client.CommandAsync("QUIT", "221 ");
    }

    [ProgramFact("python3:dkim", "python3:authres")]
    public async Task A_seal_that_dkimpy_made_verifies()
    {
        await using var last = await TestNode.StartAsync(_folders[3], Reader("last.test"), Zone());
        var (code, message) = await ForeignProgram.RunAsync(
            ForeignProgram.Python, ["-c", Seal, KeyFile(_folders[3])], "Authentication-Results: first.test; arc=none; spf=pass smtp.mailfrom=author.test\r\n" + Mail.ReplaceLineEndings("\r\n"));
        Assert.True(code == 0, message);

        await last.UntilAsync<MessageCompleted>(await last.SendAsync("a@author.test", ["b@remote.test"], message.ReplaceLineEndings("\n")));

        Assert.Contains("arc=pass (i=1) header.s=sel arc.oldest-pass=1", await ArrivedAsync(_folders[3]), StringComparison.Ordinal);
    }

    private static async Task<string> ArrivedAsync(Folder folder)
    {
        var file = await Eventually.IsAsync(() => Task.FromResult(folder.Mail("b") is [var only, ..] ? only : null), () => Task.FromResult("no mail came"));
        return (await File.ReadAllTextAsync(file, Encoding.Latin1)).ReplaceLineEndings("\n");
    }

    /// <summary>Accepts what a chain vouches for and keeps it; says under a name of its own what it found.</summary>
    private static string Reader(string admd) => WithCheck(Policies.Local(main: Main), $$$"""
          deny !verify = arc
               message = the chain is broken: $arc_state_reason
          warn {{{OldestPass}}}
          warn add_header = :at_start:${authresults {{{{admd}}}}}
          accept condition = ${if <= {$arc_oldest_pass}{2}}
          deny message = no instance that verifies is old enough
        """).Replace("domainlist local_domains = local.test", "domainlist local_domains = local.test : remote.test", StringComparison.Ordinal)
            .Replace("mx.local.test", $"mx.{admd}", StringComparison.Ordinal);

    /// <summary>Hands everything on, sealed.</summary>
    private string Relay(string name, IPEndPoint next, string seals, bool verifies)
    {
        var folder = seals == "first.test" ? _folders[0] : _folders[2];
        var check = verifies
            ? $$$"""
                warn verify = arc/none:pass:fail
                warn add_header = :at_start:${authresults {{{{seals}}}}}
                accept
              """
            : "  accept";
        return WithCheck(Policies.Smarthost(next), check)
            .Replace("acl_smtp_rcpt = check_rcpt", $"acl_smtp_rcpt = check_rcpt\n{Main}", StringComparison.Ordinal)
            .Replace("  allow_localhost", $"  allow_localhost\n  arc_sign = {seals} : sel : {KeyFile(folder)} : timestamps,expire=+3600", StringComparison.Ordinal)
            .Replace("mx.local.test", name, StringComparison.Ordinal);
    }

    private const string Main = "acl_smtp_data = check_data\nlog_file_path = FOLDER/log/%slog";

    private static string WithCheck(string policy, string check) =>
        policy.Replace("begin routers", $"check_data:\n{check}\n\nbegin routers", StringComparison.Ordinal);

    private string KeyFile(Folder folder) => folder.Write("key.pem", _key.ExportRSAPrivateKeyPem());

    private string Zone() => JsonSerializer.Serialize(new[] { "first.test", "list.test" }.ToDictionary(
        domain => $"sel._domainkey.{domain}",
        _ => new { TXT = new[] { $"v=DKIM1; k=rsa; p={Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo())}" } }));

    private async Task<string> DkimpyAsync(string message)
    {
        var (code, output) = await ForeignProgram.RunAsync(ForeignProgram.Python, ["-c", Verify, _folders[3].Of("zone.json")], message.ReplaceLineEndings("\r\n"));
        Assert.True(code == 0, output);
        return output.Trim();
    }
}

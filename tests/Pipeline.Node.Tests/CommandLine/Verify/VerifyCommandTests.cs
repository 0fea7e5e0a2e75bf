using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Mail.Dns;
using Pipeline.Node.CommandLine.Verify;
using Pipeline.Tests.Support.Suites;
using Pipeline.Tests.Support.Yaml;

namespace Pipeline.Node.Tests.CommandLine.Verify;

public sealed class VerifyCommandTests : IDisposable
{
    private const string Zone = """{"example.com":{"TXT":["v=spf1 ip4:192.0.2.1 exp=why.example -all"]},"why.example":{"TXT":["because %{i} at %{t}"]}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("verify");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_report_says_what_was_found_and_why()
    {
        var (folder, id) = (TestFolders.Vectors("dkim"), "dual-one-bad");
        var zone = Save("zone.json", ZoneOf(folder, id));
        var run = await RunAsync("", "--ip", "192.0.2.9", "--mail-from", "user@example.com", "--at", "1750000000", "--dns", zone, Path.Combine(folder, "eml", id + ".eml"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("SPF   none       sender user@example.com from 192.0.2.9", run.Output, StringComparison.Ordinal);
        Assert.Contains("DKIM  fail       d=example.com s=ed a=ed25519-sha256 (256 bits)", run.Output, StringComparison.Ordinal);
        Assert.Contains("body hash differs: the body was changed after signing", run.Output, StringComparison.Ordinal);
        Assert.Contains("DKIM  pass       d=example.com s=r2048 a=rsa-sha256 (2048 bits)", run.Output, StringComparison.Ordinal);
        Assert.Contains("received at 2025-06-15 15:06:40 UTC", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_JSON_the_outcome_is_one_object()
    {
        var message = Save("plain.eml", "From: a@b\n\nbody\n");
        var run = await RunAsync(
            "", "--ip", "192.0.2.9", "--mail-from", "user@example.com", "--at", "2025-06-15T15:06:40Z", "--dns", Save("zone.json", Zone), "--json", message);
        Assert.Equal("""{"spf":{"result":"fail","explanation":"because 192.0.2.9 at 1750000000"},"dkim":[],"arc":{"result":"none","instances":0,"oldestPass":0,"domains":[],"reason":""},"dmarc":{"result":"none","policy":null,"domain":"b","policyDomain":"b","organizationalDomain":"b","spfAligned":false,"dkimAligned":false,"queries":1,"reason":"no record at this domain or above it"}}""", run.Output.Trim());
    }

    [Theory]
    [InlineData("--ip", "nonsense", "is not an address")]
    [InlineData("--ip", "010.1.1.1", "is not an address")]
    [InlineData("--at", "yesterday", "neither seconds")]
    [InlineData("--dns", "/nonexistent/zone.json", "zone.json")]
    public async Task A_wrong_option_is_named(string option, string value, string expected)
    {
        var run = await RunAsync("", option, value, Save("plain.eml", "From: a@b\n\n"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Without_a_message_there_is_nothing_to_verify()
    {
        Assert.Equal(2, (await RunAsync("")).ExitCode);
        var missing = await RunAsync("", Path.Combine(_folder.FullName, "missing.eml"));
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains("missing.eml", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_answers_every_line_in_order_and_survives_bad_ones()
    {
        var zone = $",\"dns\":{Zone}";
        string[] lines =
        [
            $$"""{"id":"pass","ip":"192.0.2.1","helo":"h","mailFrom":"a@example.com","dmarcMode":"rfc9989"{{zone}}}""",
            "",
            "   \r",
            "{broken",
            """{"id":7,"ip":"1.2.3"}""",
            """{"id":"base64","messageBase64":"***"}""",
            """{"id":"at","at":{}}""",
            """{"id":"zone","dns":{"a":5}}""",
            """{"id":"type","ip":5}""",
            "[1,2]",
            "null",
            $$"""{"id":"null","ip":"192.0.2.1","helo":"example.com","mailFrom":"<>"{{zone}}}""",
            """{"id":"nothing","messageBase64":"RnJvbTogYQ0KDQo="}""",
            $$"""{"id":{"a":[1]},"ip":"::ffff:192.0.2.2","helo":"h","mailFrom":"a@example.com","at":1750000000{{zone}}}""",
        ];
        var run = await RunAsync(string.Join('\n', lines), "--batch", "--dns", Save("zone.json", "{}"));
        Assert.Equal(0, run.ExitCode);
        var answers = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("""{"id":"pass","spf":{"result":"pass","explanation":""},"dkim":[]}""", answers[0]);
        Assert.StartsWith("{\"error\":", answers[1], StringComparison.Ordinal);
        Assert.Equal("""{"id":7,"error":"ip is not an address"}""", answers[2]);
        Assert.Equal("""{"id":"base64","error":"messageBase64 is not base64 text"}""", answers[3]);
        Assert.StartsWith("{\"id\":\"at\",\"error\":\"at is neither", answers[4], StringComparison.Ordinal);
        Assert.StartsWith("{\"id\":\"zone\",\"error\":\"a: a name", answers[5], StringComparison.Ordinal);
        Assert.StartsWith("{\"id\":\"type\",\"error\":", answers[6], StringComparison.Ordinal);
        Assert.StartsWith("{\"error\":", answers[7], StringComparison.Ordinal);
        Assert.StartsWith("{\"error\":", answers[8], StringComparison.Ordinal);
        Assert.Equal("""{"id":"null","spf":{"result":"pass","explanation":""},"dkim":[]}""", answers[9]);
        Assert.Equal("""{"id":"nothing","spf":null,"dkim":[],"arc":{"result":"none","instances":0,"oldestPass":0,"domains":[],"reason":""},"dmarc":{"result":"none","policy":null,"domain":"","policyDomain":"","organizationalDomain":null,"spfAligned":false,"dkimAligned":false,"queries":0,"reason":"the From field names no domain"}}""", answers[10]);
        Assert.Equal("""{"id":{"a":[1]},"spf":{"result":"fail","explanation":"because 192.0.2.2 at 1750000000"},"dkim":[]}""", answers[11]);
        Assert.Equal(12, answers.Length);
    }

    [Fact]
    public async Task The_chain_is_reported_with_its_sealers_or_with_the_instance_that_failed()
    {
        var folder = TestFolders.Vectors("arc");
        var zone = Save("zone.json", ZoneOf(folder, "chain-3"));
        var run = await RunAsync("", "--dns", zone, Path.Combine(folder, "eml", "chain-3.eml"));
        Assert.Contains("  ARC   pass       3 sets, oldest pass 1\n        sealed by ", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        run = await RunAsync("", "--dns", zone, Path.Combine(folder, "eml", "missing-as-2.eml"));
        Assert.Contains("instance 2: (i=2 (missing header))", run.Output, StringComparison.Ordinal);
        run = await RunAsync("", "--dns", zone, Path.Combine(folder, "eml", "none.eml"));
        Assert.Contains("  ARC   none       the message has no ARC sets", run.Output, StringComparison.Ordinal);
        run = await RunAsync("", "--json", "--dns", zone, Path.Combine(folder, "eml", "chain-1.eml"));
        Assert.Contains("\"arc\":{\"result\":\"pass\",\"instances\":1,\"oldestPass\":1,\"domains\":[\"", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_gives_every_DKIM_vector_an_expected_word()
    {
        var folder = TestFolders.Vectors("dkim");
        var cases = YamlReader.ReadFile(Path.Combine(folder, "cases.yaml")).Items;
        var input = string.Join('\n', cases.Select(c => string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"id\":\"{c["id"].Text}\",\"messageBase64\":\"{Convert.ToBase64String(File.ReadAllBytes(Path.Combine(folder, c["file"].Text)))}\",\"at\":{c["now"].Text},\"dns\":{ZoneOf(folder, c["id"].Text)}}}")));
        var run = await RunAsync(input, "--batch");
        var answers = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(cases.Count, answers.Length);
        foreach (var (expected, answer) in cases.Zip(answers))
        {
            using var document = JsonDocument.Parse(answer);
            Assert.Equal(expected["id"].Text, document.RootElement.GetProperty("id").GetString());
            var words = document.RootElement.GetProperty("dkim").EnumerateArray().Select(d => d.GetProperty("result").GetString()).ToList();
            Assert.Equal(expected["expect"].Items.Count, words.Count);
            Assert.All(expected["expect"].Items.Zip(words), p => Assert.Contains(p.Second, p.First.Items.Select(i => i.Text)));
        }
    }

    [Fact]
    public async Task A_batch_that_nobody_gives_a_zone_asks_the_resolver_of_the_system()
    {
        var run = await RunAsync("""{"id":1,"ip":"192.0.2.1","helo":"h.example","mailFrom":""}""", "--batch");
        Assert.Equal("""{"id":1,"spf":{"result":"temperror","explanation":""},"dkim":[]}""", run.Output.Trim());
    }

    [Fact]
    public async Task Dmarc_is_a_table_of_identifiers_with_reasons()
    {
        var zone = Save("zone.json", """{"sender.test":{"TXT":["v=spf1 ip4:192.0.2.9 -all"]},"_dmarc.author.test":{"TXT":["v=DMARC1; p=reject; sp=none"]}}""");
        var run = await RunAsync("", "--ip", "192.0.2.9", "--mail-from", "a@sender.test", "--dns", zone, Save("plain.eml", "From: a@www.author.test\n\nbody\n"));
        Assert.Contains(
            "  DMARC fail       www.author.test policy none\n        nothing is aligned with www.author.test (sp= of author.test)\n"
            + "        spf   pass       not aligned  sender.test                     not of the organisation author.test\n",
            run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dmarc_is_judged_by_the_document_that_is_named()
    {
        var suffixes = Save("suffixes.txt", "co.test\n");
        var zone = Save("zone.json", """{"_dmarc.co.test":{"TXT":["v=DMARC1; p=reject"]}}""");
        var message = Save("plain.eml", "From: a@shop.co.test\n\nbody\n");
        var newer = await RunAsync("", "--dns", zone, message);
        var older = await RunAsync("", "--dns", zone, "--dmarc", "rfc7489", "--dmarc-tld-file", suffixes, message);
        Assert.Contains("DMARC fail       shop.co.test policy reject", newer.Output, StringComparison.Ordinal);
        Assert.Contains("DMARC none       shop.co.test", older.Output, StringComparison.Ordinal);

        Assert.Contains("--dmarc: not rfc9989 or rfc7489", (await RunAsync("", "--dmarc", "x", message)).Errors, StringComparison.Ordinal);
        Assert.Contains("missing.txt", (await RunAsync("", "--dmarc", "rfc7489", "--dmarc-tld-file", Path.Combine(_folder.FullName, "missing.txt"), message)).Errors, StringComparison.Ordinal);
        Assert.Contains("line 1: \"..\" is no rule", (await RunAsync("", "--dmarc", "rfc7489", "--dmarc-tld-file", Save("bad.txt", ".."), message)).Errors, StringComparison.Ordinal);
        var batch = await RunAsync("""{"id":1,"dmarcMode":"rfc1"}""", "--batch");
        Assert.Equal("""{"id":1,"error":"dmarcMode: not rfc9989 or rfc7489"}""", batch.Output.Trim());
    }

    private static string ZoneOf(string folder, string id)
    {
        var item = YamlReader.ReadFile(Path.Combine(folder, "cases.yaml")).Items.First(c => c["id"].Text == id);
        var names = (item.Find("dns")?.Entries ?? []).ToDictionary(e => e.Key, e => ToJson(e.Value));
        return JsonSerializer.Serialize(names);
    }

    private static Dictionary<string, object> ToJson(YamlNode value) => value switch
    {
        YamlScalar { Value: "!nxdomain" } => new() { ["rcode"] = "NXDOMAIN" },
        YamlScalar { Value: "!norec" } => [],
        YamlScalar { Value: "!servfail" } => new() { ["rcode"] = "SERVFAIL" },
        YamlScalar { Value: "!timeout" } => new() { ["rcode"] = "TIMEOUT" },
        YamlList list when list.Values.All(v => v is YamlList) => new() { ["TXT"] = list.Values.Select(r => r.Items.Select(s => s.Text)) },
        _ => new() { ["TXT"] = new[] { value.Items.Select(s => s.Text) } },
    };

    private string Save(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string input, params string[] arguments)
    {
        var command = VerifyCommand.Create(
            () => new UnreachableResolver(), () => new MemoryStream(Encoding.UTF8.GetBytes(input)), FixedTime.AtUnixSeconds(1_750_000_000));
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await command.Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = errors });
        return (exitCode, output.ToString(), errors.ToString());
    }

    private sealed class UnreachableResolver : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken) =>
            ValueTask.FromResult(DnsAnswer.TemporaryFailure("no name server"));
    }
}

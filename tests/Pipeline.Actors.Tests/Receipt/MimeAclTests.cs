using System.Net;
using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>The ACL about MIME parts: what it sees of each, what it can do with it, and what becomes of the message.</summary>
public sealed class MimeAclTests : ReceiptTestKit
{
    private const string Variables =
        "part=$mime_part_count multi=$mime_is_multipart cover=$mime_is_coverletter rfc822=$mime_is_rfc822 type=<$mime_content_type> charset=<$mime_charset> "
        + "boundary=<$mime_boundary> disp=<$mime_content_disposition> cte=<$mime_content_transfer_encoding> file=<${escape:$mime_filename}> id=<$mime_content_id> "
        + "desc=<$mime_content_description> size0=$mime_content_size anom=$mime_anomaly_level <$mime_anomaly_text> dec0=<$mime_decoded_filename>";

    private const string Probe = $$$$$"""
        acl_smtp_mime = check_mime
        acl_smtp_data = check_data
        begin acl
        check_mime:
          warn logwrite = {{{{{Variables}}}}}
          warn decode = default
               logwrite = decoded=<$mime_decoded_filename> size=$mime_content_size ss=${substr_0_100:${escape:${readfile{$mime_decoded_filename}}}} anom=$mime_anomaly_level <$mime_anomaly_text>
          accept
        check_data:
          accept logwrite = DATA part=$mime_part_count file=<$mime_filename> type=<$mime_content_type> cover=$mime_is_coverletter multi=$mime_is_multipart
        """;

    private const string TwoParts =
        "Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\n\r\nfirst line\r\nsecond line\r\n--A\r\n"
        + "Content-Type: a/b; name=\"../../x/evil.exe\"\r\nContent-Transfer-Encoding: base64\r\n\r\nc2VjcmV0IHRleHQgMTIz\r\n--A--\r\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mime");
    private TestPolicy? _policy;

    public static TheoryData<string> Messages => [.. Directory.EnumerateFiles(TestFolders.Vectors("mime"), "*.eml").Select(path => Path.GetFileNameWithoutExtension(path))];

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _folder.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Parts_are_shown_as_Exim_shows_them(string name)
    {
        var folder = TestFolders.Vectors("mime");
        var message = await File.ReadAllTextAsync(Path.Combine(folder, name + ".eml"));
        var expected = await File.ReadAllTextAsync(Path.Combine(folder, name + ".txt"));
        foreach (var difference in await File.ReadAllLinesAsync(Path.Combine(folder, "accepted-differences.txt")))
        {
            var texts = difference.Split('\t');
            expected = expected.Replace(texts[0], texts[1], StringComparison.Ordinal);
        }

        var decision = await SendAsync(Probe, message.Replace("\n", "\r\n", StringComparison.Ordinal));

        var id = decision.Reply.Text["OK id=".Length..];
        var scan = Path.Combine(_folder.FullName, "scan", id) + "/";
        Assert.Equal(
            expected.TrimEnd('\n').Split('\n'),
            _policy!.Lines.Select(line => line.Replace(scan, "DIR/", StringComparison.Ordinal).Replace(id, "ID", StringComparison.Ordinal)));
        Assert.False(Directory.Exists(scan), "decoded parts do not outlive the ACLs");
    }

    [Theory]
    [InlineData("deny", 550, "550 no such parts", "rejected during MIME ACL checks: no such parts")]
    [InlineData("defer", 451, "451 no such parts", "temporarily rejected during MIME ACL checks: no such parts")]
    [InlineData("drop", 550, "550 no such parts", "rejected during MIME ACL checks: no such parts")]
    public async Task Part_that_is_refused_refuses_the_message_before_the_data_acl(string verb, int code, string reply, string logged)
    {
        var decision = await SendAsync(
            $"""
            acl_smtp_mime = check_mime
            acl_smtp_data = check_data
            begin acl
            check_mime:
              {verb} condition = $mime_part_count
                     message = no such parts
              accept logwrite = part $mime_part_count
            check_data:
              accept logwrite = data
            """,
            TwoParts);

        Assert.Equal((code, reply, verb == "drop"), (decision.Reply.Code, decision.Reply.ToString(), decision.Close));
        Assert.Equal("part 0", _policy!.Lines.First());
        Assert.EndsWith($"H=(client.example) [192.0.2.1] F=<sender@from.example> {logged}", _policy.Lines.Last(), StringComparison.Ordinal);
        Assert.Equal(2, _policy.Lines.Count);
        Assert.Empty(Store.Accepted);
        await AwaitConditionAsync(() => Task.FromResult(!Store.Recorded.IsEmpty));
        var decided = Store.Recorded.SelectMany(recorded => recorded.Journal).Select(entry => entry.Event).OfType<AclDecided>().Where(acl => acl.Acl == "mime");
        Assert.Equal(["accept", verb], decided.Select(acl => acl.Verdict));
    }

    [Fact]
    public async Task Discarded_message_is_taken_and_forgotten()
    {
        var decision = await SendAsync("acl_smtp_mime = m\nbegin acl\nm:\n  discard log_message = not wanted\n", TwoParts);
        Assert.Equal(250, decision.Reply.Code);
        Assert.Empty(Store.Accepted);
        Assert.Equal(
            ["=> blackhole (MIME ACL discarded recipients): not wanted", "Completed"],
            _policy!.Lines.Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
    }

    [Fact]
    public async Task Acl_runs_between_those_for_signatures_and_data_and_what_it_adds_comes_with_the_latter()
    {
        await SendAsync(
            """
            acl_smtp_dkim = d
            dkim_verify_signers = a.test
            acl_smtp_mime = m
            acl_smtp_data = c
            begin acl
            d:
              accept logwrite = dkim
            m:
              accept logwrite = mime <$h_x-mark:>
                     add_header = X-Mark: $mime_part_count
            c:
              accept logwrite = data <$h_x-mark:>
            """,
            TwoParts);
        Assert.Equal(["dkim", "mime <>", "mime <>", "mime <>", "data <>"], _policy!.Lines);
        Assert.EndsWith("X-Mark: 0\r\nX-Mark: 1\r\nX-Mark: 2\r\n", Encoding.UTF8.GetString(Assert.Single(Store.Accepted).HeaderBlock.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$mime_filename", "scan/ID/evil.exe")]
    [InlineData("..", "scan/ID/ID-00000")]
    [InlineData("sub/", "scan/ID/ID-00000")]
    [InlineData("name", "scan/ID/name")]
    [InlineData("DIR/out", "out")]
    [InlineData("DIR", "ID-00000")]
    [InlineData("DIR/$mime_filename", null)]
    [InlineData("/nonexistent/x", null)]
    public async Task Part_is_decoded_where_the_policy_says_and_nowhere_else(string target, string? path)
    {
        var decision = await SendAsync(
            $$$"""
            acl_smtp_mime = m
            begin acl
            m:
              warn condition = ${if eq{$mime_part_count}{2}}
                   decode = {{{target.Replace("DIR", _folder.FullName, StringComparison.Ordinal)}}}
                   logwrite = <$mime_decoded_filename> ${readfile{$mime_decoded_filename}}
              accept
            """,
            TwoParts);

        var id = decision.Reply.Text["OK id=".Length..];
        var decoded = _policy!.Lines.FirstOrDefault(line => line.StartsWith('<'))?.Replace(id, "ID", StringComparison.Ordinal);
        Assert.Equal(path is null ? null : $"<{_folder.FullName}/{path}> secret text 123", decoded);
        Assert.Equal(path is null, _policy.Lines.Any(line => line.Contains("condition test deferred", StringComparison.Ordinal)));
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "../../x/evil.exe")));
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "scan", id)));
    }

    [Theory]
    [InlineData("mime_regex = nothing : ^sec(ret) (t..t)", 2, "^sec(ret) (t..t)|ret|text")]
    [InlineData("mime_regex = (line).(second)", -1, "")]
    [InlineData("mime_regex = ( : text 1\\\\d3\\$", 2, "text 1\\d3$||")]
    [InlineData("regex = ^second (line)\\$", 0, "^second (line)$|line|")]
    [InlineData("regex = first line.second", -1, "")]
    [InlineData("regex = c2Vjc", 0, "c2Vjc||")]
    [InlineData("decode = default\n       mime_regex = text", 2, "text||")]
    [InlineData("decode = false", -1, "")]
    [InlineData("!mime_regex = .", -1, "")]
    public async Task Condition_holds_for_the_part_that_it_describes(string condition, int part, string match)
    {
        await SendAsync(
            $"acl_smtp_mime = m\nbegin acl\nm:\n  deny {condition}\n       logwrite = $mime_part_count $regex_match_string|$regex1|$regex2\n  accept\n", TwoParts);
        var lines = _policy!.Lines.Where(line => char.IsDigit(line[0]) && !line.Contains(" rejected ", StringComparison.Ordinal));
        Assert.Equal(part < 0 ? [] : [$"{part} {match}"], lines);
    }

    [Theory]
    [InlineData("^Subject:: (.*)$", "original")]
    [InlineData("^second (.*)$", "line")]
    [InlineData("(x) second", null)]
    public async Task Regex_of_the_data_acl_is_matched_with_each_line_of_header_and_body(string pattern, string? found)
    {
        await SendAsync(
            $"acl_smtp_data = c\nbegin acl\nc:\n  accept regex = {pattern.Replace("$", "\\$", StringComparison.Ordinal)}\n         logwrite = found $regex1\n  accept\n", "Subject: original\r\n\r\nx\r\nsecond line\r\n");
        Assert.Equal(found is null ? [] : [$"found {found}"], _policy!.Lines);
    }

    [Fact]
    public async Task Parts_that_come_to_too_much_are_not_decoded_for_ever()
    {
        var deep = string.Concat(Enumerable.Range(0, 40).Select(i => $"Content-Type: multipart/mixed; boundary=B{i}\r\n\r\n--B{i}\r\n")) + "\r\n"
            + string.Concat(Enumerable.Repeat(new string('x', 998) + "\r\n", 100));
        var decision = await SendAsync("acl_smtp_mime = m\nbegin acl\nm:\n  accept decode = default\n", deep);
        Assert.Equal(451, decision.Reply.Code);
        Assert.Contains("come to more than", _policy!.Lines.Last(), StringComparison.Ordinal);
    }

    private async Task<ReceiptDecision> SendAsync(string configuration, string message)
    {
        _policy = new TestPolicy("acl_smtp_rcpt = accept_all\n" + configuration + "\naccept_all:\n  accept\n", Time, spoolDirectory: _folder.FullName);
        return await SendAsync(Service(_policy), message);
    }
}

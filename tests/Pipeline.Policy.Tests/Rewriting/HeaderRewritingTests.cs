using System.Buffers;
using System.Text;
using Pipeline.Mail.Message;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Policy.Tests.Rewriting;

/// <summary>Rewriting in headers: only addresses change.</summary>
public sealed class HeaderRewritingTests
{
    private const string Rules = "*@old.test  $1@new.test";

    [Theory]
    [InlineData("From: Ann (c1) <ann@old.test>,\n  \"B, b\" <b@old.test> (tail),\n  grp: x@old.test, y@else.test;", "From: Ann (c1) <ann@new.test>,\n  \"B, b\" <b@new.test> (tail),\n  grp: x@new.test, y@else.test;")]
    [InlineData("Reply-To:  \n  a@old.test \n  (tail)", "Reply-To:  \n  a@new.test \n  (tail)")]
    [InlineData("Sender:a@old.test", "Sender:a@new.test")]
    [InlineData("to : a@old.test", "to : a@new.test")]
    [InlineData("To: <@r.test,@s.test:a@old.test>, \"x\\\"y\"@old.test, a . b @ old . test, <a@OLD.TEST>", "To: <a@new.test>, \"x\\\"y\"@new.test, a.b@new.test, <a@new.test>")]
    [InlineData("Cc: =?utf-8?Q?J=C3=B6e?= <a@old.test>, \"Jöe\" <ü@old.test>, Jim (a, b <x@old.test>) <jim@old.test>", "Cc: =?utf-8?Q?J=C3=B6e?= <a@new.test>, \"Jöe\" <ü@new.test>, Jim (a, b <x@old.test>) <jim@new.test>")]
    [InlineData("To: a@old.test, b c d, e@old.test", "To: a@new.test, b c d, e@new.test")]
    [InlineData("To: a@old.test, broken <b@old.test, c@old.test", "To: a@new.test, broken <b@old.test, c@old.test")]
    [InlineData("Sender: , x@old.test,", "Sender: , x@new.test,")]
    [InlineData("To: a@old.test (unclosed, b@old.test", "To: a@old.test (unclosed, b@old.test")]
    [InlineData("Bcc:", "Bcc:")]
    [InlineData("Cc: \nBcc: a@old.test", "Cc: \nBcc: a@new.test")]
    [InlineData("To: undisclosed-recipients:;", "To: undisclosed-recipients:;")]
    public async Task Addresses_change_and_nothing_else(string header, string expected) => Assert.Equal(expected, await new RewriteBench(Rules).HeaderAsync(header));

    [Fact]
    public async Task Long_lines_stay_one_line() => Assert.DoesNotContain(
        "\n", await new RewriteBench(Rules).HeaderAsync("To: " + string.Join(", ", Enumerable.Range(0, 40).Select(i => $"user{i}@old.test"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("From: u, X <v>\nReply-To: r", "From: u@s.test, X <v@s.test>\nReply-To: r@s.test", true, true)]
    [InlineData("To: u, \"X\" <v> (c)\nCc: w", "To: u@r.test, \"X\" <v@r.test> (c)\nCc: w@r.test", true, true)]
    [InlineData("From: u\nTo: v", "From: u\nTo: v@r.test", false, true)]
    [InlineData("From: u\nTo: v", "From: u@s.test\nTo: v", true, false)]
    [InlineData("From: u\nTo: v", "From: u\nTo: v", false, false)]
    [InlineData("X-From: u\nSubject: v", "X-From: u\nSubject: v", true, true)]
    public async Task Addresses_without_domain_are_qualified_where_that_is_wanted(string header, string expected, bool senders, bool recipients) => Assert.Equal(
        expected, await new RewriteBench("").HeaderAsync(header, new HeaderQualification(senders ? "s.test" : null, recipients ? "r.test" : null)));

    [Fact]
    public async Task Qualified_addresses_are_rewritten_and_unqualified_ones_not()
    {
        var bench = new RewriteBench("*@r.test  $1@new.test\n\\N^v$\\N  never@z.test");
        Assert.Equal("To: u@new.test", await bench.HeaderAsync("To: u", new HeaderQualification("s.test", "r.test")));
        Assert.Equal("To: v", await bench.HeaderAsync("To: v"));
    }

    [Fact]
    public async Task Rules_may_look_at_the_header()
    {
        var bench = new RewriteBench("*@old.test  \"${if match{$h_subject:}{urgent}{urgent}{$1}}@new.test\"");
        bench.Scope.Message.HeaderBlock = "Subject: urgent\r\nTo: a@old.test\r\n"u8.ToArray();
        Assert.Equal("To: urgent@new.test", await bench.HeaderAsync("To: a@old.test"));
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(6000, false)]
    public async Task Field_that_would_grow_beyond_its_limit_stays(int addresses, bool changes)
    {
        var bench = new RewriteBench("*@o  $1@a-much-longer-domain.new.test");
        var block = Encoding.ASCII.GetBytes("To: " + string.Join(", ", Enumerable.Repeat("a@o", addresses)) + "\r\nCc: c@o\r\n");
        var rewritten = await bench.RewriteAsync(block);
        Assert.Equal(changes ? addresses + 1 : 1, rewritten.Steps.Length);
        Assert.Equal(changes ? [] : ["rewrite: a header field would become too long"], bench.Log);
        Assert.EndsWith("Cc: c@a-much-longer-domain.new.test\r\n", Encoding.ASCII.GetString(rewritten.Block.Span), StringComparison.Ordinal);
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(rewritten.Block, HeaderLimits.Default, out _, out _, out _));
    }

    [Theory]
    [InlineData("*  *")]
    [InlineData("*@nowhere.invalid  never@z.test")]
    [InlineData("\\N^(.*)@(.*)$\\N  $0")]
    public async Task Header_without_an_address_to_change_stays_octet_for_octet(string rules)
    {
        var bench = new RewriteBench(rules);
        foreach (var block in Blocks(seed: 1, count: 3000))
        {
            var rewritten = await bench.RewriteAsync(block);
            Assert.Empty(rewritten.Steps);
            Assert.True(rewritten.Block.Span.SequenceEqual(block));
        }
    }

    [Fact]
    public async Task Any_octets_are_taken_and_the_header_stays_a_header()
    {
        var bench = new RewriteBench("*@a  \"W \\xfc\\r\\n.\\r\\n\\r\\nx <$1@b>\"  wf\n*@a  $1$1@b  R\n*@b  \"${rxquote:$1}@\\\"c d\\\"\"  t\n*@b  \"$1\\n@c.test\"\n*@c.test  ${quote:$1}@d.test");
        foreach (var block in Blocks(seed: 2, count: 5000))
        {
            var rewritten = await bench.RewriteAsync(block, new HeaderQualification("q", "q"));
            Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(rewritten.Block, HeaderLimits.Default, out var header, out var end, out _));
            Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(block, HeaderLimits.Default, out var before, out var endBefore, out _));
            Assert.Equal(before.Count, header.Count);
            Assert.Equal(endBefore == block.Length, end == rewritten.Block.Length);
            for (var i = 0; i < before.Count; i++)
            {
                Assert.True(header[i].Name.SequenceEqual(before[i].Name));
            }
        }
    }

    [Fact]
    public async Task Each_address_goes_through_the_rules_once()
    {
        var bench = new RewriteBench("*@a.test  x$1@a.test");
        foreach (var count in (int[])[1, 2, 7, 100])
        {
            var rewritten = await bench.HeaderAsync("To: " + string.Join(", ", Enumerable.Range(0, count).Select(i => $"N{i} <u{i}@a.test>")));
            Assert.Equal("To: " + string.Join(", ", Enumerable.Range(0, count).Select(i => $"N{i} <xu{i}@a.test>")), rewritten);
        }
    }

    /// <summary>Well-formed header blocks with all that breaks address lists in them.</summary>
    private static IEnumerable<byte[]> Blocks(int seed, int count)
    {
        string[] names = ["From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Resent-From", "X-Other", "to "];
        string[] pieces =
        [
            "u@a", "\"q \\\" x\"@a", "@", "<", ">", "(", ")", "\"", "\\", ",", ";", ":", " ", "\r\n ", "\r\n\t", "\r", "\n", "\0", "\u00fc", "\u00ff", "Name", "g:", "@r:", "<u@a>",
            "N <u@a>", "u", "[1.2.3.4]", "u@[1", ".", "=?utf-8?q?x?=", "u @ a . b", "\x7f",
        ];
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            for (var field = random.Next(1, 4); field > 0; field--)
            {
                text.Append(names[random.Next(names.Length)]).Append(": ");
                for (var piece = random.Next(12); piece > 0; piece--)
                {
                    text.Append(pieces[random.Next(pieces.Length)]);
                }

                text.Append("\r\n");
            }

            var block = Encoding.Latin1.GetBytes(text.ToString());
            if (HeaderBlock.Parse(block, HeaderLimits.Default, out var header, out var end, out _) == OperationStatus.Done && end == block.Length && header.Bytes.Length == block.Length)
            {
                yield return block;
            }
        }
    }
}

using System.Buffers;
using System.Text;
using Pipeline.Mail.Message;
using Pipeline.Mail.Mime;

namespace Pipeline.Mail.Tests.Mime;

public sealed class MimeScannerTests
{
    private const string Nested =
        "Content-Type: multipart/mixed; boundary=AAA\r\n\r\npreamble\r\n--AAA\r\nContent-Type: multipart/alternative; boundary=\"B B\"\r\n\r\n"
        + "--B B\r\nContent-Type: text/plain\r\n\r\nplain\r\n--B B\r\n\r\nsecond\r\n--B B--\r\nepilogue\r\n--AAA  \r\nContent-Type: message/rfc822\r\n\r\n"
        + "Content-Type: multipart/mixed; boundary=AAB\r\n\r\n--AAB\r\n\r\ninner\r\n--AAB--\r\n--AAA\r\nnot a field\r\n--AAA--\r\nend\r\n";

    [Fact]
    public void Parts_come_in_order_with_their_place_and_whether_they_are_the_cover_letter() => Assert.Equal(
        """
        0 multipart/mixed cover [preamble..end.]
        1 multipart/alternative cover [--B B..epilogue.]
        2 text/plain cover [plain.]
        2  cover [second.]
        1 message/rfc822 attached [Content-Type: ..--AAB--.]
        1  attached [not a field.]
        """.ReplaceLineEndings("\n"),
        Describe(Nested));

    [Theory]
    [InlineData("Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\n\r\nnever ends", "0 multipart/mixed cover [--A..never ends]|1  cover [never ends]")]
    [InlineData("Content-Type: multipart/mixed\r\n\r\n--A\r\n\r\nx\r\n--A--\r\n", "0 multipart/mixed cover [--A..--A--.]")]
    [InlineData("Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\nX: y\r\n--A\r\n\r\nx\r\n--A--\r\n", "0 multipart/mixed cover [--A..--A--.]|1  cover []|1  attached [x.]")]
    [InlineData("Content-Type: multipart/mixed; boundary=A\n\n--A\n\nx\n--A--\n", "0 multipart/mixed cover [--A..--A--.]|1  cover [x.]")]
    [InlineData("Content-Type: multipart/mixed; boundary=A\r\n\r\n--AB\r\n--A-\r\n --A\r\n--A--x\r\n", "0 multipart/mixed cover [--AB..--A--x.]")]
    [InlineData("Content-Type: multipart/mixed; boundary=A\r\n\r\n--A--\r\n--A\r\n\r\nx\r\n", "0 multipart/mixed cover [--A--..x.]")]
    [InlineData("Content-Type: multipart/related; boundary=A\r\n\r\n--A\r\n\r\nx\r\n--A\r\n\r\ny\r\n--A--", "0 multipart/related cover [--A..--A--]|1  cover [x.]|1  cover [y.]")]
    [InlineData("Content-Type: multipart/a; boundary=A\r\n\r\n--A\r\nContent-Type: multipart/b; boundary=B\r\n\r\n--B\r\n\r\nx\r\n--A\r\n\r\ny\r\n--B\r\n\r\nz\r\n--A--\r\n",
        "0 multipart/a cover [--A..--A--.]|1 multipart/b cover [--B..x.]|2  cover [x.]|1  attached [y..z.]")]
    [InlineData("", "0  cover []")]
    [InlineData("Subject: x", "0  cover []")]
    [InlineData("Subject: x\r\n\r\nbody", "0  cover [body]")]
    public void Odd_messages_have_the_parts_that_a_reader_would_show(string message, string parts) =>
        Assert.Equal(parts.Replace('|', '\n'), Describe(message));

    [Fact]
    public void Result_is_the_same_for_every_split()
    {
        var expected = Describe(Nested);
        for (var split = 0; split <= Nested.Length; split++)
        {
            Assert.Equal(expected, Describe(Nested, split));
        }
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void Parts_beyond_the_limit_are_noted_and_left_out(int parts, bool cut)
    {
        var message = "Content-Type: multipart/mixed; boundary=A\r\n\r\n" + string.Concat(Enumerable.Repeat("--A\r\n\r\nx\r\n", parts - 1)) + "--A--\r\n";
        var found = Scan(message, new MimeLimits { MaxParts = 4 });
        Assert.Equal(Math.Min(parts, 4), found.Count);
        Assert.Equal(cut, found[^1].Anomaly == MimeAnomaly.TooManyParts);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Multiparts_that_are_too_deep_are_noted_and_not_followed(int depth, bool cut)
    {
        var message = string.Concat(Enumerable.Range(0, depth).Select(i => $"Content-Type: multipart/mixed; boundary=B{i}\r\n\r\n--B{i}\r\n")) + "\r\nx\r\n";
        var found = Scan(message, new MimeLimits { MaxDepth = 3 });
        Assert.Equal(cut ? depth : depth + 1, found.Count);
        Assert.Equal(cut, found[^1].Anomaly == MimeAnomaly.TooDeep);
    }

    [Theory]
    [InlineData(29, false)]
    [InlineData(30, false)]
    [InlineData(31, true)]
    public void Header_of_a_part_that_is_too_long_is_noted(int length, bool cut)
    {
        var message = $"Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\nX: {new string('y', length - 5)}\r\n\r\nx\r\n";
        Assert.Equal(cut, Scan(message, new MimeLimits { MaxHeaderBytes = 30 })[1].Anomaly == MimeAnomaly.HeaderTooLong);
    }

    [Theory]
    [InlineData("Content-Type: Text/Plain; Charset=\"UTF-8\"", "text/plain|UTF-8|||||")]
    [InlineData("Content-Type: a/b; name=n.exe\r\nContent-Disposition: ATTACHMENT; filename=\"f.exe\"", "a/b|||attachment|f.exe||")]
    [InlineData("Content-Disposition: attachment; filename=un quoted.txt; size=3\r\nContent-Type: text/plain; name=\"only.txt\"", "text/plain|||attachment|only.txt||")]
    [InlineData("Content-Disposition: inline; filename*=UTF-8''na%C3%AFve%20file.txt", "|||inline|na\u00c3\u00afve file.txt||")]
    [InlineData("Content-Disposition: x; filename*0*=us-ascii'en'one%20two;\r\n filename*1=%20three;\r\n filename*2=\"four.pdf\"", "|||x|one two%20threefour.pdf||")]
    [InlineData("Content-Type: a/b; name*1=\"er.pdf\"; name*0=long; name*3=x; name=plain", "a/b||||longer.pdf||")]
    [InlineData("Content-Type: a/b; name*=no-quotes%zz%4", "a/b||||no-quotes%zz%4||")]
    [InlineData("Content-Type: a/b; name=\"a\\\"b;c\" ; boundary = x y ", "a/b||x y||a\"b;c||")]
    [InlineData("Content-Type: text/html\r\n ; charset=\"x;y\"; name=a(b)c.html", "text/html|x;y|||a(b)c.html||")]
    [InlineData("Content-Type: text/plain; charset=us-ascii\r\nContent-Type: text/html", "text/html|us-ascii|||||")]
    [InlineData("Content-Transfer-Encoding: 8bit (a (nested) comment)", "|||||8bit|")]
    [InlineData("Content-ID: <one@x>\r\nContent-Description: first part", "||||||<one@x> first part")]
    [InlineData("Content-Type: ;;; =x; y; name=\"open", "||||open||")]
    [InlineData("Content-Type:", "||||||")]
    public void Fields_of_a_part_are_read_as_readers_read_them(string header, string expected)
    {
        var octets = Encoding.Latin1.GetBytes(header + "\r\n");
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(octets, HeaderLimits.Default, out var block, out _, out _));
        var read = MimeHeader.Read(block);
        Assert.Equal(
            expected,
            $"{read.ContentType}|{read.Charset}|{read.Boundary}|{read.Disposition}|{read.FileName}|{read.TransferEncoding}|{read.Id} {read.Description}".TrimEnd(' '));
    }

    [Fact]
    public void Any_octets_have_parts_that_lie_inside_and_do_not_depend_on_the_splits()
    {
        var random = new Random(20261122);
        string[] pieces = ["--A", "--B", "--", "\r\n", "\r\n\r\n", "\n", "Content-Type: multipart/mixed; boundary=A", "Content-Type: multipart/x; boundary=B", "x", " ", ":", "-", "\0", "é"];
        for (var round = 0; round < 3000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(25)).Select(_ => pieces[random.Next(pieces.Length)]));
            var octets = Encoding.Latin1.GetBytes(text);
            var parts = Scan(octets, 0);
            Assert.All(parts, part => Assert.True(part.Start >= 0 && part.End >= part.Start && part.End <= octets.Length, text));
            Assert.Equal(Describe(octets, parts), Describe(octets, Scan(octets, random.Next(octets.Length + 1))));
        }
    }

    private static string Describe(string message, int split = 0)
    {
        var octets = Encoding.Latin1.GetBytes(message);
        return Describe(octets, Scan(octets, split));
    }

    private static string Describe(byte[] octets, IReadOnlyList<MimePart> parts) => string.Join('\n', parts.Select(part =>
    {
        var lines = Encoding.Latin1.GetString(octets[(int)part.Start..(int)part.End]).ReplaceLineEndings(".");
        var first = lines.IndexOf('.', StringComparison.Ordinal);
        var content = lines.Trim('.').Contains('.', StringComparison.Ordinal) ? $"{(part.Header.IsMessage ? lines[..14] : lines[..first])}..{Last(lines)}" : lines;
        return $"{part.Depth} {part.Header.ContentType} {(part.IsCoverLetter ? "cover" : "attached")} [{content}]";
    }));

    private static string Last(string lines)
    {
        var end = lines.TrimEnd('.');
        return end[(end.LastIndexOf('.') + 1)..] + (lines.Length > end.Length ? "." : "");
    }

    private static IReadOnlyList<MimePart> Scan(string message, MimeLimits limits)
    {
        var octets = Encoding.Latin1.GetBytes(message);
        HeaderBlock.Parse(octets, HeaderLimits.Default, out var header, out var body, out _);
        var scanner = new MimeScanner(header, limits);
        scanner.Append(octets.AsSpan(body));
        scanner.Complete();
        return scanner.Parts;
    }

    private static IReadOnlyList<MimePart> Scan(byte[] octets, int split)
    {
        var scanner = MimeScanner.OfMessage();
        scanner.Append(octets.AsSpan(0, split));
        scanner.Append(octets.AsSpan(split));
        scanner.Complete();
        return scanner.Parts;
    }
}

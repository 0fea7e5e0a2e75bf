using System.Buffers;
using System.Text;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Tests.Message;

public sealed class HeaderScannerTests
{
    private const string Plain = "From: a@b\r\nSubject: one\r\n\ttwo\r\nTo : c@d\r\n\r\nbody\r\n";

    public static TheoryData<string, int, int> Messages => new()
    {
        // message, number of fields, offset of the body
        { Plain, 3, Plain.IndexOf("body", StringComparison.Ordinal) },
        { "", 0, 0 },
        { "\r\nbody", 0, 2 },
        { "\r\n", 0, 2 },
        { "A: 1", 1, 4 },
        { "A: 1\r\n", 1, 6 },
        { "A: 1\r\n\r\n", 1, 8 },
        { "A: 1\r\n\r", 1, 6 },
        { "A: 1\r\nno field here\r\n\r\n", 1, 6 },
        { "A: 1\r\nnofield\r\n\r\n", 1, 6 },
        { " leading\r\nA: 1\r\n\r\n", 0, 0 },
        { "A: 1\r\n \r\nB: 2\r\n\r\nx", 2, 17 },
        { "A: 1\nB: 2\r\n\r\nx", 1, 13 },
        { "A: 1\rB: 2\r\n\r\nx", 1, 13 },
        { "A: 1\r\n\nB: 2\r\n\r\nx", 1, 6 },
        { "A: 1\r\r\n\r\nx", 1, 9 },
        { "A:\r\n\r\nx", 1, 6 },
        { ": no name\r\n\r\nx", 0, 0 },
        { "A\u00e9: 1\r\n\r\nx", 0, 0 },
        { "A \t : 1\r\n\r\nx", 1, 11 },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_is_split_the_same_way_whole_and_in_two_pieces_cut_anywhere(string message, int fields, int bodyOffset)
    {
        var bytes = Encoding.Latin1.GetBytes(message);
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(bytes, HeaderLimits.Default, out var header, out var offset, out _));
        Assert.Equal((fields, bodyOffset), (header.Count, offset));
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            AssertSame(header, bytes[offset..], Scan(HeaderLimits.Default, bytes[..cut], bytes[cut..]));
        }
    }

    [Fact]
    public void A_field_shows_its_name_value_and_raw_octets_with_folds()
    {
        var header = Parse(Plain);
        var subject = header[1];
        Assert.Equal("Subject: one\r\n\ttwo", subject.ToString());
        Assert.Equal(" one\r\n\ttwo", Encoding.ASCII.GetString(subject.Value.Span));
        Assert.Equal("one\ttwo", subject.UnfoldedText());
        Assert.True(header[2].HasName("to"u8));
        Assert.Equal("To : c@d", header[2].ToString());
        Assert.Equal("From: a@b\r\nSubject: one\r\n\ttwo\r\nTo : c@d\r\n", Encoding.ASCII.GetString(header.Bytes.Span));
    }

    [Fact]
    public void A_lone_line_feed_stays_in_its_field_and_starts_no_other()
    {
        var header = Parse("A: 1\nB: 2\r\n\r\n");
        Assert.Equal("A: 1\nB: 2", header[0].ToString());
        Assert.Equal(-1, header.FindFirst("B"u8));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void The_block_may_have_the_limit_and_no_more(int spare, bool isAccepted) =>
        AssertLimit(new HeaderLimits { MaxBlockBytes = 18 + spare }, "A: 1\r\nBcd: 23456\r\n\r\nbody of some length", isAccepted, HeaderProblem.BlockTooLong);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void A_field_may_have_the_limit_and_no_more(int spare, bool isAccepted) =>
        AssertLimit(new HeaderLimits { MaxFieldBytes = 16 + spare }, "A: 1\r\nB: 2345\r\n  cde\r\nC: 1\r\n\r\nbody", isAccepted, HeaderProblem.FieldTooLong);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void There_may_be_as_many_fields_as_the_limit_and_no_more(int spare, bool isAccepted) =>
        AssertLimit(new HeaderLimits { MaxFields = 3 + spare }, "A: 1\r\nB: 2\r\n\tx\r\nC: 3\r\n\r\nD: body", isAccepted, HeaderProblem.TooManyFields);

    [Fact]
    public void A_body_that_follows_at_once_is_not_counted_against_the_limits()
    {
        var limits = new HeaderLimits { MaxBlockBytes = 6, MaxFieldBytes = 6 };
        var bytes = Encoding.ASCII.GetBytes("A: 1\r\n" + new string('x', 5000) + " and more text without any line end");
        AssertSame(Parse("A: 1\r\n"), bytes[6..], Scan(limits, bytes[..3000], bytes[3000..]));
    }

    [Fact]
    public void Random_messages_are_split_the_same_way_in_random_pieces()
    {
        var random = new Random(20260101);
        string[] parts = ["A", ": ", "\r\n", "\r", "\n", " ", "\t", "b", "Subject: x", "\r\n\r\n", "\r\n ", ":", "\u00ff", "\0", "xyz"];
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => parts[random.Next(parts.Length)]));
            var bytes = Encoding.Latin1.GetBytes(text);
            var limits = new HeaderLimits { MaxBlockBytes = random.Next(1, 60), MaxFields = random.Next(1, 6), MaxFieldBytes = random.Next(1, 40) };
            var status = HeaderBlock.Parse(bytes, limits, out var header, out var offset, out var problem);
            var pieces = Cut(bytes, random);
            var scan = Scan(limits, pieces);
            Assert.Equal((status, problem), (scan.Status, scan.Scanner.Problem));
            if (status == OperationStatus.Done)
            {
                AssertSame(header, bytes[offset..], scan);
            }
        }
    }

    internal static byte[][] Cut(byte[] bytes, Random random)
    {
        var pieces = new List<byte[]>();
        for (var start = 0; start < bytes.Length;)
        {
            var length = random.Next(0, Math.Min(bytes.Length - start, 9) + 1);
            pieces.Add(bytes[start..(start + length)]);
            start += length;
        }

        return [.. pieces];
    }

    private static HeaderBlock Parse(string text)
    {
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(Encoding.Latin1.GetBytes(text), HeaderLimits.Default, out var header, out _, out _));
        return header;
    }

    private static void AssertLimit(HeaderLimits limits, string message, bool isAccepted, HeaderProblem problem)
    {
        var bytes = Encoding.ASCII.GetBytes(message);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var scan = Scan(limits, bytes[..cut], bytes[cut..]);
            Assert.Equal(isAccepted ? OperationStatus.Done : OperationStatus.InvalidData, scan.Status);
            Assert.Equal(isAccepted ? HeaderProblem.None : problem, scan.Scanner.Problem);
        }
    }

    private static void AssertSame(HeaderBlock header, byte[] body, ScanResult scan)
    {
        Assert.Equal(OperationStatus.Done, scan.Status);
        Assert.Equal(header.Bytes.ToArray(), scan.Scanner.Header.Bytes.ToArray());
        Assert.Equal(Fields(header), Fields(scan.Scanner.Header));
        Assert.Equal(body, scan.Body);
    }

    private static List<string> Fields(HeaderBlock header) => [.. Enumerable.Range(0, header.Count).Select(i => $"{header[i]}|{header[i].ColonOffset}|{header[i].Name.Length}")];

    private static ScanResult Scan(HeaderLimits limits, params byte[][] pieces)
    {
        var scanner = new HeaderScanner(limits);
        var body = new List<byte>();
        var status = OperationStatus.NeedMoreData;
        foreach (var piece in pieces)
        {
            var consumed = 0;
            if (status == OperationStatus.NeedMoreData)
            {
                status = scanner.Append(piece, out consumed);
                if (status == OperationStatus.InvalidData)
                {
                    return new ScanResult(status, scanner, []);
                }

                body.AddRange(status == OperationStatus.Done ? scanner.BodyStart.ToArray() : []);
            }

            body.AddRange(piece[consumed..]);
        }

        if (status == OperationStatus.NeedMoreData)
        {
            status = scanner.Complete();
            body.AddRange(scanner.BodyStart.ToArray());
        }

        return new ScanResult(status, scanner, [.. body]);
    }

    private sealed record ScanResult(OperationStatus Status, HeaderScanner Scanner, byte[] Body);
}

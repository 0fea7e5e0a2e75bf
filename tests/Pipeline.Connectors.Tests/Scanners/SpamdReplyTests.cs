using System.Buffers;
using System.Text;
using Pipeline.Connectors.Scanners;

namespace Pipeline.Connectors.Tests.Scanners;

public sealed class SpamdReplyTests
{
    private const string Good = "SPAMD/1.1 0 EX_OK\r\nContent-length: 9\r\nSpam: True ; 15.04 / 5.0\r\nX-New: field\r\n\r\nline\r\ntwo";

    [Theory]
    [InlineData(Good, "15.04", "5.0", true)]
    [InlineData("SPAMD/1.5 0 EX_OK\nspam: False ; -2.1 / 5\n\n", "-2.1", "5", false)]
    [InlineData("SPAMD/1.0 0 EX_OK\r\nSpam: Yes ; 5.0 / 5.0\r\n\r\n", "5.0", "5.0", true)]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nSPAM:True;+1000/.5\r\n\r\n", "1000", "0.5", true)]
    public void Verdict_is_read(string octets, string score, string threshold, bool isSpam)
    {
        Assert.Equal(OperationStatus.Done, SpamdReply.Parse(Bytes(octets), ended: true, out var reply, out _));
        var verdict = reply!.Verdict!;
        Assert.Equal(
            (score, threshold, isSpam),
            (verdict.Score.ToString(System.Globalization.CultureInfo.InvariantCulture), verdict.Threshold.ToString(System.Globalization.CultureInfo.InvariantCulture), verdict.IsSpam));
    }

    [Fact]
    public void Report_has_clean_lines()
    {
        SpamdReply.Parse(Bytes("SPAMD/1.1 0 EX_OK\r\nSpam: True ; 1 / 5\r\n\r\n\r\nfirst\r\n\tsecond\0\u001B[2J \u00E9\r\n\r\n"), ended: true, out var reply, out _);
        Assert.Equal("first\n\tsecond[2J \u00E9", reply!.Verdict!.Report);
    }

    [Theory]
    [InlineData("SPAMD/1.0 76 Bad header line: (asks)\r\n", "code 76 Bad header line: (asks)")]
    [InlineData("SPAMD/1.1 79 EX_TIMEOUT\r\n", "code 79 EX_TIMEOUT")]
    [InlineData("SPAMD/1.1 75\n", "code 75")]
    public void Code_of_failure_is_a_refusal(string octets, string refusal)
    {
        Assert.Equal(OperationStatus.Done, SpamdReply.Parse(Bytes(octets), ended: false, out var reply, out _));
        Assert.Equal((null, refusal), (reply!.Verdict, reply.Refusal));
    }

    [Theory]
    [InlineData("", "it hung up without an answer")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\n", "it hung up in the middle of its answer")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nContent-length: 5\r\nSpam: True ; 1 / 5\r\n\r\nabc", "it hung up in the middle of its report")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nContent-length: 0\r\n\r\n", "the answer has no score")]
    [InlineData("HTTP/1.1 200 OK\r\n", "\"HTTP/1.1 200 OK\" is no answer of SpamAssassin")]
    [InlineData("SPAMD/1.1\r\n", "\"SPAMD/1.1\" is no answer of SpamAssassin")]
    [InlineData("SPAMD/1.1 9999999999 x\r\n", "\"SPAMD/1.1 9999999999 x\" is no answer of SpamAssassin")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nno field\r\n", "\"no field\" is not understood")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nSpam: True ; nan / 5\r\n", "\"Spam: True ; nan / 5\" is not understood")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nSpam: True ; 1e5 / 5\r\n", "\"Spam: True ; 1e5 / 5\" is not understood")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nSpam: True 1 / 5\r\n", "\"Spam: True 1 / 5\" is not understood")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nContent-length: -1\r\n", "\"Content-length: -1\" is not understood")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\nContent-length: 65537\r\nSpam: True ; 1 / 5\r\n\r\n", "the report is longer than 65536 octets")]
    public void What_is_no_reply_is_said(string octets, string problem)
    {
        Assert.Equal(OperationStatus.InvalidData, SpamdReply.Parse(Bytes(octets), ended: true, out var reply, out var said));
        Assert.Null(reply);
        Assert.Equal(problem, said);
    }

    [Fact]
    public void Every_beginning_of_a_reply_needs_more()
    {
        for (var length = 0; length < Good.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, SpamdReply.Parse(Bytes(Good[..length]), ended: false, out _, out var problem));
            Assert.Equal("", problem);
        }
    }

    [Theory]
    [InlineData(-1, OperationStatus.NeedMoreData)]
    [InlineData(0, OperationStatus.NeedMoreData)]
    [InlineData(1, OperationStatus.InvalidData)]
    public void Header_has_a_bound(int more, OperationStatus expected)
    {
        var octets = "SPAMD/1.1 0 EX_OK\r\nX: ".PadRight(SpamdReply.MaxHeaderBytes + more, 'x');
        Assert.Equal(expected, SpamdReply.Parse(Bytes(octets), ended: false, out _, out _));
    }

    [Theory]
    [InlineData(0, OperationStatus.Done)]
    [InlineData(1, OperationStatus.InvalidData)]
    public void Report_has_a_bound(int more, OperationStatus expected)
    {
        var octets = "SPAMD/1.1 0 EX_OK\r\nSpam: True ; 1 / 5\r\n\r\n" + new string('x', SpamdReply.MaxReportBytes + more);
        Assert.Equal(expected, SpamdReply.Parse(Bytes(octets), ended: true, out _, out _));
    }

    [Fact]
    public void Noise_is_never_an_exception()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 20_000; i++)
        {
            var octets = Bytes(Good);
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                octets[random.Next(octets.Length)] = (byte)random.Next(256);
            }

            var status = SpamdReply.Parse(octets.AsSpan(0, random.Next(octets.Length + 1)), random.Next(2) == 0, out var reply, out var problem);
            Assert.Equal(status == OperationStatus.Done, reply is not null);
            Assert.Equal(status == OperationStatus.InvalidData, problem.Length > 0);
        }
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}

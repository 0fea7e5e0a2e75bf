using System.Buffers;
using System.Text;
using Pipeline.Connectors.Scanners;

namespace Pipeline.Connectors.Tests.Scanners;

public sealed class RspamdReplyTests
{
    /// <summary>As rspamd 3.4 writes it.</summary>
    private const string Good =
        "RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; 15.00 / 15.00 / 0.0\r\nAction: reject\r\nSymbol: GTUBE(0.00)\r\nMessage: Gtube pattern\r\nMessage-ID: 1@x\r\n";

    [Theory]
    [InlineData(Good, 15.00, 15.00, true, "reject")]
    [InlineData("RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; -9.20 / 15.00 / 0.0\r\nAction: add header\r\n", -9.2, 15, false, "add header")]
    [InlineData("RSPAMD/1.3 0 EX_OK\nMetric: default; True; 16 / 15\n", 16, 15, true, "reject")]
    [InlineData("RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; 1 / 15\r\nSymbol: A\r\n", 1, 15, false, "no action")]
    public void Verdict_is_read(string octets, double score, double threshold, bool isSpam, string action)
    {
        Assert.Equal(OperationStatus.Done, RspamdReply.Parse(Bytes(octets), ended: true, out var reply, out _));
        var verdict = reply!.Verdict!;
        Assert.Equal(((decimal)score, (decimal)threshold, isSpam, action), (verdict.Score, verdict.Threshold, verdict.IsSpam, verdict.Action));
    }

    [Fact]
    public void Report_is_what_follows_the_metric()
    {
        RspamdReply.Parse(Bytes(Good), ended: true, out var reply, out _);
        Assert.Equal("Action: reject\nSymbol: GTUBE(0.00)\nMessage: Gtube pattern\nMessage-ID: 1@x", reply!.Verdict!.Report);
    }

    [Fact]
    public void Code_of_failure_is_a_refusal()
    {
        Assert.Equal(OperationStatus.Done, RspamdReply.Parse(Bytes("RSPAMD/1.3 500 Internal error\r\n"), ended: false, out var reply, out _));
        Assert.Equal((null, "code 500 Internal error"), (reply!.Verdict, reply.Refusal));
    }

    [Theory]
    [InlineData("", "it hung up without an answer")]
    [InlineData("RSPAMD/1.3 0 EX_OK\r\nMetric: def", "it hung up in the middle of its answer")]
    [InlineData("RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; 1 / 15 / 0\r\nAction: rej", "it hung up in the middle of its report")]
    [InlineData("SPAMD/1.1 0 EX_OK\r\n", "\"SPAMD/1.1 0 EX_OK\" is no answer of rspamd")]
    [InlineData("RSPAMD/1.3 0 EX_OK\r\nMetric: other; False; 1 / 15 / 0\r\n", "\"Metric: other; False; 1 / 15 / 0\" is not understood")]
    [InlineData("RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; x / 15 / 0\r\n", "\"Metric: default; False; x / 15 / 0\" is not understood")]
    [InlineData("RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; 1 / nan / 0\r\n", "\"Metric: default; False; 1 / nan / 0\" is not understood")]
    public void What_is_no_reply_is_said(string octets, string problem)
    {
        Assert.Equal(OperationStatus.InvalidData, RspamdReply.Parse(Bytes(octets), ended: true, out var reply, out var said));
        Assert.Null(reply);
        Assert.Equal(problem, said);
    }

    [Fact]
    public void Every_beginning_of_a_reply_needs_more()
    {
        for (var length = 0; length <= Good.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, RspamdReply.Parse(Bytes(Good[..length]), ended: false, out _, out var problem));
            Assert.Equal("", problem);
        }
    }

    [Theory]
    [InlineData(0, OperationStatus.NeedMoreData)]
    [InlineData(1, OperationStatus.InvalidData)]
    public void Report_has_a_bound(int more, OperationStatus expected)
    {
        var octets = "RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; 1 / 15 / 0\r\n" + new string('x', SpamdReply.MaxReportBytes + more);
        Assert.Equal(expected, RspamdReply.Parse(Bytes(octets), ended: false, out _, out _));
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}

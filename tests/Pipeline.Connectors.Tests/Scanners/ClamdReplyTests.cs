using System.Buffers;
using System.Text;
using Pipeline.Connectors.Scanners;

namespace Pipeline.Connectors.Tests.Scanners;

public sealed class ClamdReplyTests
{
    [Theory]
    [InlineData("stream: OK\0", null)]
    [InlineData("stream: OK\n", null)]
    [InlineData("stream: Eicar-Test-Signature FOUND\0", "Eicar-Test-Signature")]
    [InlineData("/spool/a: b.eml: Win.Test.EICAR_HDB-1 FOUND\0trailing", "Win.Test.EICAR_HDB-1")]
    [InlineData("stream: a\u001bb FOUND\0", "a?b")]
    public void Verdict_is_read(string text, string? malware)
    {
        Assert.Equal(OperationStatus.Done, Parse(text, ended: true, out var reply, out var problem));
        Assert.Equal((malware, ""), (reply.Malware, problem));
    }

    [Theory]
    [InlineData("", "unable to read from socket (EOF)")]
    [InlineData("\0", "unable to read from socket (EOF)")]
    [InlineData("what is this\n", "ClamAV returned malformed result (missing colon): what is this")]
    [InlineData("INSTREAM size limit exceeded. ERROR\0", "ClamAV returned malformed result (missing colon): INSTREAM size limit exceeded. ERROR")]
    [InlineData("/x.eml: lstat() failed: Permission denied. ERROR\0", "ClamAV returned: /x.eml: lstat() failed: Permission denied. ERROR")]
    [InlineData("stream:  FOUND\0", "unparseable response from ClamAV: {stream:  FOUND}")]
    [InlineData("stream: ok\0", "unparseable response from ClamAV: {stream: ok}")]
    public void What_is_no_verdict_has_its_reason(string text, string expected)
    {
        Assert.Equal(OperationStatus.InvalidData, Parse(text, ended: true, out var reply, out var problem));
        Assert.Equal((null, expected), (reply.Malware, problem));
    }

    [Fact]
    public void Answer_is_whole_at_its_NUL_and_not_before()
    {
        const string answer = "stream: Eicar FOUND\0";
        for (var length = 0; length < answer.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, Parse(answer[..length], ended: false, out _, out _));
        }

        Assert.Equal(OperationStatus.Done, Parse(answer, ended: false, out _, out _));
    }

    [Theory]
    [InlineData(-1, OperationStatus.NeedMoreData)]
    [InlineData(0, OperationStatus.InvalidData)]
    [InlineData(1, OperationStatus.InvalidData)]
    public void Answer_has_a_bound(int more, OperationStatus expected)
    {
        Assert.Equal(expected, Parse(new string('x', ClamdReply.MaxBytes + more), ended: false, out _, out var problem));
        Assert.Equal(expected == OperationStatus.InvalidData ? "buffer too small" : "", problem);
    }

    [Fact]
    public void Any_octets_end_in_a_verdict_or_a_reason()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var octets = Encoding.Latin1.GetBytes("stream: Eicar FOUND\0 ERROR OK");
            for (var change = 0; change < 3; change++)
            {
                octets[random.Next(octets.Length)] = (byte)random.Next(256);
            }

            var status = ClamdReply.Parse(octets.AsSpan(0, random.Next(octets.Length + 1)), ended: true, out var reply, out var problem);
            Assert.True(status == OperationStatus.Done ? problem.Length == 0 : status == OperationStatus.InvalidData && problem.Length > 0 && reply.Malware is null);
        }
    }

    private static OperationStatus Parse(string text, bool ended, out ClamdReply reply, out string problem) =>
        ClamdReply.Parse(Encoding.Latin1.GetBytes(text), ended, out reply, out problem);
}

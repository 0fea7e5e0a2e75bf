using System.Text;
using Pipeline.Connectors.Scanners;
using Pipeline.Mail.Scanning;

namespace Pipeline.Connectors.Tests.Scanners;

public sealed class DccReplyTests
{
    [Theory]
    [InlineData("A\nAA\nX-DCC-x-Metrics: h 1; Body=1\n\tFuz1=1\n\n", 'A', "X-DCC-x-Metrics: h 1; Body=1\n\tFuz1=1\n", "A")]
    [InlineData("R\r\nR\r\nX-DCC-x-Metrics: h 1\r\n\r\n", 'R', "X-DCC-x-Metrics: h 1\n", "R")]
    [InlineData("A\nA\nX-DCC-x: 1\nBcc: evil\n\n", 'A', "X-DCC-x: 1\n", "A")]
    [InlineData("A\nA\nSubject: x\n\n", 'A', "", "A")]
    [InlineData("A\nA\nX-DCC without a colon\n", 'A', "", "A")]
    [InlineData("G", 'G', "", "G")]
    [InlineData("T\n\n", 'T', "", "T")]
    [InlineData("Too long\n", 'T', "", "Too long")]
    [InlineData("\n\n", ' ', "", "")]
    public void Answer_is_read(string answer, char overall, string header, string reply) =>
        Assert.Equal(new DccVerdict(overall, header, reply), DccReply.Parse(Encoding.Latin1.GetBytes(answer)));

    [Fact]
    public void Nothing_is_no_answer() => Assert.Null(DccReply.Parse([]));

    [Fact]
    public void Field_beyond_all_measure_is_none() =>
        Assert.Equal("", DccReply.Parse(Encoding.Latin1.GetBytes("A\nA\nX-DCC-x: " + new string('x', 5000) + "\n"))!.Header);
}

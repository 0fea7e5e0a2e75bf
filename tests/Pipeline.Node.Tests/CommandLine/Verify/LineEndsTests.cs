using System.Text;
using Pipeline.Node.CommandLine.Verify;

namespace Pipeline.Node.Tests.CommandLine.Verify;

public sealed class LineEndsTests
{
    [Theory]
    [InlineData("a\nb\n", "a\r\nb\r\n")]
    [InlineData("a\r\nb\nc", "a\r\nb\nc")]
    [InlineData("a\rb", "a\rb")]
    [InlineData("", "")]
    [InlineData("\n", "\r\n")]
    public void Only_a_file_without_any_CRLF_is_converted(string file, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(LineEnds.ToWireForm(Encoding.ASCII.GetBytes(file))));
}

using System.Text;
using Pipeline.Actors.Receipt;

namespace Pipeline.Actors.Tests.Receipt;

public sealed class VisibleBodyTests
{
    private const int Limit = 10;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Limit - 1)]
    [InlineData(Limit)]
    [InlineData(Limit + 1)]
    [InlineData(2 * Limit)]
    [InlineData((2 * Limit) + 1)]
    public void Start_and_end_are_those_of_the_whole_wherever_it_is_cut(int length)
    {
        var body = Enumerable.Range(0, length).Select(i => (byte)('A' + i)).ToArray();
        for (var first = 0; first <= length; first++)
        {
            for (var second = first; second <= length; second++)
            {
                var visible = new VisibleBody(Limit);
                visible.Append(body.AsSpan(..first));
                visible.Append(body.AsSpan(first..second));
                visible.Append(body.AsSpan(second..));

                Assert.Equal(Encoding.ASCII.GetString(body[..Math.Min(length, Limit)]), Encoding.ASCII.GetString(visible.Start.Span));
                Assert.Equal(Encoding.ASCII.GetString(body[Math.Max(0, length - Limit)..]), Encoding.ASCII.GetString(visible.End.Span));
                Assert.Equal(length, visible.Size);
            }
        }
    }

    [Fact]
    public void Lines_and_zeros_are_counted_over_all_pieces()
    {
        var visible = new VisibleBody(Limit);
        visible.Append("one\r\ntw\0o\r"u8);
        visible.Append("\n\0\0three"u8);

        Assert.Equal((2, 3), (visible.Lines, visible.Zeros));
    }

    [Fact]
    public void A_limit_of_nothing_shows_nothing()
    {
        var visible = new VisibleBody(0);
        visible.Append("body"u8);

        Assert.Equal((0, 0, 4L), (visible.Start.Length, visible.End.Length, visible.Size));
    }
}

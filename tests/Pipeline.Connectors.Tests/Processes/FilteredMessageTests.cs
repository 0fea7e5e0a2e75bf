using System.Text;
using Pipeline.Connectors.Processes;

namespace Pipeline.Connectors.Tests.Processes;

public sealed class FilteredMessageTests
{
    [Theory]
    [InlineData("Subject: x\n\nbody\nend", "Subject: x\r\n", "body\r\nend")]
    [InlineData("Subject: x\r\n\r\nbody\r\n", "Subject: x\r\n", "body\r\n")]
    [InlineData("A: b\r\nC: d\n\n\nbody\r\rx\n", "A: b\r\nC: d\r\n", "\r\nbody\r\rx\r\n")]
    [InlineData("\nbody\n", "", "body\r\n")]
    [InlineData("Subject: x", "Subject: x\r\n", "")]
    [InlineData("", "", "")]
    public async Task The_message_is_the_same_wherever_it_was_cut(string written, string header, string body)
    {
        var octets = Encoding.Latin1.GetBytes(written);
        for (var first = 0; first <= octets.Length; first++)
        {
            for (var second = first; second <= octets.Length; second++)
            {
                await using var message = new FilteredMessage(bodyOnly: false);
                foreach (var piece in new[] { octets[..first], octets[first..second], octets[second..] })
                {
                    await message.AppendAsync(piece, CancellationToken.None);
                }

                message.Complete();
                Assert.Equal((header, body), (Encoding.Latin1.GetString(message.HeaderBlock.Span), await BodyAsync(message)));
            }
        }
    }

    [Theory]
    [InlineData(FilteredMessage.BodyInMemory - 1, true)]
    [InlineData(FilteredMessage.BodyInMemory, true)]
    [InlineData(FilteredMessage.BodyInMemory + 1, false)]
    public async Task A_long_body_is_not_kept_in_memory(int length, bool inMemory)
    {
        await using var message = new FilteredMessage(bodyOnly: true);
        var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        foreach (var piece in text.Chunk(1000))
        {
            await message.AppendAsync(Encoding.Latin1.GetBytes(piece), CancellationToken.None);
        }

        message.Complete();
        Assert.Equal(inMemory, message.TryGetBody(out _));
        Assert.Equal(text, await BodyAsync(message));
        Assert.Equal(text, await BodyAsync(message));
    }

    [Fact]
    public async Task A_header_without_end_is_refused()
    {
        await using var message = new FilteredMessage(bodyOnly: false);
        await message.AppendAsync(new byte[FilteredMessage.MaxHeader], CancellationToken.None);
        await Assert.ThrowsAsync<IOException>(() => message.AppendAsync(new byte[1], CancellationToken.None).AsTask());
    }

    private static async Task<string> BodyAsync(FilteredMessage message)
    {
        await using var body = message.OpenBody();
        var octets = new MemoryStream();
        await body.CopyToAsync(octets);
        Assert.Equal(message.BodySize, octets.Length);
        return Encoding.Latin1.GetString(octets.ToArray());
    }
}

using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Message;

namespace Pipeline.Actors.Tests.Receipt;

public sealed class MessageReceptionTests
{
    private const string Message = "From: a\r\nSubject: b\r\n c\r\n\r\nfirst\r\n\r\n.last\r\n";

    [Fact]
    public async Task Header_and_body_are_the_same_wherever_the_message_is_cut()
    {
        var octets = Encoding.ASCII.GetBytes(Message);
        for (var cut = 0; cut <= octets.Length; cut++)
        {
            var headers = 0;
            var body = new FakeBody();
            await using var reception = new MessageReception(body, 0, 100, _ =>
            {
                headers++;
                return null;
            });
            await reception.WriteAsync(octets.AsMemory(..cut), CancellationToken.None);
            await reception.WriteAsync(octets.AsMemory(cut..), CancellationToken.None);
            await reception.CompleteAsync(CancellationToken.None);

            Assert.Null(reception.Refusal);
            Assert.Equal("From: a\r\nSubject: b\r\n c\r\n", Encoding.ASCII.GetString(reception.Header.Bytes.Span));
            Assert.Equal("first\r\n\r\n.last\r\n", Written(body));
            Assert.Equal("first\r\n\r\n.last\r\n", Encoding.ASCII.GetString(reception.Visible.Start.Span));
            Assert.Equal((octets.Length, 1), (reception.Size, headers));
        }
    }

    [Theory]
    [InlineData("From: a\r\n", "From: a\r\n", "")]
    [InlineData("From: a\r\n\r\n", "From: a\r\n", "")]
    [InlineData("", "", "")]
    [InlineData("\r\nbody\r\n", "", "body\r\n")]
    public async Task A_message_may_lack_a_body_or_a_header(string message, string header, string body)
    {
        var (reception, written) = await ReceiveAsync(message);

        Assert.Null(reception.Refusal);
        Assert.Equal((header, body), (Encoding.ASCII.GetString(reception.Header.Bytes.Span), Written(written)));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public async Task A_message_larger_than_allowed_is_refused_for_good(int room, bool refused)
    {
        var (reception, _) = await ReceiveAsync(Message, Message.Length + room);

        Assert.Equal(refused ? 552 : 0, reception.Refusal?.Code ?? 0);
        Assert.Equal(Message.Length, reception.Size);
    }

    [Theory]
    [InlineData(28, 30, false)]
    [InlineData(29, 30, false)]
    [InlineData(30, 30, true)]
    [InlineData(100, 0, false)]
    public async Task A_message_that_has_come_round_too_often_is_refused_as_soon_as_its_header_is_there(int received, int limit, bool refused)
    {
        var body = new FakeBody();
        await using var reception = new MessageReception(body, 0, 100, _ => null) { MaxReceivedFields = limit };
        var header = string.Concat(Enumerable.Repeat("RECEIVED: from a\r\n by b\r\n", received)) + "X-Received: not one\r\n\r\n";
        await reception.WriteAsync(Encoding.ASCII.GetBytes(header + "body"), CancellationToken.None);

        Assert.Equal(refused ? "550 5.4.6 Too many \"Received\" headers - suspected mail loop" : null, reception.Refusal?.ToString());
        await reception.CompleteAsync(CancellationToken.None);
        Assert.Equal(refused ? "" : "body", Written(body));
    }

    [Fact]
    public async Task What_follows_a_refusal_is_counted_and_dropped()
    {
        var body = new FakeBody();
        await using var reception = new MessageReception(body, 20, 100, _ => null);
        await reception.WriteAsync("A: b\r\n\r\n0123"u8.ToArray(), CancellationToken.None);
        await reception.WriteAsync("456789012"u8.ToArray(), CancellationToken.None);
        await reception.WriteAsync("more"u8.ToArray(), CancellationToken.None);
        await reception.CompleteAsync(CancellationToken.None);

        Assert.Equal(552, reception.Refusal!.Code);
        Assert.Equal((25, "0123"), (reception.Size, Written(body)));
    }

    [Fact]
    public async Task A_full_disk_is_a_temporary_refusal_and_not_an_exception()
    {
        await using var reception = new MessageReception(new FakeBody { FailsToWrite = true }, 0, 100, _ => null);

        await reception.WriteAsync(Encoding.ASCII.GetBytes(Message), CancellationToken.None);
        await reception.CompleteAsync(CancellationToken.None);

        Assert.Equal("452 4.3.1 Insufficient system storage", reception.Refusal!.ToString());
        Assert.NotEmpty(reception.Problem!);
    }

    [Fact]
    public async Task A_header_without_end_is_refused_with_the_limit_that_it_passed()
    {
        var field = "X-Field: " + new string('x', 60) + "\r\n";
        var (reception, body) = await ReceiveAsync(string.Concat(Enumerable.Repeat(field, 40_000)));

        Assert.Equal(552, reception.Refusal!.Code);
        Assert.Contains("header", reception.Refusal.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, body.Length);
    }

    [Fact]
    public async Task The_body_is_given_back_with_the_reception()
    {
        var body = new FakeBody();
        await new MessageReception(body, 0, 100, _ => null).DisposeAsync();
        Assert.True(body.Disposed);
    }

    private static async Task<(MessageReception Reception, FakeBody Body)> ReceiveAsync(string message, long maxSize = 0)
    {
        var body = new FakeBody();
        var reception = new MessageReception(body, maxSize, 100, (HeaderBlock _) => null);
        await reception.WriteAsync(Encoding.ASCII.GetBytes(message), CancellationToken.None);
        await reception.CompleteAsync(CancellationToken.None);
        return (reception, body);
    }

    private static string Written(FakeBody body)
    {
        Assert.True(body.TryGetBody(out var octets));
        return Encoding.ASCII.GetString(octets.Span);
    }
}

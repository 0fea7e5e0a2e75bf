using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Cluster.Tests.Harness;

/// <summary>Each copy is looked at whether it is whole, wherever it is.</summary>
public sealed class CopiesTests : IDisposable
{
    private static readonly Place Maildir = new(Transport.Maildir, "box0");
    private static readonly Place Mbox = new(Transport.Mbox, "pile0");

    private readonly AccountScene _scene = new();
    private readonly MessageId _id = AccountScene.Id(1);

    private string Message => AccountScene.Message(_id, 0);

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(Transport.Maildir, "not whole: ")]
    [InlineData(Transport.Mbox, "not whole: ")]
    [InlineData(Transport.Queuefile, "not whole: ")]
    [InlineData(Transport.Smtp, "not whole: a message of the sink")]
    internal async Task A_copy_without_its_end_is_a_difference(Transport transport, string difference)
    {
        _scene.Deliver(new Place(transport, "box0"), Message[..^2]);

        await DiffersAsync(difference);
    }

    [Theory]
    [InlineData("")]
    [InlineData("X-Token: 0\n\nend of 0.\n")]
    [InlineData("Received: by mx\n\tid 1vMhEx-00000000001-0001;\n\nend of 0.\n")]
    [InlineData("Received: by mx\n\tid 1vMhEx-00000000001-0001;\nX-Token: zero\n\nend of 0.\n")]
    [InlineData("Received: by mx\n\tid 1vMhEx-00000000001-0001;\nX-Token: 0\n\nend of 1.\n")]
    [InlineData("Message-Id: <E1vMhEx-00000000001-0001@mx>\n\nX-Token: 0\n--boundary")]
    [InlineData("Message-Id: <E1vMhEx-00000000001-0001@mx>\n\n--boundary--\n")]
    public async Task A_copy_that_cannot_be_told_is_a_difference(string text)
    {
        _scene.Deliver(Maildir, text);

        await DiffersAsync("not whole: ");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("end of 1.\n")]
    public async Task A_queuefile_needs_its_body(string? body)
    {
        _scene.Deliver(Place.Queuefile, Message, body);

        await DiffersAsync("not whole: ");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no separator\n")]
    public async Task A_file_that_is_no_mbox_is_a_difference(string text)
    {
        await File.WriteAllTextAsync(_scene.MboxOf(Mbox), text);

        await DiffersAsync("not an mbox: ");
    }

    [Fact]
    public async Task A_lock_file_beside_an_mbox_is_none()
    {
        await File.WriteAllTextAsync(_scene.MboxOf(Mbox) + ".lock", "123");

        Assert.Equal("", (await _scene.DrawAsync()).Differences);
    }

    [Fact]
    public async Task Each_message_of_an_mbox_is_looked_at()
    {
        var next = AccountScene.Id(2);
        Delivered(_id);
        _scene.Deliver(Mbox, Message);
        Assert.Equal("", (await _scene.DrawAsync()).Differences);

        Delivered(next);
        _scene.Deliver(Mbox, AccountScene.Message(next, 1));
        Assert.Equal("", (await _scene.DrawAsync()).Differences);

        _scene.Deliver(Mbox, Message[..^2]);
        await DiffersAsync("not whole: ");
    }

    [Fact]
    public async Task A_message_that_an_mbox_has_no_more_is_lost()
    {
        Delivered(_id);
        _scene.Deliver(Mbox, Message);
        Assert.Equal("", (await _scene.DrawAsync()).Differences);

        File.Delete(_scene.MboxOf(Mbox));
        await DiffersAsync("pile0@mbox.test lost");
    }

    private void Delivered(MessageId id) => _scene.Journal(
        id,
        _scene.Send(id).Sender,
        ["pile0@" + Domains.Mbox],
        new AttemptStarted(0, 1, "t", null),
        new RecipientDelivered(0, "t", null, null, null, ""),
        new MessageCompleted());

    private async Task DiffersAsync(string difference) => Assert.Contains(difference, (await _scene.DrawAsync()).Differences, StringComparison.Ordinal);
}

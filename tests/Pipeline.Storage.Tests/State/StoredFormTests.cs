using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Storage.Ports;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Tests.State;

/// <summary>The stored forms are frozen: a failing line means that stored mail would be read differently.</summary>
public sealed class StoredFormTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Document_has_its_frozen_form()
    {
        var document = new MessageDocument(
            new Envelope
            {
                Sender = new EnvelopeAddress("bü", "exämple.org"),
                Recipients = [new EnvelopeRecipient(0, new EnvelopeAddress("b", "example.net"), DsnNotify.Success | DsnNotify.Delay, "rfc822;b")],
                Body = BodyType.EightBitMime,
                SmtpUtf8 = true,
                RequireTls = true,
                Return = DsnReturn.Full,
                EnvelopeId = "QQ",
                AuthenticatedSender = "user",
            },
            7,
            ImmutableDictionary<string, string>.Empty.Add("acl_m0", "x"));

        AssertForm(
            """{"envelope":{"sender":{"localPart":"bü","domain":"exämple.org"},"recipients":[{"index":0,"address":{"localPart":"b","domain":"example.net"},"notify":20,"originalRecipient":"rfc822;b"}],"body":2,"smtpUtf8":true,"requireTls":true,"return":1,"envelopeId":"QQ","authenticatedSender":"user"},"policy":7,"properties":{"acl_m0":"x"}}""",
            StoredForm.Of(document));
        var read = StoredForm.Document(StoredForm.Of(document));
        Assert.Equal(document.Envelope.Recipients.AsEnumerable(), read.Envelope.Recipients);
        Assert.Equal(document.Envelope with { Recipients = [] }, read.Envelope with { Recipients = [] });
        Assert.Equal(document.Properties, read.Properties);
    }

    [Fact]
    public void Recipient_has_its_frozen_form()
    {
        ImmutableArray<RecipientState> states =
        [
            new(3, new EnvelopeAddress("b", "example.net"), RecipientStatus.Failed, Noon, 0, 2, true, Noon.AddTicks(1), "why", DsnNotify.Never, "rfc822;b"),
            new(4, new EnvelopeAddress("c", ""), RecipientStatus.Queued, Noon),
            new(5, new EnvelopeAddress("d", ""), RecipientStatus.Duplicate, Noon, Place: "out", DuplicateOf: 4),
            new(6, new EnvelopeAddress("e", ""), RecipientStatus.Queued, Noon, FrozenAt: Noon, ThawedAt: Noon.AddTicks(1), Warnings: 2),
            new(7, new EnvelopeAddress("f", "example.net"), RecipientStatus.Removed, Noon, Sender: new EnvelopeAddress("s", "example.org")),
        ];

        AssertForm(
            """[{"index":3,"address":{"localPart":"b","domain":"example.net"},"status":2,"dueAt":"2030-01-02T12:00:00+00:00","parent":0,"attempts":2,"attemptOpen":true,"firstFailedAt":"2030-01-02T12:00:00.0000001+00:00","lastReason":"why","notify":2,"originalRecipient":"rfc822;b"},{"index":4,"address":{"localPart":"c","domain":""},"status":0,"dueAt":"2030-01-02T12:00:00+00:00","parent":-1,"attempts":0,"attemptOpen":false,"notify":0},{"index":5,"address":{"localPart":"d","domain":""},"status":5,"dueAt":"2030-01-02T12:00:00+00:00","parent":-1,"attempts":0,"attemptOpen":false,"notify":0,"place":"out","duplicateOf":4},{"index":6,"address":{"localPart":"e","domain":""},"status":0,"dueAt":"2030-01-02T12:00:00+00:00","parent":-1,"attempts":0,"attemptOpen":false,"notify":0,"frozenAt":"2030-01-02T12:00:00+00:00","thawedAt":"2030-01-02T12:00:00.0000001+00:00","warnings":2},{"index":7,"address":{"localPart":"f","domain":"example.net"},"status":4,"dueAt":"2030-01-02T12:00:00+00:00","parent":-1,"attempts":0,"attemptOpen":false,"notify":0,"sender":{"localPart":"s","domain":"example.org"}}]""",
            StoredForm.Of(states));
        Assert.Equal(states.AsEnumerable(), StoredForm.Recipients(StoredForm.Of(states)));
        Assert.Equal(StoredForm.Of(states), StoredForm.Of(states.ToArray()));
    }

    [Fact]
    public void Retry_hint_has_its_frozen_form()
    {
        var hint = new RetryHint(Noon, Noon.AddMinutes(1), Noon.AddMinutes(2), TimeSpan.FromMinutes(15), "refused");

        AssertForm(
            """{"firstFailedAt":"2030-01-02T12:00:00+00:00","lastTriedAt":"2030-01-02T12:01:00+00:00","nextTryAt":"2030-01-02T12:02:00+00:00","lastInterval":"00:15:00","reason":"refused"}""",
            StoredForm.Of(hint));
        Assert.Equal(hint, StoredForm.Hint(StoredForm.Of(hint)));
    }

    [Fact]
    public void Members_of_a_later_program_are_skipped_wherever_they_stand()
    {
        var document = StoredForm.Document("""{"later":[1],"envelope":{"later":{"z":0},"sender":{"localPart":"a","domain":"b","later":1},"recipients":[],"body":0,"smtpUtf8":false,"requireTls":false,"return":0},"policy":7,"properties":{"acl_m0":"x"}}"""u8);
        var recipient = Assert.Single(StoredForm.Recipients("""[{"later":1,"index":3,"address":{"localPart":"b","domain":"c"},"status":0,"dueAt":"2030-01-02T12:00:00+00:00","parent":-1,"attempts":2,"attemptOpen":false,"notify":0,"mood":"sunny"}]"""u8));
        var hint = StoredForm.Hint("""{"firstFailedAt":"2030-01-02T12:00:00+00:00","lastTriedAt":"2030-01-02T12:00:00+00:00","nextTryAt":"2030-01-02T12:00:00+00:00","lastInterval":"00:15:00","reason":"refused","later":[]}"""u8);

        Assert.Equal((new EnvelopeAddress("a", "b"), 7, "x"), (document.Envelope.Sender, document.Policy, document.Properties["acl_m0"]));
        Assert.Equal((3, RecipientStatus.Queued, 2), (recipient.Index, recipient.Status, recipient.Attempts));
        Assert.Equal("refused", hint.Reason);
    }

    [Fact]
    public void Time_is_stored_to_the_tick()
    {
        Assert.Equal(0, StoredTime.Of(DateTimeOffset.UnixEpoch));
        Assert.Equal(18_935_856_000_000_001, StoredTime.Of(Noon.AddTicks(1)));
        Assert.Equal(Noon.AddTicks(1), StoredTime.Read(StoredTime.Of(Noon.AddTicks(1).ToOffset(TimeSpan.FromHours(5)))));
    }

    [Fact]
    public void Numbers_of_stored_enums_are_frozen()
    {
        AssertNumbers<RecipientStatus>("Queued=0 Delivered=1 Failed=2 Redirected=3 Removed=4 Duplicate=5");
        AssertNumbers<DsnNotify>("None=0 Never=2 Success=4 Failure=8 Delay=16");
        AssertNumbers<DsnReturn>("Unspecified=0 Full=1 Headers=2");
        AssertNumbers<BodyType>("Unspecified=0 SevenBit=1 EightBitMime=2 BinaryMime=3");
    }

    private static void AssertNumbers<T>(string expected)
        where T : struct, Enum =>
        Assert.Equal(expected, string.Join(' ', Enum.GetValues<T>().Select(v => $"{v}={v:D}")));

    private static void AssertForm(string expected, byte[] stored) => Assert.Equal(expected, Encoding.UTF8.GetString(stored));
}

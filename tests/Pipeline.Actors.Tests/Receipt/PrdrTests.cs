using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>PRDR: the ACL that is asked about each recipient when the data has come.</summary>
public sealed class PrdrTests : ReceiptTestKit
{
    private const string Configuration = """
        prdr_enable
        acl_smtp_rcpt = accept_all
        acl_smtp_mime = check_mime
        acl_smtp_data_prdr = check_each
        acl_smtp_data = check_data
        begin acl
        accept_all:
          warn logwrite = rcpt $prdr_requested
          accept
        check_mime:
          accept logwrite = mime
        check_each:
          warn logwrite = each $local_part@$domain $prdr_requested $recipients_count
          deny local_parts = bad
               message = 554 5.7.1 no spam for bad
          deny local_parts = worse
          defer local_parts = later
                message = greylisted
          defer local_parts = latest
          discard local_parts = gone
                  log_message = dropped it
          accept local_parts = hello
                 message = hello there
          accept
        check_data:
          warn logwrite = data $prdr_requested $recipients_count
          deny condition = ${if match{$h_subject:}{denied}}
               message = data says no
          accept message = data says yes
        """;

    private readonly TestPolicy _policy;

    public PrdrTests() => _policy = new TestPolicy(Configuration, Time);

    [Theory]
    [InlineData("good hello", "250 PRDR R=<good@to.example> acceptance|250 hello there", "250 id=ID message accepted", "0 1")]
    [InlineData("good bad hello", "250 PRDR R=<good@to.example> acceptance|554 5.7.1 no spam for bad|250 hello there", "250 id=ID message accepted for some recipients", "0 2")]
    [InlineData("later good latest", "450 greylisted|250 PRDR R=<good@to.example> acceptance|450 PRDR R=<latest@to.example> temporary refusal", "250 id=ID message accepted for some recipients", "1")]
    [InlineData("good gone", "250 PRDR R=<good@to.example> acceptance|250 PRDR R=<gone@to.example> acceptance", "250 id=ID message accepted for some recipients", "0")]
    [InlineData("good good bad", "250 PRDR R=<good@to.example> acceptance|250 PRDR R=<good@to.example> acceptance|554 5.7.1 no spam for bad", "250 id=ID message accepted for some recipients", "0 1")]
    [InlineData("bad worse", "554 5.7.1 no spam for bad|550 PRDR R=<worse@to.example> refusal", "550 id=ID message rejected for all recipients", null)]
    [InlineData("bad later", "554 5.7.1 no spam for bad|450 greylisted", "250 id=ID message accepted for some recipients", null)]
    [InlineData("gone gone", "250 PRDR R=<gone@to.example> acceptance|250 PRDR R=<gone@to.example> acceptance", "250 id=ID message accepted for some recipients", null)]
    public async Task Each_recipient_has_its_reply_and_those_that_were_accepted_are_stored(string recipients, string each, string final, string? stored)
    {
        var decision = await SendAsync(recipients.Split(' '));

        Assert.Equal(["353 PRDR content analysis beginning", .. each.Split('|')], decision.Preceding.Select(reply => reply.ToString()));
        Assert.Equal(final, System.Text.RegularExpressions.Regex.Replace(decision.Reply.ToString(), "id=[^ ]+", "id=ID"));
        if (stored is null)
        {
            Assert.Empty(Store.Accepted);
            return;
        }

        var message = Assert.Single(Store.Accepted);
        Assert.Contains(message.Id.ToString(), decision.Reply.ToString(), StringComparison.Ordinal);
        Assert.Equal(stored, string.Join(' ', message.Envelope.Recipients.Select(recipient => recipient.Index)));
        var journal = message.Journal.Select(entry => entry.Event).ToArray();
        Assert.Equal(true, Assert.Single(journal.OfType<MessageAccepted>()).Prdr);
        Assert.Equal(
            Enumerable.Range(0, recipients.Split(' ').Length).Except(message.Envelope.Recipients.Select(recipient => recipient.Index)),
            journal.OfType<RecipientWithdrawn>().Select(withdrawn => withdrawn.Recipient));
    }

    [Fact]
    public async Task The_acls_run_in_the_order_of_exim_and_see_who_is_left()
    {
        await SendAsync(["good", "bad", "gone"]);

        Assert.Equal(
            [
                "rcpt yes", "rcpt yes", "rcpt yes", "mime",
                "each good@to.example yes 3", "ID PRDR R=<good@to.example> acceptance",
                "each bad@to.example yes 3", "ID PRDR bad@to.example 554 5.7.1 no spam for bad",
                "each gone@to.example yes 2", "ID PRDR gone@to.example dropped it",
                "data yes 1",
            ],
            _policy.Lines.Select(line => System.Text.RegularExpressions.Regex.Replace(line, "^[^ ]+ PRDR", "ID PRDR")));
    }

    [Fact]
    public async Task A_refusal_of_the_data_acl_ends_the_replies_and_nothing_is_stored()
    {
        var decision = await SendAsync(["good", "bad"], "denied");

        Assert.Equal([353, 250, 554], decision.Preceding.Select(reply => reply.Code));
        Assert.Equal("550 data says no", decision.Reply.ToString());
        Assert.Empty(Store.Accepted);
    }

    [Theory]
    [InlineData(true, "good", "data no 1")]
    [InlineData(false, "good bad", "data no 2")]
    public async Task Without_several_recipients_or_without_being_asked_for_there_is_one_reply(bool prdr, string recipients, string seen)
    {
        var decision = await SendAsync(recipients.Split(' '), prdr: prdr);

        Assert.Empty(decision.Preceding);
        Assert.Equal("250 data says yes", decision.Reply.ToString());
        Assert.Contains(seen, _policy.Lines);
        Assert.Null(Assert.Single(Assert.Single(Store.Accepted).Journal.Select(entry => entry.Event).OfType<MessageAccepted>()).Prdr);
    }

    [Fact]
    public async Task A_store_that_cannot_write_makes_the_message_wait_whatever_was_said_of_its_recipients()
    {
        Store.Answer(WriteOutcome.Unavailable);

        var decision = await SendAsync(["good", "bad"]);

        Assert.Equal([353, 250, 554], decision.Preceding.Select(reply => reply.Code));
        Assert.Equal(451, decision.Reply.Code);
    }

    [Theory]
    [InlineData("prdr_enable", true)]
    [InlineData("", false)]
    public async Task It_is_offered_where_the_policy_says(string option, bool offered)
    {
        await using var session = await OpenAsync(Service(new TestPolicy(option, Time)));

        Assert.Equal(offered, session.Capabilities.Prdr);
    }

    private async Task<ReceiptDecision> SendAsync(string[] recipients, string subject = "x", bool prdr = true)
    {
        await using var session = await OpenAsync(Service(_policy));
        var mail = await session.MailAsync(From("sender") with { Prdr = prdr }, CancellationToken.None);
        Assert.Equal(prdr ? "250 OK, PRDR Requested" : "250 OK", mail.Reply.ToString());
        foreach (var recipient in recipients)
        {
            Assert.Equal(250, (await session.RecipientAsync(To(recipient), CancellationToken.None)).Reply.Code);
        }

        await session.BeginDataAsync(false, CancellationToken.None);
        await session.WriteAsync(Encoding.ASCII.GetBytes($"Subject: {subject}\r\nContent-Type: text/plain\r\n\r\nbody\r\n"), CancellationToken.None);
        return await session.EndDataAsync(CancellationToken.None);
    }
}

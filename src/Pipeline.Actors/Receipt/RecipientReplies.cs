using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;

namespace Pipeline.Actors.Receipt;

/// <summary>The replies to one message with PRDR: that they begin, one for each recipient in the order of RCPT, and what follows from them for the message.</summary>
internal sealed class RecipientReplies
{
    private readonly ImmutableArray<SmtpReply>.Builder _replies = ImmutableArray.CreateBuilder<SmtpReply>();
    private bool _allStay = true;

    public RecipientReplies() => _replies.Add(new SmtpReply(353, "PRDR content analysis beginning"));

    public ImmutableArray<SmtpReply> Replies => _replies.ToImmutable();

    /// <param name="stays">The recipient will get the message.</param>
    public void Add(SmtpReply reply, bool stays)
    {
        _replies.Add(reply);
        _allStay &= stays;
    }

    /// <summary>The reply that ends them, when nothing else is to be said about the message. It is a refusal only if every recipient was refused for good.</summary>
    public SmtpReply Acceptance(MessageId id) => _replies.Skip(1).All(static reply => reply.IsPermanent)
        ? new SmtpReply(550, $"id={id} message rejected for all recipients")
        : new SmtpReply(250, $"id={id} message accepted{(_allStay ? "" : " for some recipients")}");
}

using Pipeline.Mail.Smtp;
using Pipeline.Policy.Acl;

namespace Pipeline.Actors.Receipt;

/// <summary><c>control = fakereject</c> and <c>fakedefer</c>: the message is taken, and its client hears that it was not.</summary>
internal sealed partial class ReceiptTransaction
{
    private const string DefaultPretence =
        "Your message has been rejected but is being kept for evaluation.\nIf it was a legitimate message, it may still be delivered to the target recipient(s).";

    /// <summary>What the client hears in place of an acceptance; null when it hears that.</summary>
    private SmtpReply? Pretence => PretenceOf("fakereject", 550) ?? PretenceOf("fakedefer", 450);

    private SmtpReply? PretenceOf(string control, int code) =>
        _scope.Message.Controls.FirstOrDefault(set => set.StartsWith(control, StringComparison.Ordinal)) is { } set
            ? new SmtpReply(code, [.. ReplyText.Split(set.Length > control.Length + 1 ? set[(control.Length + 1)..] : DefaultPretence)])
            : null;
}

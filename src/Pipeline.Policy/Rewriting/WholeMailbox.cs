using Pipeline.Policy.Expansion.Variables;

namespace Pipeline.Policy.Rewriting;

/// <summary>Makes a mailbox that a rule with the flag <c>w</c> gave fit for a header: what is not printable ASCII outside the brackets is encoded (RFC 2047).</summary>
internal static class WholeMailbox
{
    public static MailboxText ForHeader(MailboxText mailbox, string charset)
    {
        if (IsPlain(mailbox.Before) && IsPlain(mailbox.After))
        {
            return mailbox;
        }

        var open = mailbox.Before.LastIndexOf('<');
        var phrase = open < 0 ? "" : mailbox.Before[..open].Trim();
        var rest = open < 0 ? mailbox.Before : mailbox.Before[open..];
        if (!IsPlain(phrase))
        {
            phrase = EncodedWord.Encode(phrase is ['"', .. var inner, '"'] ? inner : phrase, charset);
        }

        return mailbox with { Before = (phrase.Length > 0 ? phrase + " " : "") + Printable(rest), After = Printable(mailbox.After) };
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>Comments cannot be encoded as they are: a question mark stands for what cannot be there, a blank for a line end.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Select(c => c is '\r' or '\n' or '\t' ? ' ' : c is < ' ' or > '~' ? '?' : c));
}

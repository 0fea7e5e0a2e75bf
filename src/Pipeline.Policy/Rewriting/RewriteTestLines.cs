using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Rewriting;

/// <summary>What <c>-brw</c> prints: a mailbox after rewriting, for each place where it may stand.</summary>
public static class RewriteTestLines
{
    private static readonly RewritePlaces[] Places =
    [
        RewritePlaces.Sender, RewritePlaces.From, RewritePlaces.To, RewritePlaces.Cc, RewritePlaces.Bcc, RewritePlaces.ReplyTo,
        RewritePlaces.EnvelopeFrom, RewritePlaces.EnvelopeTo,
    ];

    /// <param name="text">A mailbox as in a header, or a path of SMTP; one char for each octet.</param>
    public static async ValueTask<IReadOnlyList<string>> OfAsync(EvaluationScope scope, string text, CancellationToken cancellationToken)
    {
        var rules = scope.Environment.Policy.Rewriting;
        if (rules.Concern(RewritePlaces.Smtp))
        {
            var path = await EnvelopeRewriting.RewritePathAsync(scope, text, RewritePlaces.SmtpSender, cancellationToken);
            if (!path.Steps.IsEmpty)
            {
                return [$"    SMTP: {(path.Path is ['<', .. var inner, '>'] ? inner : path.Path)}"];
            }
        }

        // As Exim does it: whatever has no at sign is taken for a local part.
        text = text.Contains('@', StringComparison.Ordinal) ? text : $"{text}@{scope.Environment.QualifyRecipient}";
        if (MailboxText.TryRead(text, mayBeNull: false, out var error) is not { } mailbox)
        {
            return [$"Syntax error in {text}", char.ToUpperInvariant(error[0]) + error[1..]];
        }

        var run = new RewriteRun(rules, scope);
        var lines = new List<string>(Places.Length);
        foreach (var place in Places)
        {
            var isHeader = (place & RewritePlaces.Headers) != 0;
            var result = await run.MailboxAsync(isHeader ? mailbox : MailboxText.Of(mailbox.Address), place, cancellationToken);
            var shown = result == mailbox && isHeader ? text : result.Address.IsNull ? "<>" : result.ToString();
            lines.Add($"{RewritePlaceNames.Of(place).TrimEnd(':'),8}: {shown}");
        }

        return lines;
    }
}

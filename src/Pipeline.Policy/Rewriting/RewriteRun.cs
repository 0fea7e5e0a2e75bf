using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Operators;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Rewriting;

/// <summary>Takes addresses through the rules, in the circumstances of one message.</summary>
/// <remarks>
/// The rules are tried in order, each on what those before have made. A replacement that cannot be expanded or that yields no address ends the rewriting
/// with what there is, and says so in the panic log. A pattern that cannot be matched now does not match.
/// </remarks>
internal sealed class RewriteRun(RewriteRules rules, EvaluationScope scope)
{
    /// <summary>How often the flag <c>R</c> applies a rule again.</summary>
    private const int MaxRepeats = 10;

    private readonly List<RewriteStep> _steps = [];

    /// <summary>What has been changed so far, over all addresses.</summary>
    public IReadOnlyList<RewriteStep> Steps => _steps;

    public bool Concerns(RewritePlaces place) => rules.Concern(place);

    /// <summary>Rewrites an address that has a domain.</summary>
    public ValueTask<MailboxText> MailboxAsync(MailboxText mailbox, RewritePlaces place, CancellationToken cancellationToken) =>
        ApplyAsync(mailbox, place, cancellationToken);

    /// <summary>Rewrites a path of MAIL or RCPT by the rules with the flag <c>S</c>. Whether the result is an address is not asked.</summary>
    /// <param name="path">With its brackets, if it has any.</param>
    public async ValueTask<string> PathAsync(string path, RewritePlaces place, CancellationToken cancellationToken) =>
        (await ApplyAsync(new MailboxText(path, EnvelopeAddress.Null, ""), place, cancellationToken)).Before;

    /// <summary>What was made behind the first steps is not used after all.</summary>
    public void Undo(int steps, string reason)
    {
        _steps.RemoveRange(steps, _steps.Count - steps);
        Complain($"rewrite: {reason}");
    }

    private async ValueTask<MailboxText> ApplyAsync(MailboxText mailbox, RewritePlaces place, CancellationToken cancellationToken)
    {
        var (address, numeric) = (scope.Address, scope.Transient.Numeric);
        try
        {
            foreach (var rule in rules.Rules)
            {
                if ((rule.Places & place) != 0 && await ApplyAsync(rule, mailbox, place, cancellationToken) is var (result, goesOn))
                {
                    mailbox = result;
                    if (!goesOn)
                    {
                        break;
                    }
                }
            }

            return mailbox;
        }
        finally
        {
            (scope.Address, scope.Transient.Numeric) = (address, numeric);
        }
    }

    /// <summary>One rule's turn, with its repetitions.</summary>
    private async ValueTask<(MailboxText Mailbox, bool GoesOn)> ApplyAsync(
        RewriteRule rule, MailboxText mailbox, RewritePlaces place, CancellationToken cancellationToken)
    {
        var applied = 0;
        while (await MatchesAsync(rule, mailbox, place, cancellationToken))
        {
            if (rule.Replacement is null)
            {
                return (mailbox, false);
            }

            if (applied > MaxRepeats)
            {
                Complain($"rewrite rule repeat ignored after {MaxRepeats} times");
                return (mailbox, !rule.Has(RewriteControls.Quit));
            }

            scope.Address = Shown(mailbox, place, scope.Address);
            var expanded = await rule.Replacement.ExpandAsync(scope, cancellationToken);
            if (expanded.Outcome == ExpansionOutcome.ForcedFailure)
            {
                return (mailbox, !rule.Has(RewriteControls.Quit));
            }

            if (!expanded.IsSuccess)
            {
                Complain($"Expansion of {rule.Replacement.Source} failed while rewriting: {expanded.Message}");
                return (mailbox, false);
            }

            if (Replace(rule, mailbox, expanded.Value, place) is not { } replaced)
            {
                return (mailbox, false);
            }

            var (from, to) = (Subject(mailbox, place), Subject(replaced, place));
            if (from != to || mailbox != replaced)
            {
                _steps.Add(new RewriteStep(place, from, to, rule));
            }

            mailbox = replaced;
            applied++;
            if (!rule.Has(RewriteControls.Repeat))
            {
                return (mailbox, !rule.Has(RewriteControls.Quit));
            }
        }

        // With R, q stops when the rule no longer matches its own result; a rule that never matched stops nothing.
        return (mailbox, applied == 0 || !rule.Has(RewriteControls.Quit));
    }

    private async ValueTask<bool> MatchesAsync(RewriteRule rule, MailboxText mailbox, RewritePlaces place, CancellationToken cancellationToken)
    {
        var isPath = (place & RewritePlaces.Smtp) != 0;
        var captures = new List<string>();
        var subject = isPath ? mailbox.Before : (mailbox.Address with { Domain = CaseOperators.Lower(mailbox.Address.Domain) }).ToString();
        var result = await rule.Pattern.MatchAsync(
            new ListMatchContext(scope, ListKind.Address, subject, null, cancellationToken) { Caseful = true, Captures = captures, IsPath = isPath });
        if (result.IsDeferred)
        {
            Complain($"{result.Message} while checking for {(isPath ? "SMTP " : "")}rewriting");
        }

        scope.Transient.Numeric = NumericValues.FromPeer([Subject(mailbox, place), .. captures]);
        return result.IsMatch;
    }

    /// <summary>$local_part and $domain are the address that is rewritten, in its letter case; a path has neither.</summary>
    private static AddressScope? Shown(MailboxText mailbox, RewritePlaces place, AddressScope? outer)
    {
        if ((place & RewritePlaces.Smtp) != 0)
        {
            return null;
        }

        var shown = new AddressScope { LocalPart = mailbox.Address.LocalPart, Domain = mailbox.Address.Domain };
        foreach (var (name, value) in outer?.Values ?? [])
        {
            shown.Values[name] = value;
        }

        return shown;
    }

    private MailboxText? Replace(RewriteRule rule, MailboxText mailbox, string text, RewritePlaces place)
    {
        if ((place & RewritePlaces.Smtp) != 0)
        {
            return mailbox with { Before = text };
        }

        if (MailboxText.TryRead(text, mayBeNull: place == RewritePlaces.EnvelopeFrom, out var error) is not { } replacement)
        {
            Complain($"Rewrite of {mailbox.Address} yielded unparseable address: {error} in address {text}");
            return null;
        }

        if (replacement.Address is { IsNull: false, Domain.Length: 0 })
        {
            if (!rule.Has(RewriteControls.Qualify))
            {
                Complain($"Rewrite of {mailbox.Address} yielded unqualified address \"{text}\"");
                return null;
            }

            replacement = replacement with { Address = replacement.Address with { Domain = scope.Environment.QualifyRecipient } };
        }

        return rule.Has(RewriteControls.Whole) && (place & RewritePlaces.Headers) != 0
            ? WholeMailbox.ForHeader(replacement, scope.Environment.Policy.MainOptions.HeadersCharset)
            : mailbox with { Address = replacement.Address };
    }

    private static string Subject(MailboxText mailbox, RewritePlaces place) => (place & RewritePlaces.Smtp) != 0 ? mailbox.Before : mailbox.Address.ToString();

    private void Complain(string message) => scope.Environment.Log.Write(
        PolicyLogTarget.Main | PolicyLogTarget.Panic, scope.Message.Id.Length == 0 ? message : $"{scope.Message.Id} {message}");
}

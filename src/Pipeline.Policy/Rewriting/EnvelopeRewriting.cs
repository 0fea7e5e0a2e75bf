using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Rewriting;

/// <summary>Rewrites addresses of the envelope by the rules of the policy.</summary>
public static class EnvelopeRewriting
{
    /// <param name="address">One char for each octet. The null sender and what has no domain are never rewritten.</param>
    /// <param name="place"><see cref="RewritePlaces.EnvelopeFrom"/> or <see cref="RewritePlaces.EnvelopeTo"/>.</param>
    public static async ValueTask<RewrittenAddress> RewriteAsync(
        EvaluationScope scope, EnvelopeAddress address, RewritePlaces place, CancellationToken cancellationToken)
    {
        var rules = scope.Environment.Policy.Rewriting;
        if (address.Domain.Length == 0 || !rules.Concern(place))
        {
            return new RewrittenAddress(address, []);
        }

        var run = new RewriteRun(rules, scope);
        var result = await run.MailboxAsync(MailboxText.Of(address), place, cancellationToken);
        return new RewrittenAddress(result.Address, [.. run.Steps]);
    }

    /// <summary>The same for an address as text, as envelopes have it.</summary>
    public static async ValueTask<RewrittenAddress> RewriteTextAsync(
        EvaluationScope scope, EnvelopeAddress address, RewritePlaces place, CancellationToken cancellationToken)
    {
        var octets = new EnvelopeAddress(OctetString.FromText(address.LocalPart), OctetString.FromText(address.Domain));
        var result = await RewriteAsync(scope, octets, place, cancellationToken);
        return result.Steps.IsEmpty
            ? new RewrittenAddress(address, [])
            : result with { Address = new EnvelopeAddress(OctetString.ToText(result.Address.LocalPart), OctetString.ToText(result.Address.Domain)) };
    }

    /// <summary>Rewrites the sender of the message, once: when it is verified, or else when the message has come.</summary>
    /// <returns>The steps that led to the sender of now.</returns>
    public static async ValueTask<ImmutableArray<RewriteStep>> RewriteSenderAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var message = scope.Message;
        if (message.SenderRewriting is null)
        {
            var rewritten = await RewriteTextAsync(scope, message.Sender, RewritePlaces.EnvelopeFrom, cancellationToken);
            (message.Sender, message.SenderRewriting) = (rewritten.Address, rewritten.Steps);
        }

        return message.SenderRewriting.Value;
    }

    /// <summary>Rewrites a path as the client wrote it, by the rules with the flag <c>S</c>.</summary>
    /// <param name="path">With its brackets, if it has any, one char for each octet; so is the result, which need not be an address.</param>
    /// <param name="place"><see cref="RewritePlaces.SmtpSender"/> or <see cref="RewritePlaces.SmtpRecipient"/>.</param>
    public static async ValueTask<RewrittenPath> RewritePathAsync(
        EvaluationScope scope, string path, RewritePlaces place, CancellationToken cancellationToken)
    {
        var run = new RewriteRun(scope.Environment.Policy.Rewriting, scope);
        return new RewrittenPath(await run.PathAsync(path, place, cancellationToken), [.. run.Steps]);
    }
}

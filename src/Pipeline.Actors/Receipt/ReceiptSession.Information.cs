using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;

namespace Pipeline.Actors.Receipt;

/// <summary>VRFY and EXPN, answered by the routers where an ACL lets them. The words are Exim's.</summary>
internal sealed partial class ReceiptSession
{
    private static readonly EnhancedStatusCode BadAddress = new(5, 1, 3);
    private static readonly EnhancedStatusCode NoSuchMailbox = new(5, 1, 1);
    private static readonly EnhancedStatusCode NotNowCode = new(4, 3, 0);
    private static readonly EnhancedStatusCode GoodAddress = new(2, 1, 5);

    public async ValueTask<ReceiptDecision> VerifyAsync(string argument, CancellationToken cancellationToken)
    {
        Command("VRFY", argument);
        if (Asked(argument, out var error) is not { } address)
        {
            return new ReceiptDecision(new SmtpReply(501, BadAddress, error!));
        }

        var scope = ConnectionOnlyScope();
        scope.Address = AddressScopeOf(address);
        if (await RefusedAsync(AclPoint.Vrfy, scope, argument, cancellationToken) is { } refused)
        {
            return refused;
        }

        scope.Address = null;
        var result = _active.Environment.Verifier is { } verifier
            ? await verifier.VerifyAsync(scope, address, asSender: false, successOnRedirect: false, cancellationToken)
            : new AddressVerification(VerificationOutcome.Deferred, "cannot be resolved at this time");
        switch (result.Outcome)
        {
            case VerificationOutcome.Verified:
                return new ReceiptDecision(new SmtpReply(250, GoodAddress, $"<{address}> is deliverable"));
            case VerificationOutcome.Failed:
                _services.Log.Write(PolicyLogTarget.Main, $"VRFY failed for {OctetString.FromText(argument)} {LogText.Host(_connection)}");
                return new ReceiptDecision(new SmtpReply(550, NoSuchMailbox, [.. ReplyText.Split($"<{address}> {result.Message}")]));
            default:
                return new ReceiptDecision(new SmtpReply(451, NotNowCode, [.. ReplyText.Split(result.ForClient ? $"<{address}> {result.Message}" : $"Cannot resolve <{address}> at this time")]));
        }
    }

    public async ValueTask<ReceiptDecision> ExpandAsync(string argument, CancellationToken cancellationToken)
    {
        Command("EXPN", argument);
        var scope = ConnectionOnlyScope();
        if (await RefusedAsync(AclPoint.Expn, scope, argument, cancellationToken) is { } refused)
        {
            return refused;
        }

        if (Asked(argument, out var error) is not { } address)
        {
            return new ReceiptDecision(new SmtpReply(501, BadAddress, error!));
        }

        var expansion = await AddressExpander.ExpandAsync(_active.Policy.Routers, scope, address, cancellationToken);
        return new ReceiptDecision(expansion.Members.IsEmpty
            ? new SmtpReply(553, BadAddress, $"{address} {(expansion.IsDeferred ? "cannot be resolved at this time" : "is undeliverable")}")
            : new SmtpReply(250, GoodAddress, [.. expansion.Members.Select(member => $"<{member}>")]));
    }

    /// <summary>The answer of the ACL when it is no.</summary>
    private async ValueTask<ReceiptDecision?> RefusedAsync(AclPoint point, EvaluationScope scope, string argument, CancellationToken cancellationToken)
    {
        var outcome = await RunAsync(point, scope, cancellationToken);
        if (outcome.IsAccepted)
        {
            return null;
        }

        var why = (outcome.LogMessage ?? outcome.UserMessage) is { } text ? $": {text}" : "";
        _services.Log.Write(
            outcome.RejectLogTarget, $"{LogText.Host(_connection)} rejected {AclPointTraits.Of(point).LogLabel} {OctetString.FromText(argument)}{why}");
        return Answer(new ReceiptDecision(outcome.Reply!, outcome.CloseConnection));
    }

    /// <summary>The address that a client asks about; one without a domain is of ours (RFC 5321 section 3.5.1).</summary>
    private EnvelopeAddress? Asked(string argument, out string? error) =>
        EnvelopeAddressParser.TryParseWhole(argument, Options.PathForms | EnvelopeAddressForms.Unqualified | EnvelopeAddressForms.SmtpUtf8, out var address, out error)
            ? address.Domain.Length == 0 ? address with { Domain = _active.Environment.QualifyRecipient } : address
            : null;

    internal static AddressScope AddressScopeOf(EnvelopeAddress address) => new()
    {
        LocalPart = OctetString.FromText(LocalPart.Unquote(address.LocalPart).ToLowerInvariant()),
        Domain = OctetString.FromText(address.Domain.ToLowerInvariant()),
        OriginalLocalPart = OctetString.FromText(LocalPart.Unquote(address.LocalPart)),
        OriginalDomain = OctetString.FromText(address.Domain),
    };
}

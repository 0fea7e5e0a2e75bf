using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Policy.Acl.Verification.Callouts;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Verification;

/// <summary><c>verify = header_sender</c>, <c>header_syntax</c>, <c>header_names_ascii</c> and <c>not_blind</c>: about the header of the message.</summary>
internal static class HeaderVerifyTest
{
    private static readonly string[] AddressFields = ["From", "Sender", "Reply-To", "To", "Cc", "Bcc"];
    private static readonly string[] SenderFields = ["Sender", "Reply-To", "From"];
    private static readonly string[] RecipientFields = ["To", "Cc", "Resent-To", "Resent-Cc"];

    public static AclTest Syntax(AclEvaluation evaluation)
    {
        foreach (var (name, value) in Fields(evaluation, AddressFields))
        {
            var list = HeaderAddresses.Read(value.Span, evaluation.Scope.Environment.Policy.MainOptions);
            if (list.Defect is { } defect)
            {
                return Failed(evaluation, $"{defect.Reason}: failing address in \"{name}:\" header is: {defect.Text}");
            }

            // Those that may stand without a domain have been completed before.
            if (list.Addresses.FirstOrDefault(static address => address.Domain.Length == 0) is { } unqualified)
            {
                return Failed(evaluation, $"unqualified address not permitted: failing address in \"{name}:\" header is: {unqualified}");
            }
        }

        return AclTest.True;
    }

    public static AclTest NamesAscii(AclEvaluation evaluation)
    {
        foreach (var field in new HeaderFields(evaluation.Message.HeaderBlock))
        {
            if (field.Name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            {
                return Failed(evaluation, $"Invalid character in header \"{OctetString.FromBytes(field.Name)}\" found");
            }
        }

        return AclTest.True;
    }

    public static AclTest NotBlind(AclEvaluation evaluation, bool caseInsensitive)
    {
        var named = new List<EnvelopeAddress>();
        foreach (var (_, value) in Fields(evaluation, RecipientFields))
        {
            named.AddRange(HeaderAddresses.Read(value.Span, evaluation.Scope.Environment.Policy.MainOptions).Addresses);
        }

        var local = caseInsensitive ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        foreach (var recipient in evaluation.Message.Recipients)
        {
            if (!named.Exists(address => IsSame(address, recipient, local)))
            {
                return Failed(evaluation, $"bcc recipient detected ({recipient})", "bcc recipient detected");
            }
        }

        return AclTest.True;
    }

    // The first of the fields with an address that verifies is enough.
    public static async ValueTask<AclTest> SenderAsync(AclEvaluation evaluation, VerifyOptions options, CancellationToken cancellationToken)
    {
        if (evaluation.Scope.Environment.Verifier is not { } verifier)
        {
            return AclTest.Error("sender verification is not possible here: there are no routers");
        }

        var (isDeferred, details) = (false, (string?)null);
        foreach (var (name, value) in Fields(evaluation, SenderFields))
        {
            var list = HeaderAddresses.Read(value.Span, evaluation.Scope.Environment.Policy.MainOptions);
            foreach (var address in list.Addresses)
            {
                var (outcome, why) = await VerifySenderAsync(evaluation, verifier, address, options, cancellationToken);
                if (outcome == VerificationOutcome.Verified)
                {
                    return AclTest.True;
                }

                isDeferred |= outcome == VerificationOutcome.Deferred;
                details = Details(evaluation, $"could not verify \"{name}:\" header address\n{address}: {why}");
            }

            if (list.Defect is { } defect)
            {
                return Failed(evaluation, $"syntax error in '{name}:' header when scanning for sender: {defect.Reason} in \"{defect.Text}\"");
            }
        }

        return isDeferred
            ? AclTest.Defer("all attempts to verify a sender in a header line deferred", details)
            : AclTest.Failed(details, "there is no valid sender in any header line");
    }

    /// <param name="why">For the log.</param>
    /// <param name="told">For the client, when it is to have details; null for the same.</param>
    private static AclTest Failed(AclEvaluation evaluation, string why, string? told = null) => AclTest.Failed(Details(evaluation, told ?? why), why);

    /// <summary><c>smtp_return_error_details</c>: what is told to the client of a header that is not good.</summary>
    private static string? Details(AclEvaluation evaluation, string why) =>
        evaluation.Scope.Environment.Policy.MainOptions.SmtpReturnErrorDetails ? $"Rejected after DATA: {why}" : null;

    private static async ValueTask<(VerificationOutcome Outcome, string Why)> VerifySenderAsync(
        AclEvaluation evaluation, IAddressVerifier verifier, EnvelopeAddress address, VerifyOptions options, CancellationToken cancellationToken)
    {
        var verified = await verifier.VerifyAsync(evaluation.Scope, address, asSender: true, options.SuccessOnRedirect, cancellationToken);
        if (verified.Outcome != VerificationOutcome.Verified || options.Callout is not { } callout)
        {
            return (verified.Outcome, verified.Message);
        }

        var result = await Callout.RunAsync(evaluation, verified.Routed, callout, requireTls: false, cancellationToken);
        var outcome = result.Outcome switch
        {
            CalloutOutcome.Accepted => VerificationOutcome.Verified,
            CalloutOutcome.Undecided => callout.DeferOk ? VerificationOutcome.Verified : VerificationOutcome.Deferred,
            _ => VerificationOutcome.Failed,
        };
        return (outcome, result.Log);
    }

    private static bool IsSame(EnvelopeAddress address, EnvelopeAddress recipient, StringComparison local) =>
        address.Domain.Length > 0
        && recipient.LocalPart.Equals(address.LocalPart, local)
        && recipient.Domain.Equals(address.Domain, StringComparison.OrdinalIgnoreCase);

    private static List<(string Name, ReadOnlyMemory<byte> Value)> Fields(AclEvaluation evaluation, string[] names)
    {
        var found = new List<(string, ReadOnlyMemory<byte>)>();
        foreach (var name in names)
        {
            foreach (var field in new HeaderFields(evaluation.Message.HeaderBlock))
            {
                if (field.HasName(name))
                {
                    found.Add((name, field.Value));
                }
            }
        }

        return found;
    }
}

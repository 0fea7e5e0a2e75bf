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
                return AclTest.Failed(null, $"{defect.Reason}: failing address in \"{name}:\" header is: {defect.Text}");
            }

            // Those that may stand without a domain have been completed before.
            if (list.Addresses.FirstOrDefault(static address => address.Domain.Length == 0) is { } unqualified)
            {
                return AclTest.Failed(null, $"unqualified address not permitted: failing address in \"{name}:\" header is: {unqualified}");
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
                return AclTest.Failed(null, $"Invalid character in header \"{OctetString.FromBytes(field.Name)}\" found");
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
                return AclTest.Failed(null, $"bcc recipient detected ({recipient})");
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

        var failure = AclTest.Failed(null, "there is no valid sender in any header line");
        foreach (var (_, value) in Fields(evaluation, SenderFields))
        {
            foreach (var address in HeaderAddresses.Read(value.Span, evaluation.Scope.Environment.Policy.MainOptions).Addresses)
            {
                switch (await VerifySenderAsync(evaluation, verifier, address, options, cancellationToken))
                {
                    case VerificationOutcome.Verified:
                        return AclTest.True;
                    case VerificationOutcome.Deferred:
                        failure = AclTest.Defer("all attempts to verify a sender in a header line deferred");
                        break;
                }
            }
        }

        return failure;
    }

    private static async ValueTask<VerificationOutcome> VerifySenderAsync(
        AclEvaluation evaluation, IAddressVerifier verifier, EnvelopeAddress address, VerifyOptions options, CancellationToken cancellationToken)
    {
        var verified = await verifier.VerifyAsync(evaluation.Scope, address, asSender: true, options.SuccessOnRedirect, cancellationToken);
        if (verified.Outcome != VerificationOutcome.Verified || options.Callout is not { } callout)
        {
            return verified.Outcome;
        }

        var result = await Callout.RunAsync(evaluation, verified.Routed, callout, requireTls: false, cancellationToken);
        return result.Outcome switch
        {
            CalloutOutcome.Accepted => VerificationOutcome.Verified,
            CalloutOutcome.Undecided => callout.DeferOk ? VerificationOutcome.Verified : VerificationOutcome.Deferred,
            _ => VerificationOutcome.Failed,
        };
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

using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Variables;

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
            var fault = HeaderAddressReader.Read(value, out _, out var error);
            if (error is not null)
            {
                return AclTest.Failed(null, $"{error}: failing address in \"{name}:\" header is: {fault}");
            }
        }

        return AclTest.True;
    }

    public static AclTest NamesAscii(AclEvaluation evaluation)
    {
        var reader = new HeaderFieldReader(evaluation.Message.HeaderBlock.Span);
        while (reader.Read())
        {
            if (reader.Name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            {
                return AclTest.Failed(null, $"Invalid character in header \"{OctetString.FromBytes(reader.Name)}\" found");
            }
        }

        return AclTest.True;
    }

    public static AclTest NotBlind(AclEvaluation evaluation, bool caseInsensitive)
    {
        var named = new List<string>();
        foreach (var (_, value) in Fields(evaluation, RecipientFields))
        {
            HeaderAddressReader.Read(value, out var addresses, out _);
            named.AddRange(addresses);
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

        var failure = AclTest.Failed("there is no valid sender in any header line", "there is no valid sender in any header line");
        foreach (var (name, value) in Fields(evaluation, SenderFields))
        {
            HeaderAddressReader.Read(value, out var addresses, out _);
            foreach (var address in addresses)
            {
                var at = address.LastIndexOf('@');
                var parsed = at < 0 ? new EnvelopeAddress(address, "") : new EnvelopeAddress(address[..at], address[(at + 1)..]);
                var verified = await verifier.VerifyAsync(evaluation.Scope, parsed, asSender: true, options.SuccessOnRedirect, cancellationToken);
                if (verified.Outcome == VerificationOutcome.Verified)
                {
                    return AclTest.True;
                }

                if (verified.Outcome == VerificationOutcome.Deferred)
                {
                    failure = AclTest.Defer($"\"{name}:\" header address <{address}> cannot be verified now: {verified.Message}");
                }
            }
        }

        return failure;
    }

    private static bool IsSame(string address, EnvelopeAddress recipient, StringComparison local)
    {
        var at = address.LastIndexOf('@');
        return at >= 0
            && recipient.LocalPart.AsSpan().Equals(address.AsSpan(0, at), local)
            && recipient.Domain.AsSpan().Equals(address.AsSpan(at + 1), StringComparison.OrdinalIgnoreCase);
    }

    private static List<(string Name, string Value)> Fields(AclEvaluation evaluation, string[] names)
    {
        var found = new List<(string, string)>();
        foreach (var name in names)
        {
            var reader = new HeaderFieldReader(evaluation.Message.HeaderBlock.Span);
            while (reader.Read())
            {
                if (reader.IsNamed(name))
                {
                    found.Add((name, OctetString.FromBytes(reader.Value)));
                }
            }
        }

        return found;
    }
}

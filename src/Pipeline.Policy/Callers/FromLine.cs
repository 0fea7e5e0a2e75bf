using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Callers;

/// <summary>The line that mailboxes and UUCP have before the header of a message: <c>From user@host Thu Nov 20 10:00:00 2025</c>.</summary>
public static class FromLine
{
    /// <summary>Octets of the longest line that is looked at.</summary>
    public const int MaxLength = 998;

    /// <summary>How such a line begins.</summary>
    public static ReadOnlySpan<byte> Start => "From "u8;

    /// <param name="line">Without its line end.</param>
    /// <returns>Whether <c>uucp_from_pattern</c> fits, and the sender that <c>uucp_from_sender</c> makes of it; null when that is no address.</returns>
    public static async ValueTask<(bool IsOne, EnvelopeAddress? Sender)> ReadAsync(EvaluationScope scope, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        var options = scope.Environment.Policy.MainOptions;
        if (!PatternCache.TryGet(options.UucpFromPattern, caseless: false, out var pattern, out _)
            || !pattern.TryMatch(OctetString.FromBytes(line.Span), out var match, out _)
            || match is null)
        {
            return (false, null);
        }

        var sender = await options.UucpFromSender.ExpandAsync(CallerIdentity.WithParts(scope, match, Taint.Tainted), cancellationToken);
        const EnvelopeAddressForms Forms = EnvelopeAddressForms.Unqualified | EnvelopeAddressForms.SmtpUtf8;
        return (true, sender.IsSuccess && EnvelopeAddressParser.TryParseMailbox(OctetString.ToText(sender.Value), Forms, out var address, out _)
            ? address.Domain.Length == 0 ? address with { Domain = scope.Environment.QualifyDomain } : address
            : null);
    }
}

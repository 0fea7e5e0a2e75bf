using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Addressing;

/// <summary>
/// <c>percent_hack_domains</c>: what stands behind the last percent sign of a local part is the domain of another address, if the address is of one of these
/// domains; and so on, if that one is.
/// </summary>
public static class PercentHack
{
    /// <summary>The address that is meant: the same one where the option does not concern it; null when that cannot be said now.</summary>
    public static async ValueTask<EnvelopeAddress?> ApplyAsync(EvaluationScope scope, EnvelopeAddress address, CancellationToken cancellationToken)
    {
        if (scope.Environment.Policy.MainOptions.PercentHackDomains is not { } domains)
        {
            return address;
        }

        // Each step takes a percent sign away.
        while (Next(address) is { } next)
        {
            var match = await domains.MatchAsync(scope, OctetString.FromText(address.Domain.ToLowerInvariant()), cancellationToken);
            if (match.IsDeferred)
            {
                return null;
            }

            if (!match.IsMatch)
            {
                return address;
            }

            address = next;
        }

        return address;
    }

    private static EnvelopeAddress? Next(EnvelopeAddress address)
    {
        var name = LocalPart.Unquote(address.LocalPart);
        var sign = name.LastIndexOf('%');
        return sign > 0 && sign < name.Length - 1 && LocalPart.TryQuote(name[..sign], out var local) ? new EnvelopeAddress(local, name[(sign + 1)..]) : null;
    }
}

using Pipeline.Mail.AuthResults;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Verification;

/// <summary>Writes Authentication-Results for <c>${authresults}</c> from the checks of the message, waiting for those that are on their way.</summary>
public sealed class PolicyAuthenticationResults(AuthResultsStyle style) : IAuthenticationResultsWriter
{
    public async ValueTask<string> WriteAsync(EvaluationScope scope, string authority, CancellationToken cancellationToken)
    {
        if (AuthResultsWriter.Create(OctetString.ToText(authority), style) is not { } writer)
        {
            return ""; // an identifier that no field may carry
        }

        var connection = scope.Connection;
        if (connection.ClientAddress is { } client && (connection.ClientName is not null || connection.HostLookupFailed || connection.HostLookupDeferred))
        {
            writer.AddIprev(new IprevResult(
                connection.HostLookupDeferred ? IprevVerdict.TempError : connection.HostLookupFailed ? IprevVerdict.Fail : IprevVerdict.Pass,
                client,
                connection.ClientName));
        }

        if (scope.Message.Verification is { } verification && connection.ClientAddress is not null)
        {
            writer.AddSpf(await verification.SpfAsync(cancellationToken));
            writer.AddDkim([.. await verification.DkimAsync(cancellationToken)]);
        }

        return OctetString.FromText(writer.ToString());
    }
}

using Pipeline.Mail.AuthResults;
using Pipeline.Mail.Dkim;
using Pipeline.Policy.Acl;
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

        scope.Message.AuthServIds.Add(OctetString.ToText(authority));
        var connection = scope.Connection;
        if (connection.ClientAddress is { } client && (connection.ClientName is not null || connection.HostLookupFailed || connection.HostLookupDeferred))
        {
            writer.AddIprev(new IprevResult(
                connection.HostLookupDeferred ? IprevVerdict.TempError : connection.HostLookupFailed ? IprevVerdict.Fail : IprevVerdict.Pass,
                client,
                connection.ClientName));
        }

        if (connection.AuthenticatorName.Length > 0)
        {
            var authenticator = scope.Environment.Policy.Authenticators.FirstOrDefault(known => known.Name == connection.AuthenticatorName);
            writer.AddAuthentication(new ClientAuthentication(
                authenticator?.PublicName ?? OctetString.ToText(connection.AuthenticatorName),
                OctetString.ToText(connection.AuthenticatedId),
                scope.Message.AuthenticatedSender.Length == 0 ? null : OctetString.ToText(scope.Message.AuthenticatedSender)));
        }

        if (scope.Message.Verification is { } verification && connection.ClientAddress is not null)
        {
            writer.AddSpf(scope.Message.Spf ?? await verification.SpfAsync(cancellationToken));
            AddDkim(writer, scope.Message, await verification.DkimAsync(cancellationToken));
            if (scope.Message.ConditionVariables.ContainsKey("arc_state") && await verification.ArcAsync(cancellationToken) is { } arc)
            {
                writer.AddArc(arc, connection.ClientAddress); // "verify = arc" has asked
            }
        }

        switch (scope.Message.Dmarc)
        {
            case DmarcOutcome.Judged judged:
                writer.AddDmarc(judged.Result);
                break;
            case DmarcOutcome.Skipped skipped:
                writer.AddSkippedDmarc(skipped.AuthorDomain);
                break;
        }

        return OctetString.FromText(writer.ToString());
    }

    private static void AddDkim(AuthResultsWriter writer, MessageScope message, IReadOnlyList<DkimResult> results)
    {
        if (message.DkimOverrides.Count < results.Count || results.Count == 0)
        {
            writer.AddDkim([.. results.Where(result => !message.DkimOverrides.ContainsKey(result))]);
        }

        foreach (var result in results)
        {
            if (message.DkimOverrides.TryGetValue(result, out var set))
            {
                writer.AddOverriddenDkim(result, set.Status, set.Reason);
            }
        }
    }
}

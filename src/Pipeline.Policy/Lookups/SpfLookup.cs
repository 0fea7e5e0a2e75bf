using System.Net;
using Pipeline.Mail.Spf;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary><c>${lookup{ADDRESS}spf{SENDER}}</c>: the result word of SPF (RFC 7208) for a client and a sender.</summary>
internal static class SpfLookup
{
    public static LookupType[] Types { get; } = [new("spf", LookupStyle.SingleKey, FindAsync) { NeedsAbsoluteFile = false }];

    private static async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(question.Key, out var client))
        {
            return LookupResult.NotFound;
        }

        var environment = question.Scope.Environment;
        var request = new SpfRequest
        {
            Client = client,
            Helo = OctetString.ToText(question.Scope.Connection.HeloName),
            Sender = OctetString.ToText(question.FileOrQuery),
            Receiver = environment.PrimaryHostname,
        };
        return LookupResult.Found((await new SpfChecker(environment.Time).CheckAsync(request, environment.Dns, cancellationToken)).Word);
    }
}

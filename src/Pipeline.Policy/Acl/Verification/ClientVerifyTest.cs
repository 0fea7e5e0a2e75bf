using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Verification;

/// <summary><c>verify = reverse_host_lookup</c>, <c>helo</c> and <c>certificate</c>: about the client.</summary>
internal static class ClientVerifyTest
{
    public static async ValueTask<AclTest> ReverseLookupAsync(AclEvaluation evaluation, CancellationToken cancellationToken)
    {
        if (evaluation.Connection.ClientAddress is null)
        {
            return AclTest.True;
        }

        return (await HostNameLookup.OfClientAsync(evaluation.Scope, cancellationToken)).Outcome switch
        {
            HostLookupOutcome.Found => AclTest.True,
            HostLookupOutcome.Deferred => AclTest.Defer("host lookup deferred for reverse lookup check"),
            _ => AclTest.Failed(null, "host lookup failed for reverse lookup check"),
        };
    }

    public static async ValueTask<AclTest> HeloAsync(AclEvaluation evaluation, CancellationToken cancellationToken) =>
        await HelloVerification.VerifyAsync(evaluation.Scope, cancellationToken) ? AclTest.True : AclTest.Failed(null, "HELO verification failed");

    public static AclTest Certificate(AclEvaluation evaluation) => evaluation.Connection.Tls is { CertificateVerified: true }
        ? AclTest.True
        : AclTest.Failed("no verified certificate", null);
}

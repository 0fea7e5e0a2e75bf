namespace Pipeline.Mail.AuthResults;

/// <summary>How the client authenticated itself (RFC 4954).</summary>
/// <param name="Authenticator">Public name of the authenticator, such as PLAIN; <c>tls</c> for a client certificate.</param>
/// <param name="Id">The authenticated id; empty when the authenticator gave none.</param>
/// <param name="MailAuth">AUTH= of MAIL FROM; null when absent.</param>
public sealed record ClientAuthentication(string Authenticator, string Id, string? MailAuth = null)
{
    /// <summary>The client showed a certificate (authenticator driver tls).</summary>
    public bool IsCertificate { get; init; }
}

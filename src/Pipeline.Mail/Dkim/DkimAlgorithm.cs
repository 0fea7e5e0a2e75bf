namespace Pipeline.Mail.Dkim;

/// <summary>The signature algorithms that may be used (RFC 8301, RFC 8463).</summary>
public enum DkimAlgorithm
{
    RsaSha256 = 0,
    Ed25519Sha256 = 1,
}

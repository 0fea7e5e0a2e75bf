namespace Pipeline.Mail.Dkim.Crypto;

/// <summary>k= of a key record.</summary>
public enum DkimKeyType
{
    Rsa = 0,
    Ed25519 = 1,
}

namespace Pipeline.Mail.Dkim;

/// <summary>What kept a signature from passing, in the classes that the ACL variables and Authentication-Results distinguish.</summary>
public enum DkimFailure
{
    None = 0,

    /// <summary>The field cannot be parsed, lacks a tag, or contradicts itself.</summary>
    SignatureInvalid = 1,

    /// <summary>v= is not 1.</summary>
    UnsupportedVersion = 2,

    /// <summary>The key record could not be fetched now.</summary>
    KeyUnavailable = 3,

    /// <summary>There is no key record, or it was revoked.</summary>
    KeyMissing = 4,

    /// <summary>The key record or the key in it is unusable, or may not be used for this signature.</summary>
    KeyInvalid = 5,

    /// <summary>The key record is longer than any key.</summary>
    KeyOverlong = 6,

    /// <summary>The key is too small.</summary>
    KeyTooShort = 7,

    BodyHashMismatch = 8,

    SignatureMismatch = 9,

    /// <summary>The signature verifies, or would, but local policy does not accept it: l= leaves text unsigned, t= lies in the future.</summary>
    NotAccepted = 10,

    /// <summary>x= has passed.</summary>
    Expired = 11,

    /// <summary>Not examined, since the message has too many signatures.</summary>
    OverLimit = 12,
}

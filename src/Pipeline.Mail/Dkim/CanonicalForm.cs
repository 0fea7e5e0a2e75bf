namespace Pipeline.Mail.Dkim;

/// <summary>The canonicalisation algorithms of RFC 6376 section 3.4.</summary>
public enum CanonicalForm
{
    Simple = 0,
    Relaxed = 1,
}

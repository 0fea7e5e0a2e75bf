namespace Pipeline.Mail.Dkim;

/// <summary>The canonicalisation algorithms of RFC 6376 section 3.4.</summary>
public enum CanonicalForm
{
    Simple = 0,
    Relaxed = 1,
}

internal static class CanonicalFormWords
{
    /// <summary>The word for c=.</summary>
    public static string Word(this CanonicalForm form) => form == CanonicalForm.Relaxed ? "relaxed" : "simple";
}

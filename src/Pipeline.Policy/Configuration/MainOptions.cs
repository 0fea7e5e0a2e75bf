namespace Pipeline.Policy.Configuration;

/// <summary>The main options of a configuration that the product acts upon, typed, with Exim's defaults.</summary>
public sealed record MainOptions
{
    public static MainOptions Defaults { get; } = new();

    /// <summary>Reading an ACL variable that was never set is an error.</summary>
    public bool StrictAclVars { get; init; }

    /// <summary>The character set that <c>$h_…</c> converts to.</summary>
    public string HeadersCharset { get; init; } = "ISO-8859-1";
}

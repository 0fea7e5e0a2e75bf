namespace Pipeline.Policy.Configuration;

/// <summary>A facility that this program has and that Exim has only in some builds.</summary>
/// <param name="Macro">The end of its macro <c>_HAVE_…</c>; null when there is none.</param>
/// <param name="Word">How <c>-bV</c> names it under <c>Support for:</c>; null when it does not.</param>
public sealed record ProductFeature(string? Macro, string? Word);

/// <summary>What configurations and programs can ask for, once: macros and the version block are made from it.</summary>
public static class ProductFeatures
{
    public static IReadOnlyList<ProductFeature> All { get; } =
    [
        new(null, "crypteq"),
        new("IPV6", "IPv6"),
        new("TLS", null),
        new("OPENSSL", "OpenSSL"),
        new("CONTENT_SCANNING", "Content_Scanning"),
        new("DANE", "DANE"),
        new("DKIM", "DKIM"),
        .. DriverClass.Authenticator.DoneNames.Select(driver => new ProductFeature($"AUTH_{driver.ToUpperInvariant()}", null)),
        new("I18N", "I18N"),
        new("PIPE_CONNECT", "PIPECONNECT"),
        new("PRDR", "PRDR"),
        new("PROXY", "PROXY"),
        new("SPF", "SPF"),
        new("SRS", "Experimental_SRS"),
        new("NATIVE_SRS", "SRS"),
        new("ARC", "Experimental_ARC"),
        new("BRIGHTMAIL", "Experimental_Brightmail"),
        new("DCC", "Experimental_DCC"),
        new("DMARC", "Experimental_DMARC"),
        new("DSN_INFO", "Experimental_DSN_info"),
        new("LMDB", "Experimental_LMDB"),
        new("SOCKS", "SOCKS"),
        new("REQTLS", "Experimental_REQUIRETLS"),
        new("TRANSPORT_APPEND_MAILDIR", null),
        new(null, "Experimental_QUEUEFILE"),
    ];
}

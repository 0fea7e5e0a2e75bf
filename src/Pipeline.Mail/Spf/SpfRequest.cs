using System.Net;

namespace Pipeline.Mail.Spf;

/// <summary>What check_host() is asked (RFC 7208 section 4.1).</summary>
public sealed record SpfRequest
{
    /// <summary>Address of the SMTP client. An IPv4-mapped IPv6 address counts as IPv4.</summary>
    public required IPAddress Client { get; init; }

    /// <summary>The name given in HELO or EHLO, as given.</summary>
    public required string Helo { get; init; }

    /// <summary>The reverse-path without angle brackets; empty for the null sender, whose identity is postmaster at the HELO name.</summary>
    public required string Sender { get; init; }

    /// <summary>Name of this host, for %{r} and the Received-SPF field.</summary>
    public string Receiver { get; init; } = "";

    /// <summary>What is said of a fail where the domain has no explanation; macros are expanded as in one. Null for a text of our own.</summary>
    public string? Explanation { get; init; }

    /// <summary>Takes the place of the published record of the sender's domain; for <c>spf_guess</c>. Null: ask DNS.</summary>
    public string? Record { get; init; }
}

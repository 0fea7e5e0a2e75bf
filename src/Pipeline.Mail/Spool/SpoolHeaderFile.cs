using System.Collections.Immutable;
using System.Net;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Spool;

/// <summary>The contents of an Exim spool header file, <c>&lt;id&gt;-H</c>: envelope, how the message came, what is done, header fields.</summary>
/// <remarks>The format is one of octets. All texts here hold one char (U+0000 to U+00FF) per octet; none may hold LF or NUL unless it says so.</remarks>
public sealed record SpoolHeaderFile
{
    /// <summary>16 or 23 characters.</summary>
    public required string MessageId { get; init; }

    /// <summary>Login of the submitting user, at most 63 octets; may hold blanks.</summary>
    public required string OwnerName { get; init; }

    public int OwnerUserId { get; init; }

    public int OwnerGroupId { get; init; }

    /// <summary>Envelope sender without angle brackets; empty for bounces.</summary>
    public required string Sender { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long ReceivedSeconds { get; init; }

    /// <summary>Microseconds within that second.</summary>
    public int ReceivedMicroseconds { get; init; }

    /// <summary>Number of delay warnings sent so far.</summary>
    public int WarningCount { get; init; }

    public string? HeloName { get; init; }

    public IPEndPoint? HostAddress { get; init; }

    /// <summary>Written only with <see cref="HostAddress"/>.</summary>
    public string? HostName { get; init; }

    /// <summary>Written only with <see cref="HostAddress"/>.</summary>
    public string? HostAuthenticator { get; init; }

    public IPEndPoint? InterfaceAddress { get; init; }

    public string? ActiveHostName { get; init; }

    public string? Ident { get; init; }

    public string? ReceivedProtocol { get; init; }

    /// <summary>Connection variables by the name behind <c>acl_c</c>; values may hold any octet.</summary>
    public ImmutableSortedDictionary<string, string> ConnectionVariables { get; init; } = NoVariables;

    /// <summary>Message variables by the name behind <c>acl_m</c>; values may hold any octet.</summary>
    public ImmutableSortedDictionary<string, string> MessageVariables { get; init; } = NoVariables;

    /// <summary>The data file holds CRLF line ends; its lines are then not counted.</summary>
    public bool WireFormat { get; init; }

    public int BodyLineCount { get; init; }

    /// <summary>Longest line received, header and body, without its line end.</summary>
    public int MaxReceivedLineLength { get; init; }

    /// <summary>NUL octets in the body.</summary>
    public int BodyZeroCount { get; init; }

    public string? AuthenticatedId { get; init; }

    public string? AuthenticatedSender { get; init; }

    public bool AllowUnqualifiedRecipient { get; init; }

    public bool AllowUnqualifiedSender { get; init; }

    /// <summary>No delivery has been attempted yet.</summary>
    public bool FirstDelivery { get; init; }

    /// <summary>Seconds since 1970 when the message was frozen; null when it is not.</summary>
    public long? FrozenSince { get; init; }

    /// <summary>-N: delivery is only pretended.</summary>
    public bool DontDeliver { get; init; }

    public bool HostLookupDeferred { get; init; }

    public bool HostLookupFailed { get; init; }

    /// <summary>Submitted on this machine, not by TCP.</summary>
    public bool SenderLocal { get; init; }

    /// <summary>An error message made here.</summary>
    public bool LocalError { get; init; }

    public string? LocalScanData { get; init; }

    public string? SpamBar { get; init; }

    public string? SpamScore { get; init; }

    public string? SpamScoreInt { get; init; }

    public bool ManualThaw { get; init; }

    public bool SenderSetByUntrusted { get; init; }

    public string? BmiVerdicts { get; init; }

    public bool TlsCertificateVerified { get; init; }

    public string? TlsCipher { get; init; }

    /// <summary>PEM; may hold LF.</summary>
    public string? TlsPeerCertificate { get; init; }

    /// <summary>PEM; may hold LF.</summary>
    public string? TlsOurCertificate { get; init; }

    /// <summary>May hold any octet.</summary>
    public string? TlsPeerDn { get; init; }

    /// <summary>May hold any octet.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>1 no response, 2 not tried, 3 failed, 4 verified; 0 for none.</summary>
    public int TlsOcsp { get; init; }

    /// <summary>Bit 0: the message requires TLS (RFC 8689).</summary>
    public int RequireTls { get; init; }

    public bool SmtpUtf8 { get; init; }

    public SpoolUtf8Conversion Utf8Conversion { get; init; }

    /// <summary>ENVID as received, still xtext.</summary>
    public string? DsnEnvelopeId { get; init; }

    public DsnReturn DsnReturn { get; init; }

    /// <summary>Addresses that are done.</summary>
    public SpoolTree NonRecipients { get; init; } = SpoolTree.Empty;

    /// <summary>All original recipients, those done included.</summary>
    public required ImmutableArray<SpoolRecipient> Recipients { get; init; }

    public required ImmutableArray<SpoolHeaderLine> Headers { get; init; }

    public static ImmutableSortedDictionary<string, string> NoVariables { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

/// <summary>Whether addresses are to be turned into A-labels at delivery. The numbers are ours; the file holds words.</summary>
public enum SpoolUtf8Conversion
{
    None = 0,
    Always = 1,
    WhenNeeded = 2,
}

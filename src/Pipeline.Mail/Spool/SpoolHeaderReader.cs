using System.Diagnostics.CodeAnalysis;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Spool;

/// <summary>Reads spool header files of Exim 4.92 and of the versions around it; see docs/adr/0004.</summary>
/// <remarks>Unknown items are skipped, as Exim does, and are not in the result. A file with any other defect is refused whole.</remarks>
public static class SpoolHeaderReader
{
    /// <param name="error">What is wrong with it, in words for an operator.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> octets,
        SpoolLimits? limits,
        [NotNullWhen(true)] out SpoolHeaderFile? file,
        [NotNullWhen(false)] out string? error)
    {
        var cursor = new SpoolHeaderCursor(octets, limits ?? SpoolLimits.Default);
        file = Read(ref cursor);
        error = file is null ? $"{cursor.Error ?? "format error"} at octet {cursor.Position}" : null;
        return file is not null;
    }

    private static SpoolHeaderFile? Read(ref SpoolHeaderCursor cursor)
    {
        if (!cursor.TryReadStart(out var start) || !cursor.TryReadItems(out var items))
        {
            return null;
        }

        if (!cursor.TryReadTree(out var tree) || !cursor.TryReadRecipients(out var recipients) || !cursor.TryReadHeaders(out var headers))
        {
            return null;
        }

        var named = items.Named;
        var file = start with
        {
            ConnectionVariables = items.Connection.ToImmutable(),
            MessageVariables = items.Message.ToImmutable(),
            NonRecipients = tree,
            Recipients = recipients,
            Headers = headers,
        };
        file = WithExtensions(WithTls(WithState(WithOrigin(file, named), named), named), named);
        cursor.Error ??= named.Error;
        return named.Error is null ? file : null;
    }

    private static SpoolHeaderFile WithOrigin(SpoolHeaderFile file, SpoolItems items) => file with
    {
        ReceivedMicroseconds = items.Microseconds("received_time_usec"),
        HeloName = items.Text("helo_name"),
        HostAddress = items.EndPoint("host_address"),
        HostName = items.Text("host_name"),
        HostAuthenticator = items.Text("host_auth"),
        InterfaceAddress = items.EndPoint("interface_address"),
        ActiveHostName = items.Text("active_hostname"),
        Ident = items.Text("ident"),
        ReceivedProtocol = items.Text("received_protocol"),
        WireFormat = items.Flag("spool_file_wireformat"),
        BodyLineCount = items.Int("body_linecount"),
        MaxReceivedLineLength = items.Int("max_received_linelength"),
        BodyZeroCount = items.Int("body_zerocount"),
    };

    private static SpoolHeaderFile WithState(SpoolHeaderFile file, SpoolItems items) => file with
    {
        AuthenticatedId = items.Text("auth_id"),
        AuthenticatedSender = items.Text("auth_sender"),
        AllowUnqualifiedRecipient = items.Flag("allow_unqualified_recipient"),
        AllowUnqualifiedSender = items.Flag("allow_unqualified_sender"),
        FirstDelivery = items.Flag("deliver_firsttime"),
        FrozenSince = items.Number("frozen", long.MaxValue),
        DontDeliver = items.Flag("N"),
        HostLookupDeferred = items.Flag("host_lookup_deferred"),
        HostLookupFailed = items.Flag("host_lookup_failed"),
        SenderLocal = items.Flag("local"),
        LocalError = items.Flag("localerror"),
        LocalScanData = items.Text("local_scan"),
        SpamBar = items.Text("spam_bar"),
        SpamScore = items.Text("spam_score"),
        SpamScoreInt = items.Text("spam_score_int"),
        ManualThaw = items.Flag("manual_thaw"),
        SenderSetByUntrusted = items.Flag("sender_set_untrusted"),
        BmiVerdicts = items.Text("bmi_verdicts"),
    };

    private static SpoolHeaderFile WithTls(SpoolHeaderFile file, SpoolItems items) => file with
    {
        TlsCertificateVerified = items.Flag("tls_certificate_verified"),
        TlsCipher = items.Text("tls_cipher"),
        TlsPeerCertificate = items.Text("tls_peercert") is { } peer ? SpoolText.UnescapeLines(peer) : null,
        TlsOurCertificate = items.Text("tls_ourcert") is { } own ? SpoolText.UnescapeLines(own) : null,
        TlsPeerDn = items.Text("tls_peerdn") is { } name ? SpoolText.UnescapePrinting(name) : null,
        TlsServerName = items.Text("tls_sni") is { } server ? SpoolText.UnescapePrinting(server) : null,
        TlsOcsp = items.Int("tls_ocsp"),
        RequireTls = items.Hex("tls_requiretls"),
    };

    private static SpoolHeaderFile WithExtensions(SpoolHeaderFile file, SpoolItems items) => file with
    {
        SmtpUtf8 = items.Flag("smtputf8"),
        Utf8Conversion = items.Flag("utf8_downcvt") ? SpoolUtf8Conversion.Always
            : items.Flag("utf8_optdowncvt") ? SpoolUtf8Conversion.WhenNeeded
            : SpoolUtf8Conversion.None,
        DsnEnvelopeId = items.Text("dsn_envid"),
        DsnReturn = (DsnReturn)items.Int("dsn_ret", max: (int)DsnReturn.Headers),
    };
}

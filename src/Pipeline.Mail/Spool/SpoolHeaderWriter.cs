using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Spool;

/// <summary>Writes spool header files in the form of Exim 4.92, which all later readers take.</summary>
public static class SpoolHeaderWriter
{
    private const int MaxOwnerName = 63;

    public static void Write(SpoolHeaderFile file, IBufferWriter<byte> output)
    {
        Line(output, $"{file.MessageId}-H");
        var owner = SpoolText.OneLine(file.OwnerName);
        Line(output, $"{owner[..Math.Min(owner.Length, MaxOwnerName)]} {file.OwnerUserId} {file.OwnerGroupId}");
        Line(output, $"<{SpoolText.OneLine(file.Sender)}>");
        Line(output, $"{file.ReceivedSeconds} {file.WarningCount}");
        WriteOrigin(file, output);
        WriteBodyFacts(file, output);
        WriteState(file, output);
        WriteTls(file, output);
        WriteExtensions(file, output);
        WriteTree(file.NonRecipients, output);
        Line(output, $"{file.Recipients.Length}");
        foreach (var recipient in file.Recipients)
        {
            WriteRecipient(recipient, output);
        }

        output.Write("\n"u8);
        foreach (var header in file.Headers)
        {
            Octets(output, $"{header.Text.Length:000}{header.Flag} ");
            output.Write(header.Text.Span);
        }
    }

    private static void WriteOrigin(SpoolHeaderFile file, IBufferWriter<byte> output)
    {
        Line(output, $"-received_time_usec .{file.ReceivedMicroseconds:000000}");
        Item(output, "helo_name", file.HeloName);
        if (file.HostAddress is not null)
        {
            Item(output, "host_address", SpoolAddress.Format(file.HostAddress));
            Item(output, "host_name", file.HostName);
            Item(output, "host_auth", file.HostAuthenticator);
        }

        Item(output, "interface_address", file.InterfaceAddress is null ? null : SpoolAddress.Format(file.InterfaceAddress));
        Item(output, "active_hostname", file.ActiveHostName);
        Item(output, "ident", file.Ident);
        Item(output, "received_protocol", file.ReceivedProtocol);
        Variables(output, "aclc", file.ConnectionVariables);
        Variables(output, "aclm", file.MessageVariables);
    }

    private static void WriteBodyFacts(SpoolHeaderFile file, IBufferWriter<byte> output)
    {
        Flag(output, "spool_file_wireformat", file.WireFormat);
        if (!file.WireFormat)
        {
            Line(output, $"-body_linecount {file.BodyLineCount}");
        }

        Line(output, $"-max_received_linelength {file.MaxReceivedLineLength}");
        if (file.BodyZeroCount > 0)
        {
            Line(output, $"-body_zerocount {file.BodyZeroCount}");
        }
    }

    private static void WriteState(SpoolHeaderFile file, IBufferWriter<byte> output)
    {
        Item(output, "auth_id", file.AuthenticatedId);
        Item(output, "auth_sender", file.AuthenticatedSender);
        Flag(output, "allow_unqualified_recipient", file.AllowUnqualifiedRecipient);
        Flag(output, "allow_unqualified_sender", file.AllowUnqualifiedSender);
        Flag(output, "deliver_firsttime", file.FirstDelivery);
        if (file.FrozenSince is { } since)
        {
            Line(output, $"-frozen {since}");
        }

        Flag(output, "N", file.DontDeliver);
        Flag(output, "host_lookup_deferred", file.HostLookupDeferred);
        Flag(output, "host_lookup_failed", file.HostLookupFailed);
        Flag(output, "local", file.SenderLocal);
        Flag(output, "localerror", file.LocalError);
        Item(output, "local_scan", file.LocalScanData);
        Item(output, "spam_bar", file.SpamBar);
        Item(output, "spam_score", file.SpamScore);
        Item(output, "spam_score_int", file.SpamScoreInt);
        Flag(output, "manual_thaw", file.ManualThaw);
        Flag(output, "sender_set_untrusted", file.SenderSetByUntrusted);
        Item(output, "bmi_verdicts", file.BmiVerdicts);
    }

    private static void WriteTls(SpoolHeaderFile file, IBufferWriter<byte> output)
    {
        Flag(output, "tls_certificate_verified", file.TlsCertificateVerified);
        Item(output, "tls_cipher", file.TlsCipher);
        Item(output, "tls_peercert", file.TlsPeerCertificate is { } peer ? SpoolText.EscapeLines(peer) : null);
        Item(output, "tls_ourcert", file.TlsOurCertificate is { } own ? SpoolText.EscapeLines(own) : null);
        Item(output, "tls_peerdn", file.TlsPeerDn is { } name ? SpoolText.EscapePrinting(name) : null);
        Item(output, "tls_sni", file.TlsServerName is { } server ? SpoolText.EscapePrinting(server) : null);
        if (file.TlsOcsp != 0)
        {
            Line(output, $"-tls_ocsp {file.TlsOcsp}");
        }

        if (file.RequireTls != 0)
        {
            Line(output, $"-tls_requiretls 0x{file.RequireTls:x}");
        }
    }

    private static void WriteExtensions(SpoolHeaderFile file, IBufferWriter<byte> output)
    {
        Flag(output, "smtputf8", file.SmtpUtf8);
        Flag(output, "utf8_downcvt", file.Utf8Conversion == SpoolUtf8Conversion.Always);
        Flag(output, "utf8_optdowncvt", file.Utf8Conversion == SpoolUtf8Conversion.WhenNeeded);
        Item(output, "dsn_envid", file.DsnEnvelopeId);
        if (file.DsnReturn != DsnReturn.Unspecified)
        {
            Line(output, $"-dsn_ret {(int)file.DsnReturn}");
        }
    }

    private static void WriteTree(SpoolTree tree, IBufferWriter<byte> output)
    {
        if (tree.Nodes.IsEmpty)
        {
            output.Write("XX\n"u8);
        }

        foreach (var node in tree.Nodes)
        {
            Line(output, $"{(node.HasLeft ? 'Y' : 'N')}{(node.HasRight ? 'Y' : 'N')} {SpoolText.OneLine(node.Key)}");
        }
    }

    // The short form loses ORCPT when there is no NOTIFY; Exim's does, and readers count on it.
    private static void WriteRecipient(SpoolRecipient recipient, IBufferWriter<byte> output)
    {
        var address = SpoolText.OneLine(recipient.Address);
        if (recipient is { Parent: < 0, ErrorsTo.Length: 0, Notify: DsnNotify.None } && SpoolRecipientParser.IsPlain(address))
        {
            Line(output, $"{address}");
            return;
        }

        var original = SpoolText.OneLine(recipient.OriginalRecipient);
        var errorsTo = SpoolText.OneLine(recipient.ErrorsTo);
        Line(output, $"{address} {original} {original.Length},{(int)recipient.Notify} {errorsTo} {errorsTo.Length},{recipient.Parent}#3");
    }

    private static void Variables(IBufferWriter<byte> output, string kind, ImmutableSortedDictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
        {
            Line(output, $"-{kind} {SpoolText.OneLine(name).Replace(' ', '_')} {value.Length}");
            Octets(output, $"{value}\n");
        }
    }

    private static void Item(IBufferWriter<byte> output, string name, string? value)
    {
        if (value is not null)
        {
            Line(output, $"-{name} {SpoolText.OneLine(value)}");
        }
    }

    private static void Flag(IBufferWriter<byte> output, string name, bool isSet)
    {
        if (isSet)
        {
            Line(output, $"-{name}");
        }
    }

    private static void Line(IBufferWriter<byte> output, FormattableString text)
    {
        Octets(output, text);
        output.Write("\n"u8);
    }

    private static void Octets(IBufferWriter<byte> output, FormattableString text) =>
        Encoding.Latin1.GetBytes(text.ToString(CultureInfo.InvariantCulture), output);
}

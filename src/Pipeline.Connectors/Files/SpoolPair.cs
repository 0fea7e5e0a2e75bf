using System.Collections.Immutable;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Mail.Spool;
using Pipeline.Policy.Expansion;

namespace Pipeline.Connectors.Files;

/// <summary>Makes the header file of a message that is handed over: its envelope, how it came, and its header as stored.</summary>
/// <remarks>Header edits of the transport are not applied: the reader of the pair delivers the message, and makes its own.</remarks>
public static class SpoolPair
{
    /// <summary>Who would own files that this process writes.</summary>
    public static (uint User, uint Group) Owner => Posix.Identity;

    public static string IdOf(DeliveryJob job, QueuefileTransportSettings settings) =>
        settings.ShortMessageId ? SpoolMessageId.Shorten(job.MessageId) : job.MessageId.ToString();

    public static SpoolHeaderFile HeaderOf(DeliveryJob job, QueuefileTransportSettings settings, SpoolDataWriter body)
    {
        var facts = job.Facts ?? new SpoolFacts();
        var received = job.ReceivedAt.ToUniversalTime();
        return new SpoolHeaderFile
        {
            MessageId = IdOf(job, settings),
            OwnerName = Octets(settings.OwnerName)!,
            OwnerUserId = settings.OwnerUserId,
            OwnerGroupId = settings.OwnerGroupId,
            Sender = Octets(job.Sender.ToString())!,
            ReceivedSeconds = received.ToUnixTimeSeconds(),
            ReceivedMicroseconds = (int)(received.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond),
            HeloName = Octets(facts.HeloName),
            HostAddress = facts.Client,
            HostName = Octets(facts.ClientName),
            HostAuthenticator = Octets(facts.ClientAuthenticator),
            InterfaceAddress = facts.Interface,
            ActiveHostName = Octets(facts.ActiveHostName),
            Ident = Octets(facts.Ident),
            ReceivedProtocol = Octets(facts.Protocol),
            ConnectionVariables = facts.ConnectionVariables,
            MessageVariables = facts.MessageVariables,
            WireFormat = !settings.UnixLineEnds,
            BodyLineCount = body.LineCount,
            MaxReceivedLineLength = Math.Max(body.MaxLineLength, LongestLine(job.Content.HeaderBlock.Span)),
            BodyZeroCount = body.ZeroCount,
            AuthenticatedId = Octets(facts.AuthenticatedId),
            AuthenticatedSender = Octets(job.AuthenticatedSender),
            FirstDelivery = true,
            HostLookupDeferred = facts.HostLookupDeferred,
            HostLookupFailed = facts.HostLookupFailed,
            SpamBar = facts.SpamBar,
            SpamScore = facts.SpamScore,
            SpamScoreInt = facts.SpamScoreInt,
            BmiVerdicts = facts.BmiVerdicts,
            TlsCertificateVerified = facts.TlsCertificateVerified,
            TlsCipher = Octets(facts.TlsCipher),
            TlsPeerDn = Octets(facts.TlsPeerDn),
            TlsServerName = Octets(facts.TlsServerName),
            RequireTls = job.RequireTls ? 1 : 0,
            SmtpUtf8 = job.SmtpUtf8,
            DsnEnvelopeId = job.EnvelopeId,
            DsnReturn = job.Return,
            Recipients = [.. job.Recipients.Select(r => new SpoolRecipient(Octets(r.Address.ToString())!, r.Notify, r.OriginalRecipient ?? ""))],
            Headers = Headers(job.Content.HeaderBlock),
        };
    }

    private static ImmutableArray<SpoolHeaderLine> Headers(ReadOnlyMemory<byte> block)
    {
        var headers = ImmutableArray.CreateBuilder<SpoolHeaderLine>();
        var fields = new HeaderFields(block);
        while (fields.MoveNext())
        {
            headers.Add(SpoolHeaderLine.FromWire(fields.CurrentLines.Span));
        }

        return headers.ToImmutable();
    }

    private static int LongestLine(ReadOnlySpan<byte> block)
    {
        var longest = 0;
        while (!block.IsEmpty)
        {
            var end = block.IndexOf("\r\n"u8);
            longest = Math.Max(longest, end < 0 ? block.Length : end);
            block = end < 0 ? default : block[(end + 2)..];
        }

        return longest;
    }

    private static string? Octets(string? text) => text is null ? null : OctetString.FromText(text);
}

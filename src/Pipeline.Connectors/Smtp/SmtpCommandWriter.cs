using System.Buffers;
using System.Globalization;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;

namespace Pipeline.Connectors.Smtp;

/// <summary>Writes the commands of a mail transaction with the parameters that the peer understands.</summary>
internal static class SmtpCommandWriter
{
    /// <summary>What can end a path, a parameter or a command where it stands.</summary>
    private static readonly SearchValues<char> Breaking = SearchValues.Create(
        [.. Enumerable.Range(0, 33).Concat(Enumerable.Range(127, 33)).Select(c => (char)c), '<', '>']);

    private static readonly SearchValues<char> Control = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Concat(Enumerable.Range(127, 33)).Select(c => (char)c)]);

    /// <summary>Whether an address can be written into a command without being taken for anything else.</summary>
    public static bool IsSafe(EnvelopeAddress address)
    {
        var local = address.LocalPart.AsSpan();
        var quoted = local.Length >= 2 && local[0] == '"' && local[^1] == '"';
        return !local.ContainsAny(quoted ? Control : Breaking) && !address.Domain.AsSpan().ContainsAny(Breaking);
    }

    /// <summary>MAIL, with its line end.</summary>
    /// <param name="mailbox">Return path as the peer shall see it; empty for the null path.</param>
    public static void WriteMail(PooledBuffer output, DeliveryJob job, string mailbox, SmtpCapabilities peer, MailParameters parameters)
    {
        output.Append("MAIL FROM:<"u8);
        AppendText(output, mailbox);
        output.Append(">"u8);
        if (peer.Size && parameters.Size is { } size)
        {
            output.Append(" SIZE="u8);
            AppendNumber(output, size);
        }

        if (peer.EightBitMime && job.Body is (BodyType.EightBitMime or BodyType.SevenBit))
        {
            output.Append(job.Body == BodyType.EightBitMime ? " BODY=8BITMIME"u8 : " BODY=7BIT"u8);
        }

        if (parameters.SmtpUtf8)
        {
            output.Append(" SMTPUTF8"u8);
        }

        if (parameters.RequireTls)
        {
            output.Append(" REQUIRETLS"u8);
        }

        if (parameters.Prdr)
        {
            output.Append(" PRDR"u8);
        }

        if (peer.Dsn)
        {
            AppendDsn(output, job);
        }

        if (parameters.AuthenticatedSender is { } sender)
        {
            output.Append(" AUTH="u8);
            AppendText(output, sender.Length == 0 ? "<>" : Xtext.Encode(sender));
        }

        output.Append("\r\n"u8);
    }

    /// <summary>RCPT, with its line end.</summary>
    public static void WriteRcpt(PooledBuffer output, DeliveryRecipient recipient, string mailbox, bool dsn, bool ignoreQuota)
    {
        output.Append("RCPT TO:<"u8);
        AppendText(output, mailbox);
        output.Append(">"u8);
        if (ignoreQuota)
        {
            output.Append(" IGNOREQUOTA"u8);
        }

        if (dsn)
        {
            AppendNotify(output, recipient.Notify);
            if (recipient.OriginalRecipient is { } original && IsParameterValue(original))
            {
                output.Append(" ORCPT="u8);
                AppendText(output, original);
            }
        }

        output.Append("\r\n"u8);
    }

    private static void AppendDsn(PooledBuffer output, DeliveryJob job)
    {
        if (job.Return != DsnReturn.Unspecified)
        {
            output.Append(job.Return == DsnReturn.Headers ? " RET=HDRS"u8 : " RET=FULL"u8);
        }

        if (job.EnvelopeId is { } id && Xtext.IsValid(id))
        {
            output.Append(" ENVID="u8);
            AppendText(output, id);
        }
    }

    private static void AppendNotify(PooledBuffer output, DsnNotify notify)
    {
        if (notify == DsnNotify.None)
        {
            return;
        }

        output.Append(" NOTIFY="u8);
        if (notify.HasFlag(DsnNotify.Never))
        {
            output.Append("NEVER"u8);
            return;
        }

        var first = true;
        Append(DsnNotify.Success, "SUCCESS"u8);
        Append(DsnNotify.Failure, "FAILURE"u8);
        Append(DsnNotify.Delay, "DELAY"u8);

        void Append(DsnNotify flag, ReadOnlySpan<byte> keyword)
        {
            if (notify.HasFlag(flag))
            {
                output.Append(first ? [] : ","u8);
                output.Append(keyword);
                first = false;
            }
        }
    }

    /// <summary>Printable ASCII: what the receiving side let in, looked at again because here it could smuggle in a command.</summary>
    private static bool IsParameterValue(string text) => text.Length is > 0 and <= 510 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static void AppendText(PooledBuffer output, string text)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }

    private static void AppendNumber(PooledBuffer output, long number)
    {
        var span = output.GetSpan(20);
        number.TryFormat(span, out var length, provider: CultureInfo.InvariantCulture);
        output.Advance(length);
    }
}

/// <param name="Size">For SIZE; null when it is not to be sent.</param>
/// <param name="AuthenticatedSender">For AUTH, not encoded; empty for the null address, null when it is not to be sent.</param>
/// <param name="Prdr">Ask for a reply for each recipient.</param>
internal readonly record struct MailParameters(long? Size, bool SmtpUtf8, bool RequireTls, string? AuthenticatedSender, bool Prdr = false);

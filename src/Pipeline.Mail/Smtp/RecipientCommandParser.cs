using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;

namespace Pipeline.Mail.Smtp;

/// <summary>RCPT (RFC 5321 section 4.1.1.3) with NOTIFY and ORCPT (RFC 3461 sections 4.1 and 4.2).</summary>
internal static class RecipientCommandParser
{
    /// <summary>RFC 3461 section 4.2.</summary>
    private const int MaxOriginalRecipient = 500;

    private static readonly SearchValues<byte> AddressTypeOctets = AddressOctets.Set(AddressOctets.Atom + ".", withNonAscii: false);

    public static SmtpCommand Parse(ReadOnlySpan<byte> argument, SmtpGrammar grammar, SmtpExtensions offered, bool smtpUtf8)
    {
        EnvelopeAddressForms forms = PathArgument.WithUtf8(grammar.RecipientForms, smtpUtf8);
        if (PathArgument.Read(
            SmtpVerb.Rcpt, argument, "TO:"u8, forms, grammar.AddressLimits, out EnvelopeAddress address, out ReadOnlySpan<byte> rest) is { } invalid)
        {
            return invalid;
        }

        var notify = DsnNotify.None;
        string? originalRecipient = null;
        bool dsn = (offered & SmtpExtensions.Dsn) != 0;
        var reader = new EsmtpParameterReader(rest);
        EsmtpParameterStatus status;
        while ((status = reader.Read()) == EsmtpParameterStatus.Parameter)
        {
            if (dsn && Ascii.EqualsIgnoreCase(reader.Keyword, "NOTIFY"u8))
            {
                if (notify != DsnNotify.None)
                {
                    return SmtpSyntaxError.Argument(SmtpVerb.Rcpt, "duplicate parameter NOTIFY");
                }

                if (!TryNotify(reader.Value, out notify))
                {
                    return SmtpSyntaxError.Argument(SmtpVerb.Rcpt, "invalid value of parameter NOTIFY");
                }
            }
            else if (dsn && Ascii.EqualsIgnoreCase(reader.Keyword, "ORCPT"u8))
            {
                if (originalRecipient is not null)
                {
                    return SmtpSyntaxError.Argument(SmtpVerb.Rcpt, "duplicate parameter ORCPT");
                }

                originalRecipient = TryOriginalRecipient(reader.Value, smtpUtf8);
                if (originalRecipient is null)
                {
                    return SmtpSyntaxError.Argument(SmtpVerb.Rcpt, "invalid value of parameter ORCPT");
                }
            }
            else
            {
                return SmtpSyntaxError.Parameter(SmtpVerb.Rcpt, Encoding.ASCII.GetString(reader.Keyword));
            }
        }

        if (status == EsmtpParameterStatus.Malformed)
        {
            return SmtpSyntaxError.Argument(SmtpVerb.Rcpt, "malformed parameter after the recipient address");
        }

        return new SmtpCommand.Recipient(address, notify, originalRecipient);
    }

    /// <summary><c>NEVER</c> alone, or a list of SUCCESS, FAILURE and DELAY.</summary>
    private static bool TryNotify(ReadOnlySpan<byte> value, out DsnNotify notify)
    {
        notify = DsnNotify.None;
        if (Ascii.EqualsIgnoreCase(value, "NEVER"u8))
        {
            notify = DsnNotify.Never;
            return true;
        }

        while (true)
        {
            int comma = value.IndexOf((byte)',');
            ReadOnlySpan<byte> word = comma < 0 ? value : value[..comma];
            DsnNotify one = true switch
            {
                _ when Ascii.EqualsIgnoreCase(word, "SUCCESS"u8) => DsnNotify.Success,
                _ when Ascii.EqualsIgnoreCase(word, "FAILURE"u8) => DsnNotify.Failure,
                _ when Ascii.EqualsIgnoreCase(word, "DELAY"u8) => DsnNotify.Delay,
                _ => DsnNotify.None,
            };
            if (one == DsnNotify.None)
            {
                return false;
            }

            notify |= one;
            if (comma < 0)
            {
                return true;
            }

            value = value[(comma + 1)..];
        }
    }

    /// <summary>An address type, a semicolon and xtext; with SMTPUTF8 the value may be plain UTF-8 instead (RFC 6533 section 3).</summary>
    private static string? TryOriginalRecipient(ReadOnlySpan<byte> value, bool smtpUtf8)
    {
        int semicolon = value.IndexOf((byte)';');
        if (value.Length > MaxOriginalRecipient || semicolon <= 0 || value[..semicolon].ContainsAnyExcept(AddressTypeOctets) || !Utf8.IsValid(value))
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(value);
        string address = text[(semicolon + 1)..];
        bool plainUtf8 = smtpUtf8 && !Ascii.IsValid(address) && text.StartsWith("utf-8;", StringComparison.OrdinalIgnoreCase);
        return plainUtf8 || Xtext.TryDecodeText(address, out _) ? text : null;
    }
}

using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;

namespace Pipeline.Mail.Smtp;

/// <summary>MAIL (RFC 5321 section 4.1.1.2) with SIZE, BODY, SMTPUTF8, RET, ENVID, AUTH, PRDR and REQUIRETLS.</summary>
internal static class MailCommandParser
{
    /// <summary>SIZE is <c>1*20DIGIT</c> (RFC 1870 section 3).</summary>
    private const int MaxSizeDigits = 20;

    /// <summary>RFC 3461 section 4.4.</summary>
    private const int MaxEnvelopeId = 100;

    /// <summary>RFC 4954 section 5 lengthens MAIL by this much for AUTH=.</summary>
    private const int MaxAuth = 500;

    public static SmtpCommand Parse(ReadOnlySpan<byte> argument, SmtpGrammar grammar, SmtpExtensions offered)
    {
        // SMTPUTF8 comes behind the address that needs it, so the address is read as if it had been given.
        EnvelopeAddressForms forms = PathArgument.WithUtf8(
            grammar.SenderForms | EnvelopeAddressForms.NullPath, (offered & SmtpExtensions.SmtpUtf8) != 0);
        if (PathArgument.Read(
            SmtpVerb.Mail, argument, "FROM:"u8, forms, grammar.AddressLimits, out EnvelopeAddress sender, out ReadOnlySpan<byte> rest) is { } invalid)
        {
            return invalid;
        }

        var parameters = default(Parameters);
        var reader = new EsmtpParameterReader(rest);
        EsmtpParameterStatus status;
        while ((status = reader.Read()) == EsmtpParameterStatus.Parameter)
        {
            if (parameters.Take(in reader, offered) is { } error)
            {
                return error;
            }
        }

        if (status == EsmtpParameterStatus.Malformed)
        {
            return SmtpSyntaxError.Argument(SmtpVerb.Mail, "malformed parameter after the sender address");
        }

        if (!parameters.SmtpUtf8 && PathArgument.IsInternational(sender, forms))
        {
            return SmtpSyntaxError.Internationalised(SmtpVerb.Mail);
        }

        return new SmtpCommand.Mail(
            sender,
            parameters.Size,
            parameters.Body,
            parameters.SmtpUtf8,
            parameters.Return,
            parameters.EnvelopeId,
            parameters.Auth,
            parameters.Prdr,
            parameters.RequireTls);
    }

    /// <summary>The parameters taken so far. Each may come once; the unset value shows that it has not come.</summary>
    private struct Parameters
    {
        public long? Size;
        public BodyType Body;
        public bool SmtpUtf8;
        public DsnReturn Return;
        public string? EnvelopeId;
        public string? Auth;
        public bool Prdr;
        public bool RequireTls;

        public SmtpCommand.Invalid? Take(in EsmtpParameterReader parameter, SmtpExtensions offered)
        {
            ReadOnlySpan<byte> keyword = parameter.Keyword;
            if (Is(keyword, "SIZE"u8, offered, SmtpExtensions.Size))
            {
                return Size is null ? TakeSize(parameter.Value) : Duplicate("SIZE");
            }

            if (Is(keyword, "BODY"u8, offered, SmtpExtensions.EightBitMime))
            {
                return Body == BodyType.Unspecified ? TakeBody(parameter.Value, offered) : Duplicate("BODY");
            }

            if (Is(keyword, "SMTPUTF8"u8, offered, SmtpExtensions.SmtpUtf8))
            {
                return SmtpUtf8 ? Duplicate("SMTPUTF8") : TakeSmtpUtf8(parameter.HasValue);
            }

            if (Is(keyword, "RET"u8, offered, SmtpExtensions.Dsn))
            {
                return Return == DsnReturn.Unspecified ? TakeReturn(parameter.Value) : Duplicate("RET");
            }

            if (Is(keyword, "ENVID"u8, offered, SmtpExtensions.Dsn))
            {
                return EnvelopeId is null ? TakeEnvelopeId(parameter.Value) : Duplicate("ENVID");
            }

            if (Is(keyword, "AUTH"u8, offered, SmtpExtensions.Auth))
            {
                return Auth is null ? TakeAuth(parameter.Value) : Duplicate("AUTH");
            }

            if (Is(keyword, "PRDR"u8, offered, SmtpExtensions.Prdr))
            {
                return Prdr ? Duplicate("PRDR") : TakePrdr(parameter.HasValue);
            }

            if (Ascii.EqualsIgnoreCase(keyword, "REQUIRETLS"u8))
            {
                return (offered & SmtpExtensions.RequireTls) == 0 ? SmtpSyntaxError.Unadvertised("REQUIRETLS")
                    : RequireTls ? Duplicate("REQUIRETLS")
                    : TakeRequireTls(parameter.HasValue);
            }

            return SmtpSyntaxError.Parameter(SmtpVerb.Mail, Encoding.ASCII.GetString(keyword));
        }

        private SmtpCommand.Invalid? TakeSize(ReadOnlySpan<byte> value)
        {
            if (value.IsEmpty || value.Length > MaxSizeDigits || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                return Bad("SIZE");
            }

            UInt128 size = 0;
            foreach (byte digit in value)
            {
                size = (size * 10) + (uint)(digit - '0');
            }

            Size = size > long.MaxValue ? long.MaxValue : (long)size;
            return null;
        }

        private SmtpCommand.Invalid? TakeBody(ReadOnlySpan<byte> value, SmtpExtensions offered)
        {
            Body = true switch
            {
                _ when Ascii.EqualsIgnoreCase(value, "8BITMIME"u8) => BodyType.EightBitMime,
                _ when Ascii.EqualsIgnoreCase(value, "7BIT"u8) => BodyType.SevenBit,
                _ when offered.HasFlag(SmtpExtensions.BinaryMime) && Ascii.EqualsIgnoreCase(value, "BINARYMIME"u8) => BodyType.BinaryMime,
                _ => BodyType.Unspecified,
            };
            return Body == BodyType.Unspecified ? Bad("BODY") : null;
        }

        private SmtpCommand.Invalid? TakeSmtpUtf8(bool hasValue)
        {
            SmtpUtf8 = true;
            return hasValue ? Bad("SMTPUTF8") : null;
        }

        private SmtpCommand.Invalid? TakePrdr(bool hasValue)
        {
            Prdr = true;
            return hasValue ? Bad("PRDR") : null;
        }

        private SmtpCommand.Invalid? TakeRequireTls(bool hasValue)
        {
            RequireTls = true;
            return hasValue ? Bad("REQUIRETLS") : null;
        }

        private SmtpCommand.Invalid? TakeReturn(ReadOnlySpan<byte> value)
        {
            Return = true switch
            {
                _ when Ascii.EqualsIgnoreCase(value, "FULL"u8) => DsnReturn.Full,
                _ when Ascii.EqualsIgnoreCase(value, "HDRS"u8) => DsnReturn.Headers,
                _ => DsnReturn.Unspecified,
            };
            return Return == DsnReturn.Unspecified ? Bad("RET") : null;
        }

        private SmtpCommand.Invalid? TakeEnvelopeId(ReadOnlySpan<byte> value)
        {
            if (value.Length > MaxEnvelopeId)
            {
                return Bad("ENVID");
            }

            EnvelopeId = Encoding.UTF8.GetString(value);
            return Xtext.TryDecodeText(EnvelopeId, out _) ? null : Bad("ENVID");
        }

        private SmtpCommand.Invalid? TakeAuth(ReadOnlySpan<byte> value)
        {
            if (value.Length > MaxAuth || !Xtext.TryDecodeText(Encoding.UTF8.GetString(value), out string? auth))
            {
                return Bad("AUTH");
            }

            Auth = auth;
            return null;
        }

        private static bool Is(ReadOnlySpan<byte> keyword, ReadOnlySpan<byte> name, SmtpExtensions offered, SmtpExtensions extension) =>
            (offered & extension) != 0 && Ascii.EqualsIgnoreCase(keyword, name);

        private static SmtpCommand.Invalid Bad(string name) => SmtpSyntaxError.Argument(SmtpVerb.Mail, $"invalid value of parameter {name}");

        private static SmtpCommand.Invalid Duplicate(string name) => SmtpSyntaxError.Argument(SmtpVerb.Mail, $"duplicate parameter {name}");
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Mail.Addressing;

/// <summary>Reads the paths of MAIL and RCPT (RFC 5321 section 4.1.2, RFC 6531 section 3.3).</summary>
public static class EnvelopeAddressParser
{
    /// <summary>The reason given when only SMTPUTF8 would have allowed the address (reply 553 5.6.7).</summary>
    public const string NeedsSmtpUtf8 = "address is not ASCII and SMTPUTF8 was not given";

    // Hosts of a source route are read to be dropped; no one has sent more than a few since the 1980s.
    private const int MaxRouteHosts = 16;

    private static readonly SearchValues<byte> DotString = AddressOctets.Set(AddressOctets.Atom + ".", withNonAscii: true);

    private static readonly SearchValues<byte> DomainOctets =
        AddressOctets.Set("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz", withNonAscii: true);

    /// <summary>Reads a path at the start of <paramref name="input"/>; what follows it is not looked at.</summary>
    /// <param name="consumed">Octets of the path, angle brackets and source route included; 0 on failure.</param>
    /// <param name="error">Why it is not a path, fit for a reply.</param>
    public static bool TryParsePath(
        ReadOnlySpan<byte> input,
        EnvelopeAddressForms forms,
        EnvelopeAddressLimits? limits,
        [NotNullWhen(true)] out EnvelopeAddress? address,
        out int consumed,
        [NotNullWhen(false)] out string? error)
    {
        var cursor = new Cursor(input, forms, limits ?? EnvelopeAddressLimits.Default);
        error = cursor.ReadPath(out address);
        consumed = error is null ? cursor.Position : 0;
        return error is null;
    }

    /// <summary>Reads a text that is a mailbox and nothing else, without angle brackets.</summary>
    public static bool TryParseMailbox(
        ReadOnlySpan<byte> input,
        EnvelopeAddressForms forms,
        EnvelopeAddressLimits? limits,
        [NotNullWhen(true)] out EnvelopeAddress? address,
        [NotNullWhen(false)] out string? error)
    {
        var cursor = new Cursor(input, forms, limits ?? EnvelopeAddressLimits.Default);
        error = cursor.ReadMailbox(out address);
        if (error is null && cursor.Position != input.Length)
        {
            address = null;
            error = "address is followed by something else";
        }

        return error is null;
    }

    /// <summary>A text without CR, LF and brackets as a mailbox; for addresses from configuration and expansion.</summary>
    public static bool TryParseMailbox(
        string text, EnvelopeAddressForms forms, [NotNullWhen(true)] out EnvelopeAddress? address, [NotNullWhen(false)] out string? error) =>
        TryParseMailbox(Encoding.UTF8.GetBytes(text), forms, null, out address, out error);

    private ref struct Cursor(ReadOnlySpan<byte> input, EnvelopeAddressForms forms, EnvelopeAddressLimits limits)
    {
        private readonly ReadOnlySpan<byte> _input = input;

        public int Position { get; private set; }

        private readonly bool SmtpUtf8 => (forms & EnvelopeAddressForms.SmtpUtf8) != 0;

        public string? ReadPath(out EnvelopeAddress? address)
        {
            address = null;
            if (!At('<'))
            {
                return (forms & EnvelopeAddressForms.Unbracketed) != 0 ? ReadMailbox(out address) : "address is not in angle brackets";
            }

            Position++;
            if (At('>'))
            {
                Position++;
                address = EnvelopeAddress.Null;
                return (forms & EnvelopeAddressForms.NullPath) != 0 ? null : "address is empty";
            }

            if (SkipRoute() is { } routeError)
            {
                return routeError;
            }

            if (ReadMailbox(out address) is { } error)
            {
                return error;
            }

            if (!At('>'))
            {
                address = null;
                return Position == _input.Length ? "closing angle bracket is missing" : "domain holds a character that is not allowed";
            }

            Position++;
            return null;
        }

        public string? ReadMailbox(out EnvelopeAddress? address)
        {
            address = null;
            var start = Position;
            if ((At('"') ? SkipQuotedString() : SkipDotString()) is { } localError)
            {
                return localError;
            }

            var local = _input[start..Position];
            if (local.Length > limits.LocalPart)
            {
                return $"local part is longer than {limits.LocalPart} octets";
            }

            if (!IsAllowedText(local))
            {
                return SmtpUtf8 ? "local part is not valid UTF-8" : NeedsSmtpUtf8;
            }

            ReadOnlySpan<byte> domain = default;
            if (At('@'))
            {
                Position++;
                if (ReadDomain(out domain) is { } domainError)
                {
                    return domainError;
                }
            }
            else if (!MayBeUnqualified(local))
            {
                return Position == _input.Length || At('>') || At(' ')
                    ? "domain is missing" : "local part holds a character that is not allowed";
            }

            if (Position - start > limits.Mailbox)
            {
                return $"address is longer than {limits.Mailbox} octets";
            }

            address = new EnvelopeAddress(Encoding.UTF8.GetString(local), Encoding.UTF8.GetString(domain));
            return null;
        }

        // A-d-l ":", as in <@relay.example,@other.example:user@host.example>: must be taken and should be ignored (RFC 5321 appendix C).
        private string? SkipRoute()
        {
            for (var hosts = 0; At('@'); hosts++)
            {
                if (hosts == MaxRouteHosts)
                {
                    return "source route has too many hosts";
                }

                Position++;
                if (ReadDomain(out _) is { } error)
                {
                    return error;
                }

                if (At(':'))
                {
                    Position++;
                    return null;
                }

                if (!At(','))
                {
                    return "source route does not end in a colon";
                }

                Position++;
                if (!At('@'))
                {
                    return "source route is malformed";
                }
            }

            return null;
        }

        private string? SkipDotString()
        {
            var rest = _input[Position..];
            var length = rest.IndexOfAnyExcept(DotString);
            var text = length < 0 ? rest : rest[..length];
            if (text.IsEmpty)
            {
                return "local part is missing or malformed";
            }

            if (text[0] == '.' || text[^1] == '.' || text.IndexOf(".."u8) >= 0)
            {
                return "local part has a dot at an end or two in a row";
            }

            Position += text.Length;
            return null;
        }

        private string? SkipQuotedString()
        {
            for (var i = Position + 1; i < _input.Length; i++)
            {
                var octet = _input[i];
                if (octet == '"')
                {
                    Position = i + 1;
                    return null;
                }

                if (octet == '\\')
                {
                    // What is quoted is printable ASCII, also under SMTPUTF8.
                    if (++i == _input.Length || _input[i] is < 32 or > 126)
                    {
                        return "backslash in the local part is not followed by a printable character";
                    }
                }
                else if (octet is < 32 or 127)
                {
                    return "local part holds a control character";
                }
            }

            return "closing quote of the local part is missing";
        }

        private string? ReadDomain(out ReadOnlySpan<byte> domain)
        {
            domain = default;
            var rest = _input[Position..];
            var literal = At('[');
            var length = literal ? rest.IndexOf((byte)']') + 1 : rest.IndexOfAnyExcept(DomainOctets);
            if (literal && length == 0)
            {
                return "closing bracket of the address literal is missing";
            }

            var text = length < 0 ? rest : rest[..length];
            if (text.Length > limits.Domain)
            {
                return $"domain is longer than {limits.Domain} octets";
            }

            if (literal ? !AddressLiteral.TryParse(text, out _) : !DomainName.IsValid(text, SmtpUtf8))
            {
                return text.IsEmpty ? "domain is missing"
                    : literal ? "address literal is malformed"
                    : !SmtpUtf8 && !Ascii.IsValid(text) ? NeedsSmtpUtf8
                    : "domain is malformed";
            }

            Position += text.Length;
            domain = text;
            return null;
        }

        private readonly bool MayBeUnqualified(ReadOnlySpan<byte> local) =>
            (forms & EnvelopeAddressForms.Unqualified) != 0
            || ((forms & EnvelopeAddressForms.Postmaster) != 0 && Ascii.EqualsIgnoreCase(local, "postmaster"u8));

        private readonly bool IsAllowedText(ReadOnlySpan<byte> text) =>
            Ascii.IsValid(text) || (SmtpUtf8 && Utf8.IsValid(text) && !AddressOctets.HasC1Control(text));

        private readonly bool At(char expected) => Position < _input.Length && _input[Position] == expected;
    }
}

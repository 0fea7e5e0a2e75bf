using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Mail.Addressing;

/// <summary>Reads the paths of MAIL and RCPT (RFC 5321 section 4.1.2, RFC 6531 section 3.3), and says in Exim's words why a text is none.</summary>
/// <remarks>
/// Taken beyond the grammar, as Exim does: a mailbox without angle brackets, which old clients send, and dots in a row or at an end of a local part,
/// which docomo.ne.jp and au gave out.
/// </remarks>
public static class EnvelopeAddressParser
{
    /// <summary>The reason given when only SMTPUTF8 would have allowed the address (reply 553 5.6.7).</summary>
    public const string NeedsSmtpUtf8 = "address is not ASCII and SMTPUTF8 was not given";

    private const string NoDomain = "domain missing or malformed";
    private const string NoLocalPart = "missing or malformed local part";

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

    /// <summary>Reads a text that is a path and nothing else.</summary>
    public static bool TryParseWhole(
        string text, EnvelopeAddressForms forms, [NotNullWhen(true)] out EnvelopeAddress? address, [NotNullWhen(false)] out string? error)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        if (TryParsePath(octets, forms, null, out address, out var consumed, out error) && consumed != octets.Length)
        {
            address = null;
            error = MayNotFollow(octets, consumed);
        }

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
            error = MayNotFollow(input, cursor.Position);
        }

        return error is null;
    }

    /// <summary>A text without CR, LF and brackets as a mailbox; for addresses from configuration and expansion.</summary>
    public static bool TryParseMailbox(
        string text, EnvelopeAddressForms forms, [NotNullWhen(true)] out EnvelopeAddress? address, [NotNullWhen(false)] out string? error) =>
        TryParseMailbox(Encoding.UTF8.GetBytes(text), forms, null, out address, out error);

    /// <summary>What is said of a text with something behind the address that ends at <paramref name="end"/>; blanks there belong to the address.</summary>
    internal static string MayNotFollow(ReadOnlySpan<byte> text, int end)
    {
        var rest = text[end..].TrimStart(" \t"u8);
        return $"malformed address: {Encoding.UTF8.GetString(rest)} may not follow {Encoding.UTF8.GetString(text[..^rest.Length])}";
    }

    private ref struct Cursor(ReadOnlySpan<byte> input, EnvelopeAddressForms forms, EnvelopeAddressLimits limits)
    {
        private readonly ReadOnlySpan<byte> _input = input;
        private bool _isBracketed;

        public int Position { get; private set; }

        private readonly bool SmtpUtf8 => (forms & EnvelopeAddressForms.SmtpUtf8) != 0;

        private readonly bool Utf8Domain => (forms & (EnvelopeAddressForms.SmtpUtf8 | EnvelopeAddressForms.Utf8Domain)) != 0;

        public string? ReadPath(out EnvelopeAddress? address)
        {
            var brackets = OpenBrackets();
            if (brackets == 0)
            {
                return ReadMailbox(out address);
            }

            _isBracketed = true;
            address = null;
            if (At('>'))
            {
                Position++;
                address = EnvelopeAddress.Null;
                return (forms & EnvelopeAddressForms.NullPath) == 0 ? NoLocalPart : Close(brackets - 1);
            }

            var problem = SkipRoute() ?? ReadMailbox(out address) ?? Close(brackets);
            address = problem is null ? address : null;
            return problem;
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
            else if (Position < _input.Length && !(_isBracketed ? At('>') : At(' ') || At('\t')))
            {
                return $"\"@\" or \".\" expected after \"{Encoding.UTF8.GetString(local)}\"";
            }
            else if ((forms & EnvelopeAddressForms.Unqualified) == 0)
            {
                return NoDomain;
            }

            if (Position - start > limits.Mailbox)
            {
                return $"address is longer than {limits.Mailbox} octets";
            }

            address = new EnvelopeAddress(Encoding.UTF8.GetString(local), Encoding.UTF8.GetString(domain));
            return null;
        }

        private int OpenBrackets()
        {
            var start = Position;
            while (At('<') && (Position == start || (forms & EnvelopeAddressForms.ExcessBrackets) != 0))
            {
                Position++;
            }

            return Position - start;
        }

        /// <summary>As many brackets close as have been opened.</summary>
        private string? Close(int brackets)
        {
            for (; brackets > 0; brackets--)
            {
                if (!At('>'))
                {
                    return HasNoBracket() ? "'>' missing at end of address" : MayNotFollow(_input, Position);
                }

                Position++;
            }

            return null;
        }

        private readonly bool HasNoBracket() => _input[Position..].IndexOf((byte)'>') < 0;

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
                    return "no local part";
                }

                Position++;
                if (!At('@'))
                {
                    return "colon expected after route list";
                }
            }

            return null;
        }

        private string? SkipDotString()
        {
            var length = _input[Position..].IndexOfAnyExcept(DotString);
            length = length < 0 ? _input.Length - Position : length;
            Position += length;
            return length == 0 ? NoLocalPart : null;
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

            return "unmatched doublequote in local part";
        }

        private string? ReadDomain(out ReadOnlySpan<byte> domain)
        {
            domain = default;
            if (At('['))
            {
                return ReadLiteral(out domain);
            }

            var rest = _input[Position..];
            var length = rest.IndexOfAnyExcept(DomainOctets);
            var text = length < 0 ? rest : rest[..length];
            if (text.Length > limits.Domain)
            {
                return $"domain is longer than {limits.Domain} octets";
            }

            domain = (forms & EnvelopeAddressForms.FinalDot) != 0 && text.EndsWith("."u8) ? text[..^1] : text;
            if (!DomainName.IsValid(domain, Utf8Domain))
            {
                return !Utf8Domain && !Ascii.IsValid(text) ? NeedsSmtpUtf8 : NoDomain;
            }

            Position += text.Length;
            return null;
        }

        private string? ReadLiteral(out ReadOnlySpan<byte> literal)
        {
            literal = default;
            if ((forms & EnvelopeAddressForms.AddressLiteral) == 0)
            {
                return "domain literals not allowed";
            }

            var rest = _input[Position..];
            var text = rest[..(rest.IndexOf((byte)']') + 1)];
            if (!AddressLiteral.TryParse(text, out _))
            {
                return "malformed domain literal";
            }

            Position += text.Length;
            literal = text;
            return null;
        }

        private readonly bool IsAllowedText(ReadOnlySpan<byte> text) =>
            Ascii.IsValid(text) || (SmtpUtf8 && Utf8.IsValid(text) && !AddressOctets.HasC1Control(text));

        private readonly bool At(char expected) => Position < _input.Length && _input[Position] == expected;
    }
}

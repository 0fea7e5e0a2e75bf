using System.Text;
using Pipeline.Mail.Sasl;

namespace Pipeline.Mail.Smtp;

/// <summary>AUTH (RFC 4954 section 4), <c>AUTH mechanism [initial-response]</c>, and the lines with which a client answers challenges.</summary>
internal static class AuthCommandParser
{
    /// <summary>Mechanisms have 20 octets at most (RFC 4422 section 3.1); names of a configuration may be longer.</summary>
    private const int MaxMechanism = 64;

    public static SmtpCommand Parse(ReadOnlySpan<byte> argument)
    {
        int end = argument.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> mechanism = end < 0 ? argument : argument[..end];
        if (mechanism.IsEmpty)
        {
            return SmtpSyntaxError.Argument(SmtpVerb.Auth, "AUTH requires an argument");
        }

        if (mechanism.Length > MaxMechanism || mechanism.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return SmtpSyntaxError.Argument(SmtpVerb.Auth, "invalid name of a mechanism");
        }

        string name = Encoding.ASCII.GetString(mechanism);
        ReadOnlySpan<byte> response = argument[mechanism.Length..].TrimStart(" \t"u8);
        if (response.IsEmpty)
        {
            return new SmtpCommand.Authenticate(name, null);
        }

        // A response without octets would look like none.
        if (response.SequenceEqual("="u8))
        {
            return new SmtpCommand.Authenticate(name, []);
        }

        return SaslBase64.TryDecode(response, out byte[]? octets) ? new SmtpCommand.Authenticate(name, octets) : SmtpSyntaxError.Base64;
    }

    /// <param name="line">The line without its line end.</param>
    public static SmtpCommand ParseResponse(ReadOnlySpan<byte> line)
    {
        if (line.Length + 2 > SmtpCommandLineLimit.Auth)
        {
            return SmtpSyntaxError.AuthLineTooLong;
        }

        if (line.SequenceEqual("*"u8))
        {
            return new SmtpCommand.AuthenticationResponse(null);
        }

        return SaslBase64.TryDecode(line, out byte[]? octets) ? new SmtpCommand.AuthenticationResponse(octets) : SmtpSyntaxError.Base64;
    }
}

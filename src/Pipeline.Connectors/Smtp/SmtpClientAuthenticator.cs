using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Smtp;

/// <summary>AUTH from the client's side (RFC 4954): mechanisms that send texts (PLAIN, LOGIN), and CRAM-MD5 (RFC 2195).</summary>
internal static class SmtpClientAuthenticator
{
    private const int MaxSteps = 8;

    /// <summary>The first of the credentials whose mechanism the peer offers.</summary>
    public static SmtpCredential? Choose(SmtpClientAuthentication authentication, SmtpCapabilities peer)
    {
        foreach (var credential in authentication.Credentials)
        {
            if (peer.Mechanisms.Contains(credential.Mechanism, StringComparer.OrdinalIgnoreCase) && CanUse(credential))
            {
                return credential;
            }
        }

        return null;
    }

    /// <returns>Null once the peer is content; otherwise why not.</returns>
    public static async ValueTask<DeliveryFailure?> AuthenticateAsync(SmtpClientConnection connection, SmtpPeer peer, SmtpCredential credential, TimeSpan timeout)
    {
        var command = $"AUTH {credential.Mechanism}";

        // What was sent is a secret and stays out of every text.
        var shown = $"{command} ****";
        var step = 1;
        if (!IsCramMd5(credential) && credential.Sends is [{ IsEmpty: false } initial, ..])
        {
            command += " " + Encode(initial);
        }

        for (var exchange = 0; exchange < MaxSteps; exchange++)
        {
            var status = await connection.WriteAsync(Encoding.Latin1.GetBytes(command + "\r\n"), timeout);
            status = status == SmtpIoStatus.Ok ? await connection.ReadReplyAsync(timeout) : status;
            if (status != SmtpIoStatus.Ok)
            {
                return peer.Silence(status, shown, connection.Reply.Problem, hostWide: true);
            }

            if (connection.Reply.Code / 100 == 2)
            {
                return null;
            }

            if (connection.Reply.Code != 334)
            {
                return peer.Failure(
                    FailureClass.AuthFailed, $"SMTP error from remote mail server after {shown}: {connection.Reply.ToReply()}", connection.Reply.ToReply(), hostWide: true);
            }

            if (NextResponse(credential, step++, connection.Reply.Text) is not { } response)
            {
                // RFC 4954 section 4: a lone asterisk ends the exchange; the peer must answer 501.
                await connection.WriteAsync("*\r\n"u8.ToArray(), timeout);
                await connection.ReadReplyAsync(timeout);
                return peer.Failure(FailureClass.AuthFailed, $"unexpected challenge from remote mail server after {shown}", hostWide: true);
            }

            command = response;
        }

        return peer.Failure(FailureClass.AuthFailed, $"too many challenges from remote mail server after {shown}", hostWide: true);
    }

    private static bool IsCramMd5(SmtpCredential credential) => string.Equals(credential.Mechanism, "CRAM-MD5", StringComparison.OrdinalIgnoreCase);

    private static bool CanUse(SmtpCredential credential) => IsCramMd5(credential) ? credential.UserName is not null : !credential.Sends.IsDefaultOrEmpty;

    private static string? NextResponse(SmtpCredential credential, int step, ReadOnlySpan<byte> challenge)
    {
        if (!IsCramMd5(credential))
        {
            return step < credential.Sends.Length ? Encode(credential.Sends[step]) : null;
        }

        return step == 1 && TryDecode(challenge, out var decoded) ? Convert.ToBase64String(RespondToCramMd5(credential, decoded)) : null;
    }

    private static byte[] RespondToCramMd5(SmtpCredential credential, byte[] challenge)
    {
        // HMAC-MD5 is what the mechanism is; collisions of MD5 do not break it, and peers that offer nothing else exist.
#pragma warning disable CA5351
        var digest = HMACMD5.HashData(Octets(credential.Password.Value ?? ""), challenge);
#pragma warning restore CA5351
        return [.. Octets(credential.UserName ?? ""), (byte)' ', .. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(digest))];
    }

    private static bool TryDecode(ReadOnlySpan<byte> text, out byte[] decoded)
    {
        var line = text[..Math.Max(text.IndexOf((byte)'\n'), 0)].Trim((byte)' ');
        decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(line.Length)];
        var status = Base64.DecodeFromUtf8(line, decoded, out _, out var written);
        decoded = decoded[..written];
        return status == System.Buffers.OperationStatus.Done;
    }

    private static string Encode(Secret text) => Convert.ToBase64String(Octets(text.Value ?? ""));

    /// <summary>Expanded strings hold one char per octet; one that holds more is a text that came in as such.</summary>
    private static byte[] Octets(string text) =>
        text.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF') ? Encoding.UTF8.GetBytes(text) : Encoding.Latin1.GetBytes(text);
}

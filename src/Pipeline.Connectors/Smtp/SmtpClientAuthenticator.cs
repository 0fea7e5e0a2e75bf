using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Sasl;
using Pipeline.Policy.Authentication;

namespace Pipeline.Connectors.Smtp;

/// <summary>What came of trying to authenticate.</summary>
/// <param name="As">Who we are to the peer, for the log; null without authentication.</param>
/// <param name="Failure">Why there is no session; null when there is one, authenticated or not.</param>
/// <param name="Broken">Nothing more can be said on the connection.</param>
internal readonly record struct SmtpAuthentication(string? As, DeliveryFailure? Failure = null, bool Broken = false);

/// <summary>AUTH from the client's side (RFC 4954): goes through the authenticators until the peer is content with one.</summary>
/// <remarks>
/// Exim specification, "Authentication by an Exim client": a permanent refusal, and an expansion that is forced to fail, lead to the next
/// authenticator; a temporary one, a timeout and an expansion that fails end the talk with this host.
/// </remarks>
internal sealed class SmtpClientAuthenticator(
    SmtpClientConnection connection, SmtpPeer peer, SmtpClientAuthentication authentication, AuthenticationPeer facts, TimeSpan timeout)
{
    /// <summary>No list of texts in a configuration is as long as this.</summary>
    private const int MaxChallenges = 20;

    private enum AttemptEnd
    {
        Authenticated = 0,

        /// <summary>The next authenticator may do better.</summary>
        Refused,

        /// <summary>This one is not for this peer.</summary>
        Passed,

        /// <summary>Another time, or another host.</summary>
        Deferred,

        /// <summary>The connection is of no use any more.</summary>
        Broken,
    }

    private DeliveryFailure? _failure;
    private string? _as;

    /// <param name="offered">The mechanisms that the peer offers.</param>
    /// <param name="required">Without authentication there is no session.</param>
    public async ValueTask<SmtpAuthentication> RunAsync(IReadOnlyCollection<string> offered, bool required, CancellationToken cancellationToken)
    {
        var why = offered.Count == 0 ? "server did not advertise AUTH support" : "no common mechanisms were found";
        foreach (var authenticator in authentication.Authenticators)
        {
            if (!offered.Contains(authenticator.Mechanism, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            switch (await TryAsync(authenticator, cancellationToken))
            {
                case AttemptEnd.Authenticated:
                    return new SmtpAuthentication(_as);
                case AttemptEnd.Refused:
                    why = "authentication attempt(s) failed";
                    break;
                case AttemptEnd.Deferred:
                    return new SmtpAuthentication(null, _failure);
                case AttemptEnd.Broken:
                    return new SmtpAuthentication(null, _failure, Broken: true);
            }
        }

        return new SmtpAuthentication(null, !required ? null : peer.Failure(
            FailureClass.AuthFailed, $"authentication required but {why}", _failure?.Reply, hostWide: true));
    }

    private async ValueTask<AttemptEnd> TryAsync(ClientAuthenticator authenticator, CancellationToken cancellationToken)
    {
        if (await authenticator.BeginAsync(facts, cancellationToken) is not { } exchange)
        {
            return AttemptEnd.Passed;
        }

        // What is sent is a secret and stays out of every text.
        var shown = $"AUTH {authenticator.Mechanism} ****";
        var step = await exchange.BeginAsync(cancellationToken);
        if (step is not ClientStep.Send first)
        {
            return GiveUp(authenticator, step);
        }

        var line = $"AUTH {authenticator.Mechanism}" + (first.Octets switch { null => "", [] => " =", var octets => " " + SaslBase64.Encode(octets) });
        for (var challenge = 0; ; challenge++)
        {
            var status = await SayAsync(line);
            if (status != SmtpIoStatus.Ok)
            {
                _failure = peer.Silence(status, shown, connection.Reply.Problem, hostWide: true);
                return AttemptEnd.Broken;
            }

            var code = connection.Reply.Code;
            if (code / 100 == 2)
            {
                _as = await exchange.DescribeAsync(cancellationToken);
                return AttemptEnd.Authenticated;
            }

            if (code != 334)
            {
                return Refused(authenticator, shown);
            }

            step = challenge < MaxChallenges
                ? await exchange.RespondAsync(Challenge(connection.Reply.Text), cancellationToken)
                : new ClientStep.Fail("too many challenges");
            if (step is not ClientStep.Send { Octets: var response })
            {
                // RFC 4954 section 4: a lone asterisk ends the exchange; the peer must answer 501.
                status = await SayAsync("*");
                var end = GiveUp(authenticator, step);
                return status == SmtpIoStatus.Ok ? end : AttemptEnd.Broken;
            }

            line = SaslBase64.Encode(response);
        }
    }

    private async ValueTask<SmtpIoStatus> SayAsync(string line)
    {
        var status = await connection.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), timeout);
        return status == SmtpIoStatus.Ok ? await connection.ReadReplyAsync(timeout) : status;
    }

    private AttemptEnd Refused(ClientAuthenticator authenticator, string shown)
    {
        var reply = connection.Reply.ToReply();
        _failure = peer.Failure(FailureClass.AuthFailed, $"SMTP error from remote mail server after {shown}: {reply}", reply, hostWide: true);
        if (!reply.IsPermanent)
        {
            return AttemptEnd.Deferred;
        }

        authenticator.LogFailure(facts, reply.ToString());
        return AttemptEnd.Refused;
    }

    private AttemptEnd GiveUp(ClientAuthenticator authenticator, ClientStep step)
    {
        if (step is not ClientStep.Fail fail)
        {
            return AttemptEnd.Passed;
        }

        _failure = peer.Failure(
            FailureClass.AuthFailed, $"authentication by {authenticator.Name} authenticator could not be done", detail: fail.Reason, hostWide: true);
        return AttemptEnd.Deferred;
    }

    /// <summary>The text behind the code, decoded; null when it is not BASE64.</summary>
    private static byte[]? Challenge(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        return SaslBase64.TryDecode((end < 0 ? text : text[..end]).Trim((byte)' '), out var octets) ? octets : null;
    }
}

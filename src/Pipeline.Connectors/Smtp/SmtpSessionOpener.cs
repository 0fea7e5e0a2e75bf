using System.Net.Sockets;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tls;

namespace Pipeline.Connectors.Smtp;

/// <summary>Opens sessions: connection, greeting, EHLO, TLS, authentication.</summary>
internal sealed class SmtpSessionOpener(CertificateFiles files, TimeProvider timeProvider, Random random)
{
    private readonly SmtpConnector _connector = new(timeProvider, random);
    private readonly EarlyPipelining _early = new(timeProvider);

    public async ValueTask<SmtpOpening> OpenAsync(SmtpTransportSettings settings, SmtpConnectionKey key, CancellationToken cancellationToken)
    {
        var opening = await OpenOnceAsync(settings, key, tryTls: true, cancellationToken);
        var mayTryClear = opening.TlsFailed && key.TemporaryFailureTryClear && !key.Policy.RequireTls && !key.Policy.VerifyCertificate
            && key.Dialect != SmtpDialect.Smtps;
        return mayTryClear ? await OpenOnceAsync(settings, key, tryTls: false, cancellationToken) : opening;
    }

    private async ValueTask<SmtpOpening> OpenOnceAsync(SmtpTransportSettings settings, SmtpConnectionKey key, bool tryTls, CancellationToken cancellationToken)
    {
        var peer = new SmtpPeer(key.Host, key.EndPoint);
        var (socket, failure) = await _connector.ConnectAsync(settings, key, peer, cancellationToken);
        if (socket is null)
        {
            return SmtpOpening.Failed(failure!);
        }

        var opening = await OpenOverAsync(socket, settings, key, peer, tryTls, cancellationToken);

        // What it offered once it does not take any more: in its own time it may.
        return opening.WasTooEarly ? await OpenOnceAsync(settings, key, tryTls, cancellationToken) : opening;
    }

    /// <summary>Opens a session over a connection that is there.</summary>
    /// <param name="socket">Owned from here on.</param>
    public async ValueTask<SmtpOpening> OpenOverAsync(
        Socket socket, SmtpTransportSettings settings, SmtpConnectionKey key, SmtpPeer peer, bool tryTls, CancellationToken cancellationToken)
    {
        var connection = new SmtpClientConnection(socket, timeProvider);
        await using var abort = connection.AbortWhen(cancellationToken);
        var handshake = new Handshake(settings, key, peer, connection, files, timeProvider, _early);
        var opening = await handshake.RunAsync(tryTls, cancellationToken);
        if (opening.Session is null)
        {
            await handshake.LeaveAsync();
        }

        return opening with { WasTooEarly = handshake.WasTooEarly };
    }

    /// <summary>The talk before the first message.</summary>
    private sealed class Handshake(
        SmtpTransportSettings settings, SmtpConnectionKey key, SmtpPeer peer, SmtpClientConnection connection, CertificateFiles files, TimeProvider time, EarlyPipelining early)
    {
        private SmtpCapabilities _capabilities = SmtpCapabilities.None;
        private SmtpClientTls? _tls;
        private string _name = "";
        private bool _broken;
        private bool _saidEarly;

        /// <summary>EHLO was said before the banner, and no good banner came. That is forgotten, so that it happens once.</summary>
        public bool WasTooEarly { get; private set; }

        private string Hello => $"{(key.Dialect == SmtpDialect.Lmtp ? "LHLO" : "EHLO")} {_name}";

        private TimeSpan Timeout => settings.CommandTimeout;

        private string? Cipher => connection.Tls is { } tls ? SmtpClientTls.Describe(tls) : null;

        public async ValueTask<SmtpOpening> RunAsync(bool tryTls, CancellationToken cancellationToken)
        {
            (_name, var problem) = await settings.HeloData.ForAsync(key.Host, key.EndPoint, connection.LocalEndPoint, cancellationToken);
            if (problem is not null)
            {
                return SmtpOpening.Failed(peer.Failure(FailureClass.Local, "local configuration error", detail: problem));
            }

            if (key.Dialect == SmtpDialect.Smtps && await StartTlsAsync("TLS connection") is { } noTls)
            {
                return noTls;
            }

            if (await GreetAsync() is { } failure)
            {
                return SmtpOpening.Failed(failure);
            }

            if (_tls is null && await UpgradeAsync(tryTls) is { } notUpgraded)
            {
                return notUpgraded;
            }

            var authentication = await AuthenticateAsync(cancellationToken);
            return authentication.Failure is { } refused
                ? SmtpOpening.Failed(refused)
                : SmtpOpening.Opened(new SmtpSession(key, peer, connection, Usable(key.Policy))
                {
                    Cipher = Cipher,
                    CertificateVerified = _tls?.Verified == true,
                    PeerName = _tls?.PeerCertificate is { } shown ? OctetString.ToText(DistinguishedNameText.Of(shown.SubjectName)) : null,
                    VerifiedByDane = _tls?.VerifiedByDane == true,
                    Authenticator = authentication.As,
                    SaidEarly = _saidEarly,
                });
        }

        /// <summary>What the peer offers, without what the transport's host lists leave unused.</summary>
        private SmtpCapabilities Usable(SmtpPeerPolicy policy) => _capabilities with
        {
            Pipelining = _capabilities.Pipelining && !policy.AvoidPipelining,
            Prdr = _capabilities.Prdr && policy.TryPrdr,
        };

        /// <summary>Takes leave of a peer with which no session came about.</summary>
        public async ValueTask LeaveAsync()
        {
            var rest = new SmtpSession(key, peer, connection, _capabilities) { IsUsable = !_broken };
            await rest.CloseAsync();
        }

        private async ValueTask<DeliveryFailure?> GreetAsync()
        {
            _saidEarly = key.Policy.PipeConnect && !key.Policy.AvoidEsmtp && early.IsTakenBy(key, settings.OfferLasts);
            if (_saidEarly && await connection.WriteAsync(Encoding.ASCII.GetBytes(Hello + "\r\n"), Timeout) is not SmtpIoStatus.Ok and var unsaid)
            {
                return TooEarly(Silence(unsaid, SmtpPeer.InitialConnection));
            }

            var status = await connection.ReadReplyAsync(Timeout);
            if (status != SmtpIoStatus.Ok)
            {
                return TooEarly(Silence(status, SmtpPeer.InitialConnection));
            }

            peer.Greeting = connection.Reply.FirstLine();
            if (connection.Reply.Code != 220)
            {
                return TooEarly(Refusal(SmtpPeer.InitialConnection));
            }

            var failure = await SayHelloAsync(isSaid: _saidEarly);
            early.Note(key, failure is null && _capabilities.PipeConnect);
            return failure;
        }

        private DeliveryFailure TooEarly(DeliveryFailure failure)
        {
            if (_saidEarly)
            {
                early.Note(key, offered: false);
                WasTooEarly = true;
            }

            return failure;
        }

        /// <param name="isSaid">It only has to be answered.</param>
        private async ValueTask<DeliveryFailure?> SayHelloAsync(bool isSaid = false)
        {
            if (key.Dialect == SmtpDialect.Lmtp || !key.Policy.AvoidEsmtp)
            {
                var command = Hello;
                if (await (isSaid ? HearAsync(command) : AskAsync(command)) is { } lost)
                {
                    return lost;
                }

                peer.HeloResponse = connection.Reply.FirstLine();
                if (connection.Reply.Code / 100 == 2)
                {
                    _capabilities = SmtpCapabilities.Parse(connection.Reply.Text);
                    return null;
                }

                // RFC 5321 section 3.2: a server of before ESMTP does not know EHLO.
                if (key.Dialect == SmtpDialect.Lmtp || connection.Reply.Code / 100 != 5)
                {
                    return Refusal(command);
                }
            }

            var helo = $"HELO {_name}";
            if (await AskAsync(helo) is { } failure)
            {
                return failure;
            }

            peer.HeloResponse = connection.Reply.FirstLine();
            _capabilities = SmtpCapabilities.None;
            return connection.Reply.Code / 100 == 2 ? null : Refusal(helo);
        }

        private async ValueTask<SmtpOpening?> UpgradeAsync(bool tryTls)
        {
            if (!_capabilities.StartTls || key.Policy.AvoidTls)
            {
                return key.Policy.RequireTls
                    ? SmtpOpening.Failed(peer.Failure(
                        FailureClass.TlsRequired, "a TLS session is required, but the server did not offer TLS support", hostWide: true))
                    : null;
            }

            if (!tryTls)
            {
                return null;
            }

            if (await AskAsync("STARTTLS") is { } lost)
            {
                return SmtpOpening.Failed(lost, tlsFailed: true);
            }

            if (connection.Reply.Code / 100 != 2)
            {
                var reply = connection.Reply.ToReply();
                return SmtpOpening.Failed(
                    peer.Failure(FailureClass.TlsFailed, $"SMTP error from remote mail server after STARTTLS: {reply}", reply, hostWide: true) with { IsPassing = !reply.IsPermanent },
                    tlsFailed: true);
            }

            if (await StartTlsAsync("STARTTLS") is { } failed)
            {
                return failed;
            }

            // RFC 3207 section 4.2: what was said in clear is forgotten.
            return await SayHelloAsync() is { } failure ? SmtpOpening.Failed(failure) : null;
        }

        private async ValueTask<SmtpOpening?> StartTlsAsync(string step)
        {
            _tls = SmtpClientTls.Create(key, files, time, out var problem);
            if (_tls is null)
            {
                return SmtpOpening.Failed(peer.Failure(FailureClass.Local, "TLS is not configured properly", detail: problem, hostWide: true));
            }

            var (status, reason) = await connection.StartTlsAsync(_tls.Options, Timeout);
            if (status == SmtpIoStatus.Ok && (reason = _tls.Fault(connection.Tls!)) is null)
            {
                return null;
            }

            _broken = true;
            if (status == SmtpIoStatus.Cancelled)
            {
                return SmtpOpening.Failed(peer.Silence(status, step));
            }

            var text = key.Policy.RequireTls || key.Policy.VerifyCertificate
                ? "a TLS session is required, but an attempt to start TLS failed"
                : "an attempt to start TLS failed";
            var failure = peer.Failure(FailureClass.TlsFailed, text, detail: status == SmtpIoStatus.Ok ? reason : _tls.Problem ?? reason, hostWide: true);
            return SmtpOpening.Failed(failure with { IsPassing = status is SmtpIoStatus.TimedOut or SmtpIoStatus.Closed }, tlsFailed: true);
        }

        private async ValueTask<SmtpAuthentication> AuthenticateAsync(CancellationToken cancellationToken)
        {
            if (key.EndPoint is not { } endPoint || (!key.Policy.RequireAuthentication && !key.Policy.TryAuthentication))
            {
                return default;
            }

            var facts = new AuthenticationPeer(key.Host, endPoint, Cipher, _tls?.Verified == true) { Certificate = _tls?.PeerCertificate, OurCertificate = _tls?.OurCertificate };
            var result = await new SmtpClientAuthenticator(connection, peer, settings.Authentication, facts, Timeout)
                .RunAsync(_capabilities.Mechanisms, key.Policy.RequireAuthentication, cancellationToken);
            _broken |= result.Broken;
            return result;
        }

        /// <summary>One command and its reply; not null if there is none.</summary>
        private async ValueTask<DeliveryFailure?> AskAsync(string command)
        {
            var status = await connection.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), Timeout);
            return status == SmtpIoStatus.Ok ? await HearAsync(command) : Silence(status, command);
        }

        private async ValueTask<DeliveryFailure?> HearAsync(string command)
        {
            var status = await connection.ReadReplyAsync(Timeout);
            return status == SmtpIoStatus.Ok ? null : Silence(status, command);
        }

        private DeliveryFailure Silence(SmtpIoStatus status, string after)
        {
            _broken = true;
            return peer.Silence(status, after, connection.Reply.Problem, hostWide: true);
        }

        private DeliveryFailure Refusal(string after)
        {
            if (connection.Reply.Code / 100 is 4 or 5)
            {
                return peer.Refusal(connection.Reply.ToReply(), after, FailureClass.Host4xx, hostWide: true);
            }

            return peer.Silence(SmtpIoStatus.Malformed, after, connection.Reply.FirstLine(), hostWide: true);
        }
    }
}

/// <summary>What came of opening a session.</summary>
/// <param name="Session">Null if none.</param>
/// <param name="TlsFailed">TLS was offered and did not work: in clear it might.</param>
internal readonly record struct SmtpOpening(SmtpSession? Session, DeliveryFailure? Failure, bool TlsFailed)
{
    /// <summary>The peer was spoken to before its banner and did not like it: waiting for the banner it may.</summary>
    public bool WasTooEarly { get; init; }

    public static SmtpOpening Opened(SmtpSession session) => new(session, null, false);

    public static SmtpOpening Failed(DeliveryFailure failure, bool tlsFailed = false) => new(null, failure, tlsFailed);
}

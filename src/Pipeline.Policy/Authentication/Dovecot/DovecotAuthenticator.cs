using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Pipeline.Mail.Sasl;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Authentication.Dovecot;

/// <summary><c>driver = dovecot</c>: Dovecot's authentication server decides, by any mechanism that it offers; <c>$auth1</c> is the user it names.</summary>
public sealed class DovecotAuthenticator : AuthenticatorDefinition
{
    private readonly ExpandableString? _socket;

    internal DovecotAuthenticator(DriverOptions options)
        : base(options)
    {
        _socket = options.GetExpandable("server_socket");
        if (_socket is null)
        {
            options.Report($"authenticator {Name}: server_socket is not set", "driver");
        }
    }

    public override bool IsServer => _socket is not null;

    public override bool IsClient => false;

    internal override ImmutableArray<ExpandableString> ClientTexts => [];

    internal override ServerExchange BeginServer(EvaluationScope scope) => new Server(this, scope);

    internal override ClientExchange BeginClient(EvaluationScope scope) => throw new InvalidOperationException("the driver is no client");

    private sealed class Server(DovecotAuthenticator authenticator, EvaluationScope scope) : ServerExchange
    {
        private DovecotConnection? _dovecot;

        public override async ValueTask<AuthenticationStep> BeginAsync(byte[]? initialResponse, CancellationToken cancellationToken)
        {
            var socket = await authenticator._socket!.ExpandAsync(scope, cancellationToken);
            if (!socket.IsSuccess)
            {
                return Unexpanded(socket);
            }

            try
            {
                _dovecot = await DovecotConnection.OpenAsync(socket.Value, scope.Environment.Time, cancellationToken);
            }
            catch (IOException error)
            {
                return Deferral(error.Message);
            }

            return _dovecot.Offers(authenticator.PublicName)
                ? await AskAsync(Request(initialResponse), cancellationToken)
                : Deferral($"dovecot: authentication mechanism \"{authenticator.PublicName}\" not supported by server");
        }

        public override ValueTask<AuthenticationStep> ContinueAsync(byte[] response, CancellationToken cancellationToken) =>
            AskAsync(string.Create(CultureInfo.InvariantCulture, $"CONT\t{DovecotConnection.Request}\t{SaslBase64.Encode(response)}"), cancellationToken);

        public override void Dispose()
        {
            _dovecot?.Dispose();
            base.Dispose();
        }

        private string Request(byte[]? initialResponse)
        {
            var connection = scope.Connection;
            var line = new StringBuilder().Append(
                CultureInfo.InvariantCulture, $"AUTH\t{DovecotConnection.Request}\t{authenticator.PublicName.ToUpperInvariant()}\tservice=smtp\tnologin");
            line.Append(connection.Tls is null ? "" : "\tsecured").Append(connection.Tls is { CertificateVerified: true } ? "\tvalid-client-cert" : "");
            if (connection.ClientAddress is { } client)
            {
                line.Append(CultureInfo.InvariantCulture, $"\trip={client}");
            }

            if (connection.LocalAddress is { } local)
            {
                line.Append(CultureInfo.InvariantCulture, $"\tlip={local}");
            }

            return initialResponse is null ? line.ToString() : line.Append("\tresp=").Append(SaslBase64.Encode(initialResponse)).ToString(); // which has to be the last
        }

        private async ValueTask<AuthenticationStep> AskAsync(string line, CancellationToken cancellationToken)
        {
            DovecotLine answer;
            try
            {
                answer = await _dovecot!.AskAsync(line, cancellationToken);
            }
            catch (IOException error)
            {
                return Deferral(error.Message);
            }

            if (answer.Word == "CONT")
            {
                return answer.Challenge() is { } challenge ? new AuthenticationStep.Challenge(challenge) : Deferral("dovecot: authentication protocol error: a challenge is no Base64");
            }

            if (answer.Value("user") is { } user)
            {
                scope.Authentication.Set(user);
            }

            return answer.Word == "OK" ? authenticator.ServerCondition is { } condition ? await JudgeAsync(condition, scope, cancellationToken) : Success
                : answer.Has("temp") || answer.Value("code") == "temp_fail" ? Deferral($"dovecot: {answer.Value("reason") ?? "temporary internal error"}")
                : Failure;
        }
    }
}

using System.Collections.Immutable;
using System.Text;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Authentication;

/// <summary><c>driver = plaintext</c>: mechanisms that send texts as they are, PLAIN (RFC 4616) and LOGIN.</summary>
public sealed class PlaintextAuthenticator : AuthenticatorDefinition
{
    /// <summary>LOGIN has two; no client would go through more than this.</summary>
    private const int MaxPrompts = 20;

    private readonly ExpandableString? _prompts;
    private readonly ImmutableArray<ExpandableString> _sends;
    private readonly bool _ignoreInvalidBase64;

    internal PlaintextAuthenticator(DriverOptions options)
        : base(options)
    {
        _prompts = options.GetExpandable("server_prompts");
        _ignoreInvalidBase64 = options.GetBool("client_ignore_invalid_base64");

        // The list is taken apart before it is expanded, so that what an expansion brings cannot make one text of two.
        _sends = options.GetString("client_send") is { } list ? [.. ListSyntax.Split(list).Select(item => StringExpansion.Compile(item))] : [];
    }

    public override bool IsServer => ServerCondition is not null;

    public override bool IsClient => !_sends.IsEmpty;

    internal override ImmutableArray<ExpandableString> ClientTexts => _sends;

    internal override ServerExchange BeginServer(EvaluationScope scope) => new Server(this, scope);

    internal override ClientExchange BeginClient(EvaluationScope scope) => new Client(this, scope);

    /// <summary>A circumflex stands for an octet 0, two of them for one (Exim specification, "Using plaintext in a client").</summary>
    private static string WithNul(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '^')
            {
                result.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == '^')
            {
                result.Append('^');
                i++;
            }
            else
            {
                result.Append('\0');
            }
        }

        return result.ToString();
    }

    private sealed class Server(PlaintextAuthenticator authenticator, EvaluationScope scope) : ServerExchange
    {
        private List<string> _prompts = [];

        /// <summary>Texts the client has sent so far, also those beyond what the variables hold.</summary>
        private int _received;

        public override async ValueTask<AuthenticationStep> BeginAsync(byte[]? initialResponse, CancellationToken cancellationToken)
        {
            if (authenticator._prompts is { } prompts)
            {
                var result = await prompts.ExpandAsync(scope, cancellationToken);
                if (!result.IsSuccess)
                {
                    return Deferral(result.Message);
                }

                _prompts = ListSyntax.Split(result.Value);
                if (_prompts.Count > MaxPrompts)
                {
                    return Deferral($"server_prompts has more than {MaxPrompts} items");
                }
            }

            if (initialResponse is not null)
            {
                Take(initialResponse);
            }

            return await NextAsync(cancellationToken);
        }

        public override ValueTask<AuthenticationStep> ContinueAsync(byte[] response, CancellationToken cancellationToken)
        {
            Take(response);
            return NextAsync(cancellationToken);
        }

        /// <summary>A response may be several texts with an octet 0 between.</summary>
        private void Take(byte[] response)
        {
            foreach (var range in response.AsSpan().Split((byte)0))
            {
                scope.Authentication.Add(OctetString.FromBytes(response.AsSpan(range)));
                _received++;
            }
        }

        private ValueTask<AuthenticationStep> NextAsync(CancellationToken cancellationToken) => _received < _prompts.Count
            ? new(new AuthenticationStep.Challenge(OctetString.ToBytes(_prompts[_received])))
            : JudgeAsync(authenticator.ServerCondition!, scope, cancellationToken);
    }

    private sealed class Client(PlaintextAuthenticator authenticator, EvaluationScope scope) : ClientExchange
    {
        private int _sent;

        public override async ValueTask<ClientStep> BeginAsync(CancellationToken cancellationToken) =>
            await NextAsync(cancellationToken) is var step && step is ClientStep.Send { Octets: [] } ? new ClientStep.Send(null) : step;

        public override async ValueTask<ClientStep> RespondAsync(byte[]? challenge, CancellationToken cancellationToken)
        {
            if (challenge is null && !authenticator._ignoreInvalidBase64)
            {
                return InvalidChallenge;
            }

            scope.Authentication.Add(OctetString.FromBytes(challenge ?? []));
            return await NextAsync(cancellationToken);
        }

        private async ValueTask<ClientStep> NextAsync(CancellationToken cancellationToken)
        {
            if (_sent >= authenticator._sends.Length)
            {
                return TooManyChallenges;
            }

            var result = await authenticator._sends[_sent++].ExpandAsync(scope, cancellationToken);
            return result.IsSuccess ? new ClientStep.Send(OctetString.ToBytes(WithNul(result.Value))) : Unexpanded(result);
        }
    }
}

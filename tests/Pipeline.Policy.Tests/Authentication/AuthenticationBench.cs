using System.Collections.Immutable;
using System.Net;
using System.Text;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Configuration;
using Pipeline.Policy.Tests.Expansion;

namespace Pipeline.Policy.Tests.Authentication;

/// <summary>Authenticators of a configuration, a client that talks to them and a server that they talk to.</summary>
internal sealed class AuthenticationBench
{
    private readonly List<string> _log = [];

    /// <param name="section">The authenticators section.</param>
    public AuthenticationBench(string section, string? cipher = null)
    {
        var compilation = PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles("begin authenticators\n" + section));
        Assert.True(compilation.Policy is not null, string.Join('\n', compilation.Problems));
        Authenticators = compilation.Policy.Authenticators;
        Scope = new EvaluationScope
        {
            Environment = new PolicyEnvironment
            {
                Policy = compilation.Policy,
                Time = new ExpansionBench.FixedTime(),
                Dns = new ScriptedDns(),
                PrimaryHostname = "mx.example.com",
                Log = new RecordingLog(_log),
            },
            Connection = new ConnectionScope
            {
                ClientAddress = IPAddress.Parse("192.0.2.1"),
                Tls = cipher is null ? null : new TlsFacts("TLS1.3", cipher, 256, null, false, null),
            },
            Message = new MessageScope { Id = "1vMhEx-0000000001-0004" },
        };
    }

    public ImmutableArray<AuthenticatorDefinition> Authenticators { get; }

    public EvaluationScope Scope { get; }

    public IReadOnlyList<string> Log => _log;

    /// <summary>What compiling a section complains about.</summary>
    public static IReadOnlyList<string> Problems(string section) =>
        [.. PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles("begin authenticators\n" + section)).Problems.Select(problem => problem.ToString())];

    /// <summary>A client authenticates by the first authenticator.</summary>
    /// <param name="initial">Null for AUTH without an initial response.</param>
    /// <param name="respond">Answers challenges.</param>
    /// <returns>The last step, and the challenges before it.</returns>
    public async Task<(AuthenticationStep End, IReadOnlyList<string> Challenges)> ServeAsync(string? initial, Func<string, string> respond)
    {
        var challenges = new List<string>();
        using var exchange = new ServerAuthentication(Authenticators[0], Scope);
        var step = await exchange.BeginAsync(initial is null ? null : Octets(initial), CancellationToken.None);
        while (step is AuthenticationStep.Challenge challenge)
        {
            challenges.Add(Encoding.Latin1.GetString(challenge.Octets.Span));
            step = await exchange.ContinueAsync(Octets(respond(challenges[^1])), CancellationToken.None);
        }

        return (step, challenges);
    }

    public Task<(AuthenticationStep End, IReadOnlyList<string> Challenges)> ServeAsync(string? initial, params string[] responses)
    {
        var next = 0;
        return ServeAsync(initial, _ => responses[next++]);
    }

    /// <summary>The first authenticator authenticates to a server.</summary>
    /// <param name="challenges">What the server asks; null for what is no BASE64.</param>
    /// <returns>What was sent, as text: <c>(none)</c> without an initial response; behind it how it ended, if not by the last challenge.</returns>
    public async Task<IReadOnlyList<string>> AskAsync(params string?[] challenges)
    {
        var said = new List<string>();
        if (await new ClientAuthenticator(Authenticators[0], Scope).BeginAsync(Peer, CancellationToken.None) is not { } exchange)
        {
            return ["passed over"];
        }

        var step = await exchange.BeginAsync(CancellationToken.None);
        foreach (var challenge in challenges)
        {
            if (step is not ClientStep.Send sent)
            {
                break;
            }

            said.Add(Text(sent));
            step = await exchange.RespondAsync(challenge is null ? null : Octets(challenge), CancellationToken.None);
        }

        said.Add(step switch
        {
            ClientStep.Send sent => Text(sent),
            ClientStep.Fail fail => "failed: " + fail.Reason,
            _ => "abandoned",
        });
        return said;
    }

    public AuthenticationPeer Peer { get; init; } = new("smarthost.example", new IPEndPoint(IPAddress.Parse("192.0.2.25"), 587));

    private static string Text(ClientStep.Send step) => step.Octets is { } octets ? Encoding.Latin1.GetString(octets) : "(none)";

    private static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);
}

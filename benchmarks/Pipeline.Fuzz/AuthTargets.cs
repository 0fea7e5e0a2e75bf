using System.Text;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Sasl;
using Pipeline.Mail.Smtp;
using Pipeline.Policy;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Fuzz;

/// <summary>What clients say behind AUTH: the command, and the lines of an exchange.</summary>
internal static class AuthTargets
{
    private const string Section = """
        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = ${if eq{$auth2}{$auth3}}
          server_set_id = $auth2
        login:
          driver = plaintext
          public_name = LOGIN
          server_prompts = <| Username: | Password:
          server_condition = ${if eq{$auth1}{$auth2}}
          server_set_id = $auth1
        cram:
          driver = cram_md5
          public_name = CRAM-MD5
          server_secret = $auth1
          server_set_id = $auth1
        external:
          driver = external
          public_name = EXTERNAL
          server_param2 = $auth1
          server_condition = ${if eq{$auth1}{me}}
        """;

    private static readonly PolicyEnvironment Environment = MakeEnvironment();

    public static FuzzTarget[] All { get; } =
    [
        new("auth-response", ReadResponse, Targets.Seeds("dXNlcg==", "*", "", "=", "AHVzZXIAcGFzcw=="), AllocationFactor: 256),
        new("auth-exchange", RunExchange, Targets.Seeds(
            "AUTH PLAIN AHVzZXIAcGFzcw==", "AUTH PLAIN\nAHVzZXIAdXNlcg==", "AUTH LOGIN\ndXNlcg==\ndXNlcg==", "AUTH LOGIN dXNlcg==\n*",
            "AUTH CRAM-MD5\ndGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw", "AUTH EXTERNAL =", "AUTH EXTERNAL\nbWU="), AllocationFactor: 4096),
    ];

    private static void ReadResponse(ReadOnlySpan<byte> input)
    {
        var command = SmtpCommandParser.ParseAuthResponse(input);
        if (command is SmtpCommand.AuthenticationResponse { Octets: { } octets })
        {
            Targets.Require(SaslBase64.TryDecode(Encoding.ASCII.GetBytes(SaslBase64.Encode(octets)), out var again) && again.AsSpan().SequenceEqual(octets), "encoding is the inverse");
        }
        else
        {
            Targets.Require(command is SmtpCommand.AuthenticationResponse || command is SmtpCommand.Invalid { Reply.IsPermanent: true }, "a response or a refusal");
        }
    }

    /// <summary>Lines of one attempt: it ends by itself, after no more rounds than it has prompts.</summary>
    private static void RunExchange(ReadOnlySpan<byte> input)
    {
        var end = input.IndexOf((byte)'\n');
        var first = end < 0 ? input : input[..end];
        var rest = end < 0 ? [] : input[(end + 1)..];
        if (SmtpCommandParser.Parse(first, SmtpGrammar.Default, SmtpExtensions.None, smtpUtf8: false) is not SmtpCommand.Authenticate auth
            || Environment.Policy.Authenticators.FirstOrDefault(known => AuthenticatorDefinition.IsSameMechanism(known.PublicName, auth.Mechanism)) is not { } authenticator)
        {
            return;
        }

        var scope = new EvaluationScope { Environment = Environment, Connection = new ConnectionScope(), Message = new MessageScope() };
        var exchange = new ServerAuthentication(authenticator, scope);
        var step = Now(exchange.BeginAsync(auth.InitialResponse, CancellationToken.None));
        for (var round = 0; step is AuthenticationStep.Challenge; round++)
        {
            Targets.Require(round < 2, "two prompts are all there are");
            end = rest.IndexOf((byte)'\n');
            if (SmtpCommandParser.ParseAuthResponse(end < 0 ? rest : rest[..end]) is not SmtpCommand.AuthenticationResponse { Octets: { } octets })
            {
                return;
            }

            rest = end < 0 ? [] : rest[(end + 1)..];
            step = Now(exchange.ContinueAsync(octets, CancellationToken.None));
        }
    }

    /// <summary>Nothing here waits for anything.</summary>
    private static AuthenticationStep Now(ValueTask<AuthenticationStep> step)
    {
        Targets.Require(step.IsCompletedSuccessfully, "no expansion waits");
        return step.Result;
    }

    private static PolicyEnvironment MakeEnvironment()
    {
        var policy = PolicyCompiler.Compile("fuzz.conf", files: new OneFile()).Policy ?? throw new InvalidOperationException("the configuration does not compile");
        return new PolicyEnvironment
        {
            Policy = policy,
            Time = TimeProvider.System,
            Dns = new ZoneResolver(new Dictionary<string, ZoneName>()),
            PrimaryHostname = "mx.example",
            Log = new NoLog(),
        };
    }

    private sealed class NoLog : IPolicyLog
    {
        public void Write(PolicyLogTarget target, string line)
        {
        }
    }

    private sealed class OneFile : IFileSource
    {
        public bool Exists(string path) => path == "fuzz.conf";

        public bool TryRead(string path, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? octets, out string error)
        {
            (octets, error) = Exists(path) ? (Encoding.UTF8.GetBytes(Section), "") : (null, "no such file");
            return octets is not null;
        }
    }
}

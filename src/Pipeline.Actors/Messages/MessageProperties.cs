using System.Globalization;
using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Callers;

namespace Pipeline.Actors.Messages;

/// <summary>Names of the values of a message's reception that are stored with it, and their reading back.</summary>
/// <remarks>The names are stored: additive change only. ACL variables are kept under a prefix with the name that follows acl_c or acl_m.</remarks>
public static class MessageProperties
{
    public const string HeloName = "helo";
    public const string ClientAddress = "client";
    public const string ClientName = "client-name";
    public const string Interface = "interface";
    public const string Protocol = "protocol";
    public const string Ident = "ident";
    public const string AuthenticatedId = "auth-id";
    public const string Authenticator = "auth";

    /// <summary>User and group of the program that handed the message over, with a colon between; absent for mail from the network.</summary>
    public const string Originator = "originator";
    public const string TlsCipher = "tls-cipher";
    public const string SpamScore = "spam-score";
    public const string SpamScoreInt = "spam-score-int";
    public const string SpamBar = "spam-bar";

    /// <summary>What a verdict server wants done for each recipient, in the form of <see cref="BmiVerdicts"/>.</summary>
    public const string RecipientVerdicts = "bmi-verdicts";

    /// <summary>Octets of them in a spool header file, so that Exim can read the line they are on.</summary>
    private const int SpoolVerdictRoom = 64 * 1000;

    /// <summary>Names of the variables that hold text from peers, with commas between them; a name has none in it.</summary>
    public const string Tainted = "tainted";

    /// <summary>The named queue that the message is in.</summary>
    public const string Queue = Storage.Ports.NewMessage.QueueProperty;

    /// <summary>What is not tried before a queue run: <see cref="PostponeAll"/> or <see cref="PostponeRemote"/>.</summary>
    public const string Postpone = "postpone";
    public const string PostponeAll = "all";
    public const string PostponeRemote = "remote";

    /// <summary>What is logged of that, in Exim's words; absent when nothing is.</summary>
    public const string PostponeReason = "postpone-why";

    /// <summary>An ACL wants the message frozen: with this name, <see cref="FreezeWithoutTelling"/> or another value.</summary>
    public const string Freeze = "freeze";
    public const string FreezeWithoutTelling = "no_tell";
    public const string ConnectionVariable = "c:";
    public const string MessageVariable = "m:";

    /// <summary>Those that hold what a scanner found, each with the variable that shows it.</summary>
    public static ImmutableArray<(string Name, string Variable)> Verdicts { get; } =
        [(SpamScore, "spam_score"), (SpamScoreInt, "spam_score_int"), (SpamBar, "spam_bar")];

    public static SpoolFacts SpoolFacts(ImmutableDictionary<string, string> properties) => new()
    {
        HeloName = properties.GetValueOrDefault(HeloName),
        Client = EndPoint(properties.GetValueOrDefault(ClientAddress)),
        ClientName = properties.GetValueOrDefault(ClientName),
        ClientAuthenticator = properties.GetValueOrDefault(Authenticator),
        Interface = EndPoint(properties.GetValueOrDefault(Interface)),
        Ident = properties.GetValueOrDefault(Ident),
        Protocol = properties.GetValueOrDefault(Protocol),
        AuthenticatedId = properties.GetValueOrDefault(AuthenticatedId),
        TlsCipher = properties.GetValueOrDefault(TlsCipher),
        SpamScore = properties.GetValueOrDefault(SpamScore),
        SpamScoreInt = properties.GetValueOrDefault(SpamScoreInt),
        SpamBar = properties.GetValueOrDefault(SpamBar),
        BmiVerdicts = properties.TryGetValue(RecipientVerdicts, out var verdicts) ? BmiVerdicts.Fit(verdicts, SpoolVerdictRoom) : null,
        ConnectionVariables = Variables(properties, ConnectionVariable),
        MessageVariables = Variables(properties, MessageVariable),
    };

    public static IPEndPoint? EndPoint(string? text) =>
        IPEndPoint.TryParse(text ?? "", out var endPoint) ? endPoint : null;

    public static string Text(CallerCredentials originator) => string.Create(CultureInfo.InvariantCulture, $"{originator.UserId}:{originator.GroupId}");

    public static CallerCredentials? Credentials(string? text) =>
        text?.Split(':') is [var user, var group]
        && uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var userId)
        && uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var groupId)
            ? new CallerCredentials(userId, groupId, [])
            : null;

    public static string Text(IPEndPoint endPoint) => endPoint.ToString();

    public static ImmutableSortedDictionary<string, string> Variables(ImmutableDictionary<string, string> properties, string prefix)
    {
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in properties)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                variables.Add(name[prefix.Length..], value);
            }
        }

        return variables.ToImmutable();
    }
}

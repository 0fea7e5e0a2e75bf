namespace Pipeline.Mail.Scanning;

/// <summary>The verdicts of one message, by recipient. Immutable.</summary>
public sealed class BmiVerdicts
{
    private const char Separator = ':';

    private readonly Dictionary<string, RecipientVerdict> _byRecipient = new(StringComparer.OrdinalIgnoreCase);

    private BmiVerdicts()
    {
    }

    /// <summary>Those of a message that nobody has judged.</summary>
    public static BmiVerdicts None { get; } = new();

    /// <returns>One text with the token of each.</returns>
    public static string Write(IEnumerable<BmiVerdict> verdicts) => string.Join(Separator, verdicts.Select(BmiToken.Write));

    /// <summary>Reads what <see cref="Write"/> has written. Of two verdicts about one recipient the first counts; what is no token is passed over.</summary>
    public static BmiVerdicts Read(string? tokens)
    {
        if (string.IsNullOrEmpty(tokens))
        {
            return None;
        }

        var verdicts = new BmiVerdicts();
        foreach (var token in tokens.Split(Separator))
        {
            if (BmiToken.Read(token) is { } verdict)
            {
                var judged = new RecipientVerdict(verdict, token);
                foreach (var recipient in verdict.Recipients)
                {
                    verdicts._byRecipient.TryAdd(recipient, judged);
                }
            }
        }

        return verdicts;
    }

    /// <summary>As many whole tokens, from the first, as have room.</summary>
    /// <param name="room">In octets.</param>
    public static string Fit(string tokens, int room)
    {
        if (tokens.Length <= room)
        {
            return tokens;
        }

        var end = tokens.LastIndexOf(Separator, room);
        return end < 0 ? "" : tokens[..end];
    }

    /// <param name="recipient">As the message was sent to it, one char for each octet; in any letter case.</param>
    /// <returns>Null without a verdict.</returns>
    public RecipientVerdict? Of(string recipient) => _byRecipient.GetValueOrDefault(recipient);
}

/// <summary>The verdict about one recipient.</summary>
/// <param name="Token">The verdict in the form of <see cref="BmiToken"/>.</param>
public sealed record RecipientVerdict(BmiVerdict Verdict, string Token);

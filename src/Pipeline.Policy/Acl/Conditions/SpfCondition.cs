using Pipeline.Mail.Spf;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>spf =</c>: the SPF result (RFC 7208) is one of the words, each of which may be negated.</summary>
/// <remarks><c>spf_guess =</c> is the same where the sender's domain publishes a record; for one that does not, the option <c>spf_guess</c> stands for its record.</remarks>
internal sealed class SpfCondition(string name, bool guesses) : AclCondition(name)
{
    /// <summary>Where the sender is known and the session is SMTP.</summary>
    public const AclPoints Allowed = AclPoints.Smtp & ~(AclPoints.WithoutSender & ~AclPoints.Quit & ~AclPoints.NotQuit);

    public static AclItemKind[] All { get; } = [new SpfCondition("spf", guesses: false), new SpfCondition("spf_guess", guesses: true)];

    public override AclPoints AllowedAt => Allowed;

    public override AclChecks Checks => AclChecks.Spf;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (evaluation.Message.Verification is not { } verification)
        {
            return AclTest.Defer("SPF cannot be checked here");
        }

        var result = await verification.SpfAsync(cancellationToken);
        if (guesses && result.Verdict == SpfVerdict.None)
        {
            var record = await evaluation.Scope.Environment.Policy.MainOptions.SpfGuess.ExpandAsync(evaluation.Scope, cancellationToken);
            if (!record.IsSuccess)
            {
                return record.Outcome == ExpansionOutcome.ForcedFailure ? AclTest.False : AclTest.Defer($"failed to expand spf_guess: {record.Message}");
            }

            result = await verification.GuessSpfAsync(OctetString.ToText(record.Value), cancellationToken);
        }

        Show(evaluation, result);
        return AclTest.Of(WordList.Contains(argument, result.Word));
    }

    /// <summary>Sets the variables; they stay set for the rest of the message.</summary>
    private static void Show(AclEvaluation evaluation, SpfResult result)
    {
        evaluation.Message.Spf = result;
        Set("spf_result", result.Word);
        Set("spf_result_guessed", result.IsGuess ? "yes" : "no");
        Set("spf_smtp_comment", result.Explanation ?? "");
        Set("spf_used_domain", result.CheckedDomain);
        if (evaluation.Connection.ClientAddress is not { } client)
        {
            Set("spf_header_comment", result.Reason);
            return;
        }

        var request = new SpfRequest
        {
            Client = client,
            Helo = OctetString.ToText(evaluation.Connection.HeloName),
            Sender = evaluation.Message.Sender.ToString(),
            Receiver = evaluation.Scope.Environment.PrimaryHostname,
        };
        Set("spf_header_comment", ReceivedSpf.Comment(result, request));
        Set("spf_received", ReceivedSpf.Format(result, request));

        void Set(string name, string value) => evaluation.SetVariable(name, OctetString.FromText(value));
    }
}

/// <summary>Lists of result words.</summary>
internal static class WordList
{
    /// <summary>Whether a word is in the list; the first item that matches decides, one negated by <c>!</c> says no.</summary>
    public static bool Contains(string list, string word)
    {
        var reader = new ListReader(list);
        var lastNegated = false;
        while (reader.TryRead(out var item))
        {
            lastNegated = item.StartsWith('!');
            var known = lastNegated ? item.AsSpan(1).Trim() : item;
            if (known.Equals(word, StringComparison.OrdinalIgnoreCase) || known is "*")
            {
                return !lastNegated;
            }
        }

        return lastNegated;
    }
}

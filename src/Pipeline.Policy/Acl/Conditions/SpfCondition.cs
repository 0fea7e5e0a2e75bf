using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>spf =</c>: the SPF result (RFC 7208) is one of the words, each of which may be negated.</summary>
internal sealed class SpfCondition() : AclCondition("spf")
{
    /// <summary>Where the sender is known and the session is SMTP.</summary>
    public const AclPoints Allowed = AclPoints.Smtp & ~(AclPoints.WithoutSender & ~AclPoints.Quit & ~AclPoints.NotQuit);

    public override AclPoints AllowedAt => Allowed;

    public override AclChecks Checks => AclChecks.Spf;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (evaluation.Message.Verification is not { } verification)
        {
            return AclTest.Defer("SPF cannot be checked here");
        }

        var result = await verification.SpfAsync(cancellationToken);
        evaluation.SetVariable("spf_result", result.Word);
        evaluation.SetVariable("spf_smtp_comment", result.Explanation ?? "");
        evaluation.SetVariable("spf_header_comment", result.Reason);
        return AclTest.Of(WordList.Contains(argument, result.Word));
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

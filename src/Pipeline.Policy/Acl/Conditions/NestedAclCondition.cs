using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>acl = name [argument …]</c>: true when the other ACL accepts.</summary>
internal sealed class NestedAclCondition() : AclCondition("acl")
{
    private const int MaxArguments = 9;

    public override bool ExpandsValue => false;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        var (call, failure) = await ReadCallAsync(evaluation, item, cancellationToken);
        if (call is null)
        {
            return failure;
        }

        var transient = evaluation.Scope.Transient;
        var outer = transient.AclArguments;
        transient.AclArguments = call.Arguments;
        try
        {
            var decision = await evaluation.Engine.CheckAsync(evaluation, call.Acl, item.Location, cancellationToken);
            return new AclTest(decision.Verdict switch
            {
                AclVerdict.Accept => AclTestOutcome.True,
                AclVerdict.Deny => AclTestOutcome.False,
                AclVerdict.Drop => AclTestOutcome.FalseAndDrop,
                AclVerdict.Discard => AclTestOutcome.Discard,
                AclVerdict.Defer => AclTestOutcome.Defer,
                _ => AclTestOutcome.Error,
            });
        }
        finally
        {
            transient.AclArguments = outer;
        }
    }

    // The words are split before they are expanded, each on its own; text that does not begin with a known name is an ACL written in place.
    private static async ValueTask<(Call? Call, AclTest Failure)> ReadCallAsync(AclEvaluation evaluation, AclItem item, CancellationToken cancellationToken)
    {
        var words = item.Value.Source.Split((char[]?)null, MaxArguments + 2, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > 1 && (evaluation.Engine.IsNamed(words[0]) || words[0].StartsWith('/')))
        {
            if (words.Length > MaxArguments + 1)
            {
                return (null, AclTest.Error($"too many arguments for ACL \"{words[0]}\""));
            }

            var arguments = new ExpandedText[words.Length - 1];
            for (var i = 0; i < arguments.Length; i++)
            {
                var word = await StringExpansion.Compile(words[i + 1]).ExpandAsync(evaluation.Scope, cancellationToken);
                if (!word.IsSuccess)
                {
                    return (null, Failure(item, word));
                }

                arguments[i] = word.Text;
            }

            return (new Call(words[0], arguments), default);
        }

        var text = await item.Value.ExpandAsync(evaluation.Scope, cancellationToken);
        if (!text.IsSuccess)
        {
            return (null, Failure(item, text));
        }

        return AclEngine.Refuses(evaluation, text, item.Value.Source)
            ? (null, AclTest.Error(evaluation.LogMessage!))
            : (new Call(text.Value, []), default);
    }

    private static AclTest Failure(AclItem item, ExpansionResult result) => result.Outcome switch
    {
        ExpansionOutcome.ForcedFailure => item.Negated ? AclTest.False : AclTest.True,
        ExpansionOutcome.Deferred => AclTest.Defer($"failed to expand ACL string \"{item.Value.Source}\": {result.Message}"),
        _ => AclTest.Error($"failed to expand ACL string \"{item.Value.Source}\": {result.Message}"),
    };

    private sealed record Call(string Acl, ExpandedText[] Arguments);
}

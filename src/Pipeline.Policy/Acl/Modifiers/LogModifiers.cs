using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Modifiers;

/// <summary><c>logwrite = [:main,reject,panic:] text</c>: a log line at once.</summary>
internal sealed class LogwriteModifier() : AclModifier("logwrite")
{
    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        var text = argument.AsSpan().TrimStart();
        var target = PolicyLogTarget.Main;
        if (!text.IsEmpty && text[0] == ':')
        {
            var end = text[1..].IndexOf(':');
            if (end < 0)
            {
                return new(AclTest.Error($"unknown log name in \"{argument}\" in \"logwrite\" in ACL"));
            }

            if (!LogTargets.TryParse(text[1..(end + 1)].ToString(), ',', out target))
            {
                return new(AclTest.Error($"unknown log name in \"{argument}\" in \"logwrite\" in ACL"));
            }

            text = text[(end + 2)..].TrimStart();
        }

        if (target != PolicyLogTarget.None)
        {
            evaluation.Log(target, text.ToString());
        }

        return new(AclTest.True);
    }
}

/// <summary><c>log_reject_target = main:reject:panic</c>: where a refusal is logged; empty for nowhere.</summary>
internal sealed class LogRejectTargetModifier() : AclModifier("log_reject_target")
{
    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (!LogTargets.TryParse(argument, ':', out var target))
        {
            return new(AclTest.Error($"unknown log name in \"{argument}\" in \"log_reject_target\" in ACL"));
        }

        evaluation.RejectLogTarget = target;
        return new(AclTest.True);
    }
}

internal static class LogTargets
{
    public static bool TryParse(string list, char separator, out PolicyLogTarget targets)
    {
        targets = PolicyLogTarget.None;
        foreach (var name in ListSyntax.Split(list, separator))
        {
            PolicyLogTarget? target = name switch
            {
                "main" => PolicyLogTarget.Main,
                "reject" => PolicyLogTarget.Reject,
                "panic" => PolicyLogTarget.Panic,
                "" => PolicyLogTarget.None,
                _ => null,
            };
            if (target is null)
            {
                return false;
            }

            targets |= target.Value;
        }

        return true;
    }
}

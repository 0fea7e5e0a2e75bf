using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl.Modifiers;

/// <summary><c>continue =</c>: expanded for its side effects.</summary>
internal sealed class ContinueModifier() : AclModifier("continue")
{
    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken) =>
        new(AclTest.True);
}

/// <summary><c>queue =</c>: puts the message into a named queue ($queue_name).</summary>
internal sealed class QueueModifier() : AclModifier("queue")
{
    public override AclPoints AllowedAt => AclPoints.All & ~(AclPoints.Data | AclPoints.Delivery);

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (argument.Contains('/', StringComparison.Ordinal) || argument is "." or "..")
        {
            return new(AclTest.Error($"Directory separator not permitted in queue name: '{argument}'"));
        }

        evaluation.SetVariable("queue_name", argument);
        return new(AclTest.True);
    }
}

/// <summary><c>bmi_optin =</c>: Brightmail rules that the current recipient has opted in to.</summary>
internal sealed class BmiOptinModifier() : AclModifier("bmi_optin")
{
    public override Support SupportOf(string value) => Support.WithoutEffect("no Brightmail server is asked");

    /// <summary>Name under which the recipient keeps the value.</summary>
    public const string ValueName = "bmi_optin";

    public override AclPoints AllowedAt => AclPoints.Rcpt | AclPoints.NotSmtp;

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (evaluation.Scope.Address is { } address)
        {
            address.Values[ValueName] = argument;
        }
        else
        {
            evaluation.SetVariable(ValueName, argument);
        }

        return new(AclTest.True);
    }
}

/// <summary><c>udpsend =</c>: a datagram to somewhere. Known, and not available here.</summary>
internal sealed class UdpsendModifier() : AclModifier("udpsend")
{
    public override Support SupportOf(string value) => Support.RefusedWhenReached("use ${readsocket} over TCP");

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken) =>
        new(AclTest.Error($"\"udpsend\" is not available in this version ({item.Location})"));
}

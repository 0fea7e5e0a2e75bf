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

/// <summary><c>bmi_optin =</c>: features of the verdict server that the current recipient has opted in to; without a recipient, all of them.</summary>
internal sealed class BmiOptinModifier() : AclModifier("bmi_optin")
{
    /// <summary>Less says nothing.</summary>
    private const int ShortestOptIn = 2;

    public override AclPoints AllowedAt => AclPoints.Rcpt | AclPoints.NotSmtp;

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        var features = argument.Length < ShortestOptIn ? null : argument;
        if (evaluation.Scope.Address is { } address)
        {
            address.OptIn = features;
        }
        else
        {
            evaluation.Message.OptIn = features;
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

using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary>The conditions that ask whether something is in a list: <c>hosts</c>, <c>domains</c>, <c>local_parts</c>, <c>recipients</c>, <c>senders</c>, <c>sender_domains</c>.</summary>
internal static class ListConditions
{
    public static IEnumerable<AclItemKind> All { get; } =
    [
        new HostsCondition(),
        new ListCondition("domains", ListKind.Domain, AclPoints.Recipient, scope => scope.Address?.Domain, (scope, data) => SetAddress(scope, "domain_data", data)),
        new ListCondition("local_parts", ListKind.LocalPart, AclPoints.Recipient, scope => scope.Address?.LocalPart, (scope, data) => SetAddress(scope, "local_part_data", data)),
        new ListCondition("recipients", ListKind.Address, AclPoints.Rcpt, Recipient, (scope, data) => scope.Message.ConditionVariables["recipient_data"] = data),
        new ListCondition("senders", ListKind.Address, Senders, scope => scope.Message.Sender.ToString(), (scope, data) => scope.Message.ConditionVariables["sender_data"] = data),
        new ListCondition("sender_domains", ListKind.Domain, Senders, scope => scope.Message.Sender.Domain, (scope, data) => scope.Message.ConditionVariables["sender_data"] = data),
    ];

    private static AclPoints Senders => AclPoints.All & ~AclPoints.WithoutSender;

    private static string? Recipient(EvaluationScope scope) => scope.Address is { } address ? $"{address.LocalPart}@{address.Domain}" : null;

    private static void SetAddress(EvaluationScope scope, string name, string data)
    {
        if (scope.Address is { } address)
        {
            address.Values[name] = data;
        }
    }
}

/// <param name="allowedAt">Where there is a subject.</param>
/// <param name="subject">What is looked for; null where there is none, which is in no list.</param>
/// <param name="matched">Keeps what the matching item yielded.</param>
internal sealed class ListCondition(
    string name, ListKind kind, AclPoints allowedAt, Func<EvaluationScope, string?> subject, Action<EvaluationScope, string> matched) : AclCondition(name)
{
    public override AclPoints AllowedAt => allowedAt;

    public override bool ExpandsValue => false;

    public override ListKind? MatchesList => kind;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (subject(evaluation.Scope) is not { } text)
        {
            return AclTest.False;
        }

        var result = await item.List!.MatchAsync(evaluation.Scope, text, evaluation.Scope.Address?.CasefulLocalPart ?? false, cancellationToken);
        if (result is { IsMatch: true, Data: { } data })
        {
            matched(evaluation.Scope, data);
        }

        return result.IsDeferred ? AclTest.Defer(result.Message) : AclTest.Of(result.IsMatch);
    }
}

/// <summary><c>hosts =</c>: the client, or the lack of one.</summary>
internal sealed class HostsCondition() : AclCondition("hosts")
{
    public override AclPoints AllowedAt => AclPoints.Smtp;

    public override bool ExpandsValue => false;

    public override ListKind? MatchesList => ListKind.Host;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        var result = await item.List!.MatchClientAsync(evaluation.Scope, cancellationToken);
        if (result is { IsMatch: true, Data: { } data })
        {
            evaluation.SetVariable("host_data", data);
        }

        return result.IsDeferred ? AclTest.Defer(result.Message) : AclTest.Of(result.IsMatch);
    }
}

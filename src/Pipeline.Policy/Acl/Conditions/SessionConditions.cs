using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>authenticated =</c>: the name of the authenticator that the client used is in the list.</summary>
internal sealed class AuthenticatedCondition() : AclCondition("authenticated")
{
    public override AclPoints AllowedAt => AclPoints.All & ~(AclPoints.Connect | AclPoints.Helo | AclPoints.Local);

    public override bool ExpandsValue => false;

    // Names of authenticators compare as domain names do: any case, with a star in front.
    public override ListKind? MatchesList => ListKind.Domain;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (evaluation.Connection.AuthenticatorName.Length == 0)
        {
            return AclTest.False;
        }

        var result = await item.List!.MatchAsync(evaluation.Scope, evaluation.Connection.AuthenticatorName, cancellationToken);
        return result.IsDeferred ? AclTest.Defer(result.Message) : AclTest.Of(result.IsMatch);
    }
}

/// <summary><c>encrypted =</c>: the session is encrypted, by a cipher in the list.</summary>
internal sealed class EncryptedCondition() : AclCondition("encrypted")
{
    public override AclPoints AllowedAt => AclPoints.All & ~(AclPoints.Helo | AclPoints.Local);

    public override bool ExpandsValue => false;

    public override ListKind? MatchesList => ListKind.Domain;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (evaluation.Connection.Tls is not { } tls)
        {
            return AclTest.False;
        }

        var result = await item.List!.MatchAsync(evaluation.Scope, tls.Cipher, cancellationToken);
        return result.IsDeferred ? AclTest.Defer(result.Message) : AclTest.Of(result.IsMatch);
    }
}

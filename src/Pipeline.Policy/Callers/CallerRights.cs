using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Callers;

/// <summary>What a program of this machine may do, by whom it runs as.</summary>
/// <remarks>Root and the user of the node may everything: they can read and change what the node has in any case.</remarks>
public static class CallerRights
{
    /// <param name="node">As whom the node runs.</param>
    public static bool IsTrusted(MainOptions options, CallerCredentials caller, CallerCredentials node) =>
        IsSuperior(caller, node) || options.TrustedUsers.Contains(caller.UserId) || caller.IsIn(options.TrustedGroups);

    /// <summary>May give any order, and see everything.</summary>
    /// <inheritdoc cref="IsTrusted" path="/param"/>
    public static bool IsAdmin(MainOptions options, CallerCredentials caller, CallerCredentials node) =>
        IsSuperior(caller, node) || caller.IsIn(options.AdminGroups);

    /// <summary>Whether a message may have the sender that the caller has named: by <c>untrusted_set_sender</c> for whoever is not trusted.</summary>
    public static async ValueTask<bool> MaySetSenderAsync(EvaluationScope scope, Caller caller, EnvelopeAddress sender, CancellationToken cancellationToken) =>
        caller.IsTrusted
        || (scope.Environment.Policy.MainOptions.UntrustedSetSender is { } allowed
            && (await allowed.MatchAsync(scope, OctetString.FromText(sender.ToString()), cancellationToken)).IsMatch);

    private static bool IsSuperior(CallerCredentials caller, CallerCredentials node) => caller.UserId == CallerCredentials.Root || caller.UserId == node.UserId;
}

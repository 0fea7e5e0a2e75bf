using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Routers;

/// <summary>The preconditions <c>domains</c>, <c>local_parts</c>, <c>check_local_user</c>, <c>router_home_directory</c> and <c>senders</c>.</summary>
internal static class RouterListPreconditions
{
    public static async ValueTask<PreconditionResult> TestAsync(
        RouterDefinition router, EvaluationScope scope, RouterServices services, CancellationToken cancellationToken)
    {
        var address = scope.Address!;
        var result = await MatchAsync(router.Domains, "domains", address.Domain, "domain_data", scope, cancellationToken);
        if (result.Outcome == PreconditionOutcome.Met)
        {
            result = await MatchAsync(router.LocalParts, "local_parts", address.LocalPart, "local_part_data", scope, cancellationToken);
        }

        if (result.Outcome == PreconditionOutcome.Met && router.CheckLocalUser)
        {
            result = CheckLocalUser(address, services);
        }

        if (result.Outcome == PreconditionOutcome.Met && router.RouterHomeDirectory is { } home)
        {
            var expanded = await home.ExpandAsync(scope, cancellationToken);
            if (!expanded.IsSuccess)
            {
                return PreconditionResult.Defer($"failed to expand \"{home.Source}\" for router_home_directory: {expanded.Message}");
            }

            address.Values["home"] = expanded.Text;
        }

        return result.Outcome == PreconditionOutcome.Met
            ? await MatchAsync(router.Senders, "senders", scope.Message.Sender.ToString(), null, scope, cancellationToken)
            : result;
    }

    private static async ValueTask<PreconditionResult> MatchAsync(
        MailList? list, string option, string subject, string? dataName, EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (list is null)
        {
            return PreconditionResult.Met;
        }

        var match = await list.MatchAsync(scope, subject, scope.Address!.CasefulLocalPart, cancellationToken);
        if (match.IsDeferred)
        {
            return PreconditionResult.Defer($"{option} check lookup or other defer: {match.Message}");
        }

        if (match is { IsMatch: true, Data: { } data } && dataName is not null)
        {
            scope.Address.Values[dataName] = data;
        }

        return match.IsMatch ? PreconditionResult.Met : PreconditionResult.Skip($"{option} mismatch");
    }

    private static PreconditionResult CheckLocalUser(AddressScope address, RouterServices services)
    {
        if (services.LocalUsers.Find(address.LocalPart) is not { } user)
        {
            return PreconditionResult.Skip("not a local user");
        }

        address.Values["home"] = user.Home;
        address.Values["local_part_data"] = user.Name;
        address.Values["local_user_uid"] = user.UserId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        address.Values["local_user_gid"] = user.GroupId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return PreconditionResult.Met;
    }
}

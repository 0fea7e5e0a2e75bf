using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>What a router sees: the message as it is, and the address as this router has it.</summary>
internal static class RouterScope
{
    public static EvaluationScope Create(EvaluationScope scope, RoutingAddress address, RouterDefinition router)
    {
        var parent = address.Parent;
        var root = address.Root;
        var own = LocalPart.Unquote(address.LocalPart);
        var seen = new AddressScope
        {
            LocalPart = router.CasefulLocalPart || address.CasefulLocalPart ? own : own.ToLowerInvariant(),
            Domain = address.Domain.ToLowerInvariant(),
            CasefulLocalPart = router.CasefulLocalPart,
            OriginalLocalPart = LocalPart.Unquote(root.LocalPart),
            OriginalDomain = root.Domain.ToLowerInvariant(),
            ParentLocalPart = parent is null ? "" : LocalPart.Unquote(parent.LocalPart),
            ParentDomain = parent?.Domain.ToLowerInvariant() ?? "",
            Judged = address.JudgedIn(scope.Message),
        };
        foreach (var (name, value) in address.Values)
        {
            seen.Values[name] = value;
        }

        seen.Values["router_name"] = router.Name;
        seen.Values["return_path"] = address.ReturnPath(scope.Message.Sender).ToString();
        var created = new EvaluationScope { Environment = scope.Environment, Connection = scope.Connection, Message = scope.Message, Address = seen };

        // An ACL that verifies an address may meet a router that calls the ACL: how deep that has gone must not be forgotten.
        created.Transient.AclDepth = scope.Transient.AclDepth;
        created.Transient.AclPoint = scope.Transient.AclPoint;
        created.Transient.Depth = scope.Transient.Depth;
        return created;
    }
}

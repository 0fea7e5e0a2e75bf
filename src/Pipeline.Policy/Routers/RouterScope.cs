using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>What a router sees: the message as it is, and the address as this router has it.</summary>
internal static class RouterScope
{
    public static EvaluationScope Create(EvaluationScope scope, RoutingAddress address, RouterDefinition router)
    {
        var parent = address.Parent;
        var root = address.Root;
        var own = new AddressScope
        {
            LocalPart = router.CasefulLocalPart || address.CasefulLocalPart ? address.LocalPart : address.LocalPart.ToLowerInvariant(),
            Domain = address.Domain.ToLowerInvariant(),
            CasefulLocalPart = router.CasefulLocalPart,
            OriginalLocalPart = root.LocalPart,
            OriginalDomain = root.Domain.ToLowerInvariant(),
            ParentLocalPart = parent?.LocalPart ?? "",
            ParentDomain = parent?.Domain.ToLowerInvariant() ?? "",
        };
        foreach (var (name, value) in address.Values)
        {
            own.Values[name] = value;
        }

        own.Values["router_name"] = router.Name;
        own.Values["return_path"] = (address.ErrorsTo ?? scope.Message.Sender).ToString();
        var created = new EvaluationScope { Environment = scope.Environment, Connection = scope.Connection, Message = scope.Message, Address = own };

        // An ACL that verifies an address may meet a router that calls the ACL: how deep that has gone must not be forgotten.
        created.Transient.AclDepth = scope.Transient.AclDepth;
        created.Transient.AclPoint = scope.Transient.AclPoint;
        created.Transient.Depth = scope.Transient.Depth;
        return created;
    }
}

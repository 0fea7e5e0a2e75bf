using System.Net;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>For whom hosts are looked up, and what counts.</summary>
/// <param name="Ignored">Addresses that are passed over; null for none.</param>
/// <param name="RequireAuthentic">Answers that DNSSEC does not vouch for are none.</param>
internal sealed record HostSearch(EvaluationScope Scope, RouterServices Services, MailList? Ignored, bool RequireAuthentic = false)
{
    /// <summary>Whether an address is one of this host's: mail sent there would come back.</summary>
    public bool IsLocalAddress(IPAddress address) =>
        Services.IsLocalAddress(address) || Services.ExtraLocalAddresses.Contains(address) || Scope.Environment.LocalAddresses.Contains(address);
}

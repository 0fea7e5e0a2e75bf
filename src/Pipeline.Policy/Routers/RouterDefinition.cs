using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Routers.Drivers;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Routers;

/// <summary>A router with its generic options read (Exim specification, "Generic options for routers").</summary>
internal sealed record RouterDefinition
{
    public required string Name { get; init; }

    public required SourceLocation Location { get; init; }

    public required RouterDriver Driver { get; init; }

    public required AffixList? Prefixes { get; init; }

    public required bool PrefixOptional { get; init; }

    public required AffixList? Suffixes { get; init; }

    public required bool SuffixOptional { get; init; }

    public required bool VerifyOnly { get; init; }

    /// <summary>The router has a say in what EXPN tells.</summary>
    public required bool Expn { get; init; }

    public required bool VerifySender { get; init; }

    public required bool VerifyRecipient { get; init; }

    public required bool AddressTest { get; init; }

    public required bool FailVerifySender { get; init; }

    public required bool FailVerifyRecipient { get; init; }

    public required MailList? Domains { get; init; }

    public required MailList? LocalParts { get; init; }

    public required bool CheckLocalUser { get; init; }

    public required ExpandableString? RouterHomeDirectory { get; init; }

    public required MailList? Senders { get; init; }

    public required ExpandableString? DebugPrint { get; init; }

    /// <summary>Split before expansion.</summary>
    public required IReadOnlyList<ExpandableString> RequireFiles { get; init; }

    public required IReadOnlyList<ExpandableString> Conditions { get; init; }

    public required BrightmailPreconditions Brightmail { get; init; }

    public required ExpandableString? Transport { get; init; }

    public required ExpandableBool More { get; init; }

    public required ExpandableBool Unseen { get; init; }

    public required string? PassRouter { get; init; }

    public required string? RedirectRouter { get; init; }

    public required bool PassOnTimeout { get; init; }

    public required ExpandableString? AddressData { get; init; }

    public required ExpandableString? CannotRouteMessage { get; init; }

    public required ExpandableString? ErrorsTo { get; init; }

    public required IReadOnlyList<ExpandableString> HeadersAdd { get; init; }

    /// <summary>Names, split before expansion.</summary>
    public required IReadOnlyList<ExpandableString> HeadersRemove { get; init; }

    public required MailList? IgnoreTargetHosts { get; init; }

    /// <summary>As far as all routers have options for it.</summary>
    public required HostLookupOptions HostLookup { get; init; }

    public required ExpandableString? TranslateIpAddress { get; init; }

    public required SelfPolicy Self { get; init; }

    public required ExpandableString? FallbackHosts { get; init; }

    /// <summary>Requests for notifications are not passed on: success is reported here.</summary>
    public required bool DsnLastHop { get; init; }

    public required ExpandableString? User { get; init; }

    public required ExpandableString? Group { get; init; }

    public required ExpandableString? TransportHomeDirectory { get; init; }

    public required ExpandableString? TransportCurrentDirectory { get; init; }

    public required bool RetryUseLocalPart { get; init; }

    public required bool LogAsLocal { get; init; }

    public required bool DisableLogging { get; init; }

    public required bool CasefulLocalPart { get; init; }

    public required bool RepeatUse { get; init; }

    /// <summary><c>set = r_name = value</c>.</summary>
    public required IReadOnlyList<(string Name, ExpandableString Value)> Variables { get; init; }

    public bool FailsVerify(RoutingMode mode) => mode switch
    {
        RoutingMode.VerifySender => FailVerifySender,
        RoutingMode.VerifyRecipient => FailVerifyRecipient,
        _ => false,
    };
}

/// <param name="Rules">bmi_rule: numbers of rules, one of which has to have fired; null when not set.</param>
internal sealed record BrightmailPreconditions(IReadOnlyList<int>? Rules, bool DontDeliver, bool DeliverAlternate, bool DeliverDefault);

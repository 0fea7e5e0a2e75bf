using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>An address on its way through the routers, with what it has inherited from the addresses it was redirected from.</summary>
/// <param name="LocalPart">In the letter case of the sender.</param>
/// <param name="Domain">In any letter case.</param>
public sealed record RoutingAddress(string LocalPart, string Domain)
{
    /// <summary>The address that was redirected to this one; null for one of the envelope.</summary>
    public RoutingAddress? Parent { get; init; }

    /// <summary>The router that redirected the parent; null without a parent.</summary>
    public string? ParentRouter { get; init; }

    /// <summary>Where routing starts; null for the first router.</summary>
    public string? StartRouter { get; init; }

    /// <summary>Comparisons with ancestors regard the letter case of the local part.</summary>
    public bool CasefulLocalPart { get; init; }

    /// <summary>Where bounces go instead of to the sender; null for the sender, <see cref="EnvelopeAddress.Null"/> for nowhere.</summary>
    public EnvelopeAddress? ErrorsTo { get; init; }

    /// <summary>The sender as the Sender Rewriting Scheme has it for the address; null when it is left as it is.</summary>
    public EnvelopeAddress? SrsSender { get; init; }

    /// <summary>Header fields that routers have asked to be added, in order.</summary>
    public ImmutableArray<string> HeadersAdd { get; init; } = [];

    /// <summary>Names of header fields that routers have asked to be removed.</summary>
    public ImmutableArray<string> HeadersRemove { get; init; } = [];

    /// <summary>Values that children inherit: address_data and r_…, by the name of their variable.</summary>
    public ImmutableDictionary<string, ExpandedText> Values { get; init; } = ImmutableDictionary.Create<string, ExpandedText>(StringComparer.Ordinal);

    /// <summary>The address is to replace its ancestor as a recipient of the message once and for all (<c>one_time</c>).</summary>
    public bool OneTime { get; init; }

    /// <summary>Bounces must not name it (<c>hide_child_in_errmsg</c>).</summary>
    public bool HiddenInBounces { get; init; }

    /// <summary>The address of the envelope that this one comes from.</summary>
    public RoutingAddress Root => Parent is null ? this : Parent.Root;

    /// <summary>The verdict about the address of the envelope that this one comes from; null without one.</summary>
    public RecipientVerdict? JudgedIn(MessageScope message) => message.Verdicts.Of(OctetString.FromText(Root.ToString()));

    /// <summary>The sender of its delivery, as long as no transport has another.</summary>
    public EnvelopeAddress ReturnPath(EnvelopeAddress sender) => ErrorsTo ?? SrsSender ?? sender;

    public static RoutingAddress Of(EnvelopeAddress address) => new(address.LocalPart, address.Domain);

    public EnvelopeAddress ToEnvelopeAddress() => new(LocalPart, Domain);

    public override string ToString() => Domain.Length == 0 ? LocalPart : $"{LocalPart}@{Domain}";

    /// <summary>The same mailbox: domains in any letter case, local parts as the address says.</summary>
    public bool IsSameMailbox(RoutingAddress other, bool caseful) =>
        Domain.Equals(other.Domain, StringComparison.OrdinalIgnoreCase)
        && LocalPart.Equals(other.LocalPart, caseful ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
}

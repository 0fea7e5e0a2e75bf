using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Routing;

/// <summary>What a child of a redirection has of its descent, in the form that is stored with the recipient.</summary>
/// <remarks>Names are stored: additive change only. Absent members are the defaults.</remarks>
internal sealed record InheritedRouting
{
    /// <summary>The router that made the child.</summary>
    public string? ParentRouter { get; init; }

    public string? StartRouter { get; init; }

    public bool Caseful { get; init; }

    /// <summary>Where bounces go; empty for nowhere, absent for the sender.</summary>
    public string? ErrorsTo { get; init; }

    /// <summary>The sender for the next host, as a router has rewritten it; absent for the sender as it is.</summary>
    public string? SrsSender { get; init; }

    public IReadOnlyList<string>? HeadersAdd { get; init; }

    public IReadOnlyList<string>? HeadersRemove { get; init; }

    public IReadOnlyDictionary<string, string>? Values { get; init; }

    /// <summary>The names of the values that hold text from peers.</summary>
    public IReadOnlyList<string>? Tainted { get; init; }

    public bool Hidden { get; init; }

    /// <summary>A copy made by a router with <c>unseen</c>: only that router's outcome counts.</summary>
    public string? OnlyRouter { get; init; }

    /// <summary>The router whose <c>unseen</c> made this copy; absent for an address's own way.</summary>
    public string? Copy { get; init; }

    /// <summary>A pipe, file or directory, with the transport that serves it; no transport: nothing is to be done.</summary>
    public string? Target { get; init; }

    public string? TargetTransport { get; init; }

    /// <summary>The routers had nothing for it behind the copies they made.</summary>
    public string? Unrouteable { get; init; }

    public static string Of(RoutingAddress child) => Write(new InheritedRouting
    {
        ParentRouter = child.ParentRouter,
        StartRouter = child.StartRouter,
        Caseful = child.CasefulLocalPart,
        ErrorsTo = child.ErrorsTo?.ToString(),
        SrsSender = child.SrsSender?.ToString(),
        HeadersAdd = child.HeadersAdd.IsDefaultOrEmpty ? null : child.HeadersAdd,
        HeadersRemove = child.HeadersRemove.IsDefaultOrEmpty ? null : child.HeadersRemove,
        Hidden = child.HiddenInBounces,
    }.WithValues(child.Values));

    public InheritedRouting WithValues(ImmutableDictionary<string, ExpandedText> values)
    {
        var tainted = values.Where(value => value.Value.Taint != Taint.None).Select(value => value.Key).Order(StringComparer.Ordinal).ToArray();
        return values.IsEmpty ? this : this with
        {
            Values = values.ToDictionary(value => value.Key, value => value.Value.Text, StringComparer.Ordinal),
            Tainted = tainted.Length == 0 ? null : tainted,
        };
    }

    public ImmutableDictionary<string, ExpandedText> MarkedValues() => (Values ?? ImmutableDictionary<string, string>.Empty).ToImmutableDictionary(
        value => value.Key,
        value => new ExpandedText(value.Value, Tainted?.Contains(value.Key) == true ? Taint.Tainted : Taint.None),
        StringComparer.Ordinal);

    public static string Write(InheritedRouting inherited) => JsonSerializer.Serialize(inherited, InheritedRoutingJson.Default.InheritedRouting);

    public static InheritedRouting Read(string? text) =>
        text is null ? new InheritedRouting() : JsonSerializer.Deserialize(text, InheritedRoutingJson.Default.InheritedRouting)!;

    /// <summary>The address with its ancestors, as the routers want it.</summary>
    public static RoutingAddress ToRoutingAddress(RecipientState recipient, ReadOnlySpan<RecipientState> ancestors)
    {
        var inherited = Read(recipient.Inherited);
        return RoutingAddress.Of(recipient.Address) with
        {
            Parent = ancestors.IsEmpty ? null : ToRoutingAddress(ancestors[0], ancestors[1..]),
            ParentRouter = inherited.ParentRouter,
            StartRouter = inherited.OnlyRouter ?? inherited.StartRouter,
            CasefulLocalPart = inherited.Caseful,
            ErrorsTo = inherited.ErrorsTo switch
            {
                null => null,
                "" => EnvelopeAddress.Null,
                var text => Messages.AddressText.Parse(text),
            },
            SrsSender = inherited.SrsSender is { } sender ? Messages.AddressText.Parse(sender) : null,
            HeadersAdd = [.. inherited.HeadersAdd ?? []],
            HeadersRemove = [.. inherited.HeadersRemove ?? []],
            Values = inherited.MarkedValues(),
            HiddenInBounces = inherited.Hidden,
        };
    }
}

[JsonSerializable(typeof(InheritedRouting))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
internal sealed partial class InheritedRoutingJson : JsonSerializerContext;

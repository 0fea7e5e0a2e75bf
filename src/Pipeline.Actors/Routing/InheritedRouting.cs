using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Mail.Addressing;
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

    public IReadOnlyList<string>? HeadersAdd { get; init; }

    public IReadOnlyList<string>? HeadersRemove { get; init; }

    public IReadOnlyDictionary<string, string>? Values { get; init; }

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
        HeadersAdd = child.HeadersAdd.IsDefaultOrEmpty ? null : child.HeadersAdd,
        HeadersRemove = child.HeadersRemove.IsDefaultOrEmpty ? null : child.HeadersRemove,
        Values = child.Values.IsEmpty ? null : child.Values,
        Hidden = child.HiddenInBounces,
    });

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
            HeadersAdd = [.. inherited.HeadersAdd ?? []],
            HeadersRemove = [.. inherited.HeadersRemove ?? []],
            Values = inherited.Values?.ToImmutableDictionary(StringComparer.Ordinal) ?? ImmutableDictionary.Create<string, string>(StringComparer.Ordinal),
            HiddenInBounces = inherited.Hidden,
        };
    }
}

[JsonSerializable(typeof(InheritedRouting))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
internal sealed partial class InheritedRoutingJson : JsonSerializerContext;

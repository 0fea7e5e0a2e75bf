using System.Security.Cryptography;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Actors.Delivery;

/// <summary>Makes a delivery of what routing found: the transport's options expanded for this recipient, its hosts, and what it can share.</summary>
internal static class DeliveryPlanner
{
    /// <summary>Transports that one delivery may be passed on through.</summary>
    private const int MaxTransports = 10;

    public static async ValueTask<RoutingDecision> PlanAsync(
        ActivePolicy active,
        EvaluationScope scope,
        RecipientToRoute recipient,
        RoutingAddress address,
        ImmutableArray<RouterTried> trials,
        RoutingOutcome.Routed routed,
        CancellationToken cancellationToken)
    {
        var (name, expansion) = await ExpandAsync(
            active, routed.Transport, routed.Router, transport => TransportScope.Create(scope, address, routed with { Transport = transport }), cancellationToken);
        if (expansion is not TransportExpansion.Ready { Options: var options })
        {
            return NotReady(trials, expansion);
        }

        var settings = TransportMapping.ToSettings(options, routed.HeadersAdd, routed.HeadersRemove) with
        {
            Shadow = await ShadowAsync(
                active, options.Shadow, shadow => TransportScope.Create(scope, address, routed with { Transport = shadow }), routed.HeadersAdd, routed.HeadersRemove, cancellationToken),
        };
        var (hosts, fallbackHosts, problem) = await TransportHostFinder.FindAsync(scope, routed, options as ExpandedSmtpTransport, (settings as SmtpTransportSettings)?.Port ?? 0, cancellationToken);
        if (problem is not null)
        {
            return new RoutingDecision.Defer(trials, problem);
        }

        var returnPath = options.ReturnPath ?? routed.ReturnPath(recipient.Message.Envelope.Sender);
        var destination = Destination(settings, options is ExpandedSmtpTransport { HostsRandomize: true } ? hosts.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name)) : hosts);
        return new RoutingDecision.Deliver(
            WithNotes(trials, options),
            routed.Router,
            settings,
            hosts,
            Recipient(routed, options),
            returnPath,
            GroupKey(settings, options, destination, returnPath, recipient, routed),
            destination,
            DeliveryPlace.Of(
                name,
                InheritedRouting.Read(recipient.Recipient.Inherited).Copy,
                recipient.Recipient.Address with { Domain = routed.Address.Domain }))
        {
            FallbackHosts = fallbackHosts,
            DsnLastHop = routed.DsnLastHop,
            Limits = await ParallelDelivery.LimitsAsync(active, scope, recipient, options, hosts, cancellationToken),
            Order = options is ExpandedSmtpTransport ? await ParallelDelivery.OrderAsync(active, scope, routed.Address.Domain, cancellationToken) : 0,
        };
    }

    /// <summary>A file or directory that a redirection named.</summary>
    public static async ValueTask<RoutingDecision> PlanTargetAsync(
        ActivePolicy active,
        EvaluationScope scope,
        RecipientToRoute recipient,
        RoutingAddress address,
        InheritedRouting inherited,
        CancellationToken cancellationToken)
    {
        var router = inherited.ParentRouter ?? "";
        if (inherited.TargetTransport is not { } named)
        {
            return new RoutingDecision.Redirect([], router, []); // /dev/null: nothing is to be done
        }

        var target = new RoutingOutcome.RoutedToTarget(
            router,
            inherited.Target!,
            named,
            address.Parent ?? address,
            inherited.MarkedValues());
        var (name, expansion) = await ExpandAsync(
            active, named, router, transport => TransportScope.Create(scope, target with { Transport = transport }), cancellationToken);
        if (expansion is not TransportExpansion.Ready { Options: var options })
        {
            return NotReady([], expansion);
        }

        var settings = TransportMapping.ToSettings(options, [], []) with
        {
            Shadow = await ShadowAsync(active, options.Shadow, shadow => TransportScope.Create(scope, target with { Transport = shadow }), [], [], cancellationToken),
        };
        return new RoutingDecision.Deliver(
            [],
            router,
            settings,
            [],
            target.Parent.ToEnvelopeAddress(),
            options.ReturnPath ?? recipient.Message.Envelope.Sender,
            $"{name}\n{recipient.Recipient.Index}",
            Destination(settings, []),
            DeliveryPlace.OfTarget(name, target.Target, target.Parent.ToEnvelopeAddress()));
    }

    /// <summary>Expands the options of a transport, or of the one that has to take its place.</summary>
    private static async ValueTask<(string Name, TransportExpansion Expansion)> ExpandAsync(
        ActivePolicy active, string? name, string router, Func<string, EvaluationScope> scope, CancellationToken cancellationToken)
    {
        var missing = $"transport \"{name}\" of router {router} does not exist";
        for (var count = 0; count < MaxTransports; count++)
        {
            if (name is null || !active.Policy.Transports.TryGetValue(name, out var transport))
            {
                return (name ?? "", new TransportExpansion.Deferred(missing));
            }

            var expansion = await transport.ExpandAsync(scope(name), cancellationToken);
            if (expansion is not TransportExpansion.Elsewhere elsewhere)
            {
                return (name, expansion);
            }

            (name, missing) = (elsewhere.Transport, elsewhere.Missing);
        }

        return (name!, new TransportExpansion.Deferred($"the transports of router {router} pass the mailbox on to each other"));
    }

    /// <summary>The settings of the shadow transport, or why it cannot be used.</summary>
    private static async ValueTask<ShadowTransport?> ShadowAsync(
        ActivePolicy active,
        string? name,
        Func<string, EvaluationScope> scope,
        ImmutableArray<string> headersAdd,
        ImmutableArray<string> headersRemove,
        CancellationToken cancellationToken)
    {
        if (name is null)
        {
            return null;
        }

        if (!active.Policy.Transports.TryGetValue(name, out var transport) || !transport.IsLocal)
        {
            return new ShadowTransport(name, null, transport is null ? "there is no such transport" : "it is not a local transport");
        }

        return await transport.ExpandAsync(scope(name), cancellationToken) switch
        {
            TransportExpansion.Ready ready => new ShadowTransport(name, TransportMapping.ToSettings(ready.Options, headersAdd, headersRemove)),
            TransportExpansion.Deferred deferred => new ShadowTransport(name, null, deferred.Message),
            TransportExpansion.Failed failed => new ShadowTransport(name, null, failed.Message),
            TransportExpansion.Elsewhere elsewhere => new ShadowTransport(name, null, $"the mailbox is one of transport {elsewhere.Transport}"),
            var other => throw new InvalidOperationException($"unknown expansion {other.GetType().Name}"),
        };
    }

    /// <summary>The trial that led to the transport says which addresses of the header the transport has rewritten, and what else is to be known of it.</summary>
    private static ImmutableArray<RouterTried> WithNotes(ImmutableArray<RouterTried> trials, ExpandedTransport options)
    {
        var rewriting = options.RewrittenHeader is { Steps: { IsEmpty: false } steps } ? $"headers_rewrite of {options.Name} transport: {RewriteNote.Of(steps)}" : "";
        var note = string.Join("; ", new[] { rewriting, options.Note }.Where(part => part.Length > 0));
        if (trials.IsEmpty || note.Length == 0)
        {
            return trials;
        }

        return trials.SetItem(trials.Length - 1, trials[^1] with { Reason = trials[^1].Reason.Length == 0 ? note : $"{trials[^1].Reason}; {note}" });
    }

    private static RoutingDecision NotReady(ImmutableArray<RouterTried> trials, TransportExpansion expansion) => expansion switch
    {
        TransportExpansion.Failed failed => new RoutingDecision.Fail(trials, failed.Message),
        TransportExpansion.Deferred deferred => new RoutingDecision.Defer(trials, deferred.Message),
        _ => throw new InvalidOperationException($"unknown expansion {expansion.GetType().Name}"),
    };

    private static EnvelopeAddress Recipient(RoutingOutcome.Routed routed, ExpandedTransport options) => options.IncludeAffixes
        ? routed.Address with { LocalPart = routed.LocalPartPrefix + routed.Address.LocalPart + routed.LocalPartSuffix }
        : routed.Address;

    /// <summary>Deliveries to the same text share a limit and connections.</summary>
    private static string Destination(TransportSettings settings, ImmutableArray<DestinationHost> hosts) =>
        hosts.IsEmpty ? settings.Name : $"{settings.Name} {string.Join(' ', hosts.Select(host => $"{host.Name}:{host.Port}"))}";

    /// <summary>A transport may rewrite a header differently for each recipient.</summary>
    private static string[] Digest(ReadOnlyMemory<byte>? header) => header is { } block ? ["", Convert.ToHexString(SHA256.HashData(block.Span))] : [];

    /// <summary>What a local delivery to several recipients does for all of them alike.</summary>
    private static string Shared(TransportSettings settings) => settings switch
    {
        AppendfileTransportSettings file => string.Join('\n', file.Path, file.MessagePrefix, file.MessageSuffix),
        LmtpTransportSettings lmtp => string.Join('\0', lmtp.Command.Append(lmtp.Socket)),
        PipeTransportSettings pipe => string.Join('\0', pipe.Command.Append(pipe.Directory).Append(pipe.Frame.Prefix).Append(pipe.Frame.Suffix)),
        _ => "",
    };

    private static string[] ShadowOf(TransportSettings settings) => settings.Shadow switch
    {
        null => [],
        { Settings: { } shadow } followed => [followed.Name, Shared(shadow)],
        var unusable => [unusable.Name, unusable.Problem],
    };

    /// <summary>What recipients of one message must have in common to share an attempt.</summary>
    private static string GroupKey(
        TransportSettings settings,
        ExpandedTransport options,
        string destination,
        EnvelopeAddress returnPath,
        RecipientToRoute recipient,
        RoutingOutcome.Routed routed)
    {
        var alone = settings switch
        {
            SmtpTransportSettings smtp => smtp.MultiDomain ? "" : routed.Address.Domain.ToLowerInvariant(),
            QueuefileTransportSettings queuefile => queuefile.Directory,
            _ when options.BatchMax <= 1 => $"#{recipient.Recipient.Index}",
            _ => $"{options.BatchId}\n{Shared(settings)}",
        };
        return string.Join('\n', [destination, returnPath.ToString(), alone, routed.DsnLastHop ? "last hop" : "", string.Join('\0', settings.Filter), .. ShadowOf(settings), .. settings.HeadersAdd, "", .. settings.HeadersRemove, .. Digest(settings.HeaderBlock)]);
    }
}

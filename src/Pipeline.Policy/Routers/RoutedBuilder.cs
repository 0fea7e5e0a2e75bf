using System.Collections.Immutable;
using System.Net;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Routers.Drivers;

namespace Pipeline.Policy.Routers;

/// <summary>Turns a driver's verdict into an outcome, with the router's generic options expanded.</summary>
internal static class RoutedBuilder
{
    /// <summary>Values of the address that belong to this router's turn, not to the children.</summary>
    private static readonly string[] NotInherited = ["router_name", "return_path", "domain_data", "local_part_data", "home", "local_user_uid", "local_user_gid"];

    public static async ValueTask<RoutingOutcome> BuildAsync(
        RouterDefinition router, EvaluationScope scope, RoutingAddress address, RoutingMode mode, RouterServices services, RouterChain chain,
        DriverVerdict.Accept accept, CancellationToken cancellationToken)
    {
        var own = scope.Address!;
        var (transport, error) = await TransportAsync(router, scope, accept, services, cancellationToken);
        if (error is not null && !mode.IsVerify)
        {
            return new RoutingOutcome.Deferred(router.Name, error, NeedsAttention: true);
        }

        var (hosts, untranslated) = await TranslateAsync(router, scope, accept.Hosts, cancellationToken);
        if (untranslated is not null)
        {
            return new RoutingOutcome.Deferred(router.Name, untranslated, NeedsAttention: true);
        }

        var errorsTo = await ErrorsToAsync(router, scope, address, mode, chain, cancellationToken);
        var localPart = address.LocalPart[own.LocalPartPrefix.Length..^own.LocalPartSuffix.Length];
        if (accept.HostText.Length > 0)
        {
            own.Values["host"] = accept.HostText;
        }

        if (await ExpandAsync(router.TransportHomeDirectory, scope, cancellationToken) is { } home)
        {
            own.Values["home"] = home.Text;
        }

        return new RoutingOutcome.Routed
        {
            Router = router.Name,
            Transport = transport,
            IsLocal = transport is null || services.Transports[transport].IsLocal,
            Address = new EnvelopeAddress(localPart, address.Domain),
            LocalPartPrefix = own.LocalPartPrefix,
            LocalPartSuffix = own.LocalPartSuffix,
            Hosts = hosts,
            HostText = accept.HostText,
            FallbackHosts = await TextAsync(router.FallbackHosts, scope, cancellationToken),
            ErrorsTo = errorsTo,
            SrsSender = address.SrsSender,
            HeadersAdd = await AddHeadersAsync(router, scope, address, cancellationToken),
            HeadersRemove = await RemoveHeadersAsync(router, scope, address, cancellationToken),
            Values = own.Values.ToImmutableDictionary(StringComparer.Ordinal),
            CurrentDirectory = await TextAsync(router.TransportCurrentDirectory, scope, cancellationToken),
            User = await TextAsync(router.User, scope, cancellationToken),
            Group = await TextAsync(router.Group, scope, cancellationToken),
            DsnLastHop = router.DsnLastHop,
            RetryUseLocalPart = router.RetryUseLocalPart,
            LogAsLocal = router.LogAsLocal,
            DisableLogging = router.DisableLogging,
        };
    }

    public static async ValueTask<RoutingOutcome> RedirectAsync(
        RouterDefinition router, EvaluationScope scope, RoutingAddress address, RoutingMode mode, RouterChain chain, DriverVerdict.Redirect redirect, CancellationToken cancellationToken)
    {
        var errorsTo = await ErrorsToAsync(router, scope, address, mode, chain, cancellationToken);
        var add = await AddHeadersAsync(router, scope, address, cancellationToken);
        var remove = await RemoveHeadersAsync(router, scope, address, cancellationToken);
        var values = scope.Address!.Values.Where(pair => !NotInherited.Contains(pair.Key)).ToImmutableDictionary(StringComparer.Ordinal);
        return new RoutingOutcome.Redirected(
            router.Name,
            [.. redirect.Children.Select(child => child with { ErrorsTo = errorsTo, HeadersAdd = add, HeadersRemove = remove, Values = values })],
            [.. redirect.Targets.Select(target => new RoutingOutcome.RoutedToTarget(router.Name, target.Target, target.Transport, address, scope.Address.Values.ToImmutableDictionary(StringComparer.Ordinal)))]);
    }

    /// <summary>The option <c>translate_ip_address</c>: an address of a host may stand for another. Forced failure leaves it as it is.</summary>
    private static async ValueTask<(ImmutableArray<RoutedHost> Hosts, string? Error)> TranslateAsync(
        RouterDefinition router, EvaluationScope scope, ImmutableArray<RoutedHost> hosts, CancellationToken cancellationToken)
    {
        if (router.TranslateIpAddress is not { } translation)
        {
            return (hosts, null);
        }

        var translated = ImmutableArray.CreateBuilder<RoutedHost>(hosts.Length);
        foreach (var host in hosts)
        {
            var addresses = ImmutableArray.CreateBuilder<IPAddress>(host.Addresses.Length);
            foreach (var address in host.Addresses)
            {
                scope.Address!.Values["host_address"] = address.ToString();
                var expanded = await translation.ExpandAsync(scope, cancellationToken);
                if (expanded.Outcome == ExpansionOutcome.ForcedFailure)
                {
                    addresses.Add(address);
                }
                else if (expanded.IsSuccess && IPAddress.TryParse(expanded.Value.Trim(), out var other))
                {
                    addresses.Add(other);
                }
                else
                {
                    return ([], $"{router.Name} router: translate_ip_address gives no IP address for {address}: {(expanded.IsSuccess ? $"\"{expanded.Value}\"" : expanded.Message)}");
                }
            }

            translated.Add(host with { Addresses = addresses.ToImmutable() });
        }

        scope.Address!.Values.Remove("host_address");
        return (translated.ToImmutable(), null);
    }

    private static async ValueTask<(string? Transport, string? Error)> TransportAsync(
        RouterDefinition router, EvaluationScope scope, DriverVerdict.Accept accept, RouterServices services, CancellationToken cancellationToken)
    {
        var name = accept.Transport;
        if (name is null)
        {
            if (router.Transport is not { } transport)
            {
                return (null, $"transport unset in {router.Name} router");
            }

            var expanded = await transport.ExpandAsync(scope, cancellationToken);
            if (!expanded.IsSuccess)
            {
                return (null, $"failed to expand transport \"{transport.Source}\" in {router.Name} router: {expanded.Message}");
            }

            if (expanded.Text.Taint != Taint.None
                && $"attempt to use tainted transport name \"{expanded.Value}\" in {router.Name} router" is var complaint
                && scope.Environment.Tainting.Refuses(scope, expanded.Text.Taint, transport.Source, complaint))
            {
                return (null, complaint);
            }

            name = expanded.Value;
        }

        return services.Transports.ContainsKey(name) ? (name, null) : (null, $"transport \"{name}\" not found in {router.Name} router");
    }

    // An address for bounces that cannot be routed would swallow them: it is not used.
    private static async ValueTask<EnvelopeAddress?> ErrorsToAsync(
        RouterDefinition router, EvaluationScope scope, RoutingAddress address, RoutingMode mode, RouterChain chain, CancellationToken cancellationToken)
    {
        if (router.ErrorsTo is null || mode.IsVerify)
        {
            return address.ErrorsTo;
        }

        if (await TextAsync(router.ErrorsTo, scope, cancellationToken) is not { } text)
        {
            return address.ErrorsTo;
        }

        var bare = text.Trim().TrimStart('<').TrimEnd('>');
        if (bare.Length == 0)
        {
            return EnvelopeAddress.Null;
        }

        var at = bare.LastIndexOf('@');
        var target = at < 0 ? new EnvelopeAddress(bare, scope.Environment.PrimaryHostname) : new EnvelopeAddress(bare[..at], bare[(at + 1)..]);
        var verified = await new AddressVerifier(chain).VerifyAsync(scope, target, asSender: false, successOnRedirect: false, cancellationToken);
        return verified.Outcome == VerificationOutcome.Failed ? address.ErrorsTo : target;
    }

    private static async ValueTask<ImmutableArray<string>> AddHeadersAsync(RouterDefinition router, EvaluationScope scope, RoutingAddress address, CancellationToken cancellationToken)
    {
        var headers = address.HeadersAdd;
        foreach (var item in router.HeadersAdd)
        {
            if (await TextAsync(item, scope, cancellationToken) is { } text && text.Trim().Length > 0 && !headers.Contains(text.TrimEnd('\n')))
            {
                headers = headers.Add(text.TrimEnd('\n'));
            }
        }

        return headers;
    }

    private static async ValueTask<ImmutableArray<string>> RemoveHeadersAsync(RouterDefinition router, EvaluationScope scope, RoutingAddress address, CancellationToken cancellationToken)
    {
        var names = address.HeadersRemove;
        foreach (var item in router.HeadersRemove)
        {
            if (await TextAsync(item, scope, cancellationToken) is { } text)
            {
                names = names.AddRange(ListSyntax.Split(text).Where(name => name.Length > 0));
            }
        }

        return names;
    }

    private static async ValueTask<string?> TextAsync(ExpandableString? option, EvaluationScope scope, CancellationToken cancellationToken) =>
        (await ExpandAsync(option, scope, cancellationToken))?.Value;

    /// <returns>Null when the option is not set, or could not be expanded.</returns>
    private static async ValueTask<ExpansionResult?> ExpandAsync(ExpandableString? option, EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (option is null)
        {
            return null;
        }

        var expanded = await option.ExpandAsync(scope, cancellationToken);
        if (expanded.Outcome is ExpansionOutcome.Failed or ExpansionOutcome.Deferred)
        {
            scope.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"failed to expand \"{option.Source}\" in {scope.Address!.Values["router_name"]} router: {expanded.Message}");
        }

        return expanded.IsSuccess ? expanded : null;
    }
}

using Pipeline.Actors.Receipt;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Transports;

namespace Pipeline.Actors.Delivery;

/// <summary>How many deliveries may run beside one, and which of a message begins first: <c>max_parallel</c>, <c>serialize_hosts</c>, <c>remote_max_parallel</c>, <c>remote_sort_domains</c>.</summary>
/// <remarks>The bounds are of one node; those of node.json hold besides.</remarks>
internal static class ParallelDelivery
{
    public static async ValueTask<ImmutableArray<DeliveryLimit>> LimitsAsync(
        ActivePolicy active,
        EvaluationScope scope,
        RecipientToRoute recipient,
        ExpandedTransport options,
        ImmutableArray<DestinationHost> hosts,
        CancellationToken cancellationToken)
    {
        var limits = ImmutableArray.CreateBuilder<DeliveryLimit>();
        if (options.MaxParallel > 0)
        {
            limits.Add(new DeliveryLimit($"transport {options.Name}", options.MaxParallel));
        }

        if (options is not ExpandedSmtpTransport smtp)
        {
            return limits.ToImmutable();
        }

        foreach (var host in hosts)
        {
            foreach (var address in host.Addresses)
            {
                if (await smtp.Serialize.ContainsAsync(host.Name, address, cancellationToken))
                {
                    limits.Add(new DeliveryLimit($"host {address}", 1));
                }
            }
        }

        if (active.Policy.MainOptions.RemoteMaxParallel is { } option && await NumberAsync(option, scope, cancellationToken) is > 0 and var max)
        {
            limits.Add(new DeliveryLimit($"message {recipient.Message.Id}", (int)Math.Min(max, int.MaxValue)));
        }

        return limits.ToImmutable();
    }

    /// <summary>The place of the first item of <c>remote_sort_domains</c> that the domain matches; behind all of them without one.</summary>
    public static async ValueTask<int> OrderAsync(ActivePolicy active, EvaluationScope scope, string domain, CancellationToken cancellationToken)
    {
        var items = active.Policy.MainOptions.RemoteSortDomains;
        for (var i = 0; i < items.Length; i++)
        {
            if ((await items[i].MatchAsync(scope, OctetString.FromText(domain.ToLowerInvariant()), cancellationToken)).IsMatch)
            {
                return i;
            }
        }

        return items.Length;
    }

    private static async ValueTask<long> NumberAsync(ExpandableString option, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var expanded = await option.ExpandAsync(scope, cancellationToken);
        if (expanded.IsSuccess && IntegerText.TryParse(expanded.Value, out var number, out _))
        {
            return number;
        }

        scope.Environment.Log.Write(
            PolicyLogTarget.Main | PolicyLogTarget.Panic, $"remote_max_parallel: {(expanded.IsSuccess ? $"\"{expanded.Value}\" is not a number" : expanded.Message)}");
        return 0;
    }
}

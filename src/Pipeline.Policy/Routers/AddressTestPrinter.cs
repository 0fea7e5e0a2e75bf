using System.Globalization;
using System.Text;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>What <c>-bt</c> prints for an address.</summary>
/// <param name="ExitCode">0 routed, 1 cannot be resolved now, 2 undeliverable.</param>
public sealed record AddressTest(string Text, int ExitCode);

/// <summary>Routes addresses and writes down where they go, in the form of Exim's <c>-bt</c>.</summary>
public sealed class AddressTestPrinter(RouterChain chain)
{
    /// <summary>Addresses that one address may grow into before the test stops.</summary>
    private const int MaxAddresses = 10_000;

    public async ValueTask<AddressTest> TestAsync(EvaluationScope scope, RoutingAddress address, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var exitCode = 0;
        var pending = new Queue<RoutingAddress>([address]);
        for (var count = 0; count < MaxAddresses && pending.TryDequeue(out var current); count++)
        {
            var result = await chain.RouteAsync(scope, current, RoutingMode.AddressTest, cancellationToken);
            foreach (var outcome in result.Outcomes)
            {
                exitCode = Math.Max(exitCode, Print(text, current, outcome));
                if (outcome is RoutingOutcome.Redirected redirected)
                {
                    foreach (var child in redirected.Children)
                    {
                        pending.Enqueue(child);
                    }
                }
            }
        }

        return new AddressTest(text.ToString(), exitCode);
    }

    private static int Print(StringBuilder text, RoutingAddress address, RoutingOutcome outcome)
    {
        switch (outcome)
        {
            case RoutingOutcome.Routed routed:
                text.Append(CultureInfo.InvariantCulture, $"{address}\n");
                PrintAncestors(text, address);
                text.Append(CultureInfo.InvariantCulture, $"  router = {routed.Router}, transport = {routed.Transport ?? "<none>"}\n");
                PrintHosts(text, routed);
                return 0;
            case RoutingOutcome.Redirected redirected:
                foreach (var target in redirected.Targets)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{address} -> {target.Target}\n");
                    text.Append(CultureInfo.InvariantCulture, $"  transport = {target.Transport ?? "**bypassed**"}\n");
                }

                return 0;
            case RoutingOutcome.Discarded:
                text.Append(CultureInfo.InvariantCulture, $"mail to {address} is discarded\n");
                return 0;
            case RoutingOutcome.Deferred deferred:
                text.Append(CultureInfo.InvariantCulture, $"{address} cannot be resolved at this time: {deferred.Message}\n");
                PrintAncestors(text, address);
                return 1;
            case RoutingOutcome.Failed failed:
                return PrintUndeliverable(text, address, failed.Message);
            case RoutingOutcome.Unrouteable unrouteable:
                return PrintUndeliverable(text, address, unrouteable.Message);
            default:
                return 0;
        }
    }

    private static int PrintUndeliverable(StringBuilder text, RoutingAddress address, string message)
    {
        text.Append(CultureInfo.InvariantCulture, $"{address} is undeliverable: {message}\n");
        PrintAncestors(text, address);
        return 2;
    }

    private static void PrintAncestors(StringBuilder text, RoutingAddress address)
    {
        for (var ancestor = address.Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            text.Append(CultureInfo.InvariantCulture, $"    <-- {ancestor}\n");
        }
    }

    // Names and addresses stand in columns.
    private static void PrintHosts(StringBuilder text, RoutingOutcome.Routed routed)
    {
        var hosts = routed.Hosts.SelectMany(host => host.Addresses, (host, address) => (Host: host, Address: $"[{address}]")).ToArray();
        var nameWidth = hosts.Length == 0 ? 0 : hosts.Max(line => line.Host.Name.Length);
        var addressWidth = hosts.Length == 0 ? 0 : hosts.Max(line => line.Address.Length);
        foreach (var (host, address) in hosts)
        {
            var line = new StringBuilder($"  host {host.Name.PadRight(nameWidth)} {address.PadRight(addressWidth)}");
            line.Append(host.MxPreference is { } preference ? string.Create(CultureInfo.InvariantCulture, $" MX={preference}") : "");
            line.Append(host.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $" port={port}") : "");
            text.Append(line.ToString().TrimEnd()).Append('\n');
        }
    }
}

using System.Globalization;
using System.Text;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>What <c>-bt</c> prints for an address.</summary>
/// <param name="ExitCode">0 routed, 1 cannot be resolved now, 2 undeliverable.</param>
public sealed record AddressTest(string Text, int ExitCode);

/// <summary>Routes addresses and writes down where they go, in the form and the order of Exim's <c>-bt</c>.</summary>
/// <remarks>
/// What ends an address is said at once. What leads to a transport is said at the end: pipes and files as they come, then deliveries of this machine, then
/// those to hosts, the last one found first. Children are routed before what was waiting. An address that a router with <c>unseen</c> has copied is its own
/// parent, as the copy's.
/// </remarks>
public sealed class AddressTestPrinter(RouterChain chain)
{
    /// <summary>Addresses that one address may grow into before the test stops.</summary>
    private const int MaxAddresses = 10_000;

    public async ValueTask<AddressTest> TestAsync(EvaluationScope scope, RoutingAddress address, CancellationToken cancellationToken)
    {
        var found = new Found();
        var pending = new Stack<Step>([new Step(address, null)]);
        for (var count = 0; count < MaxAddresses && pending.TryPop(out var current); count++)
        {
            var result = await chain.RouteAsync(scope, current.Address, RoutingMode.AddressTest, cancellationToken);
            for (var i = 0; i < result.Outcomes.Length; i++)
            {
                current = result.Outcomes.Length > 1 && i < result.Outcomes.Length - 1 ? current with { Parent = current } : current;
                Take(found, current, result.Outcomes[i], isCopy: i < result.Outcomes.Length - 1);
                if (result.Outcomes[i] is RoutingOutcome.Redirected redirected)
                {
                    foreach (var child in redirected.Children.Reverse())
                    {
                        pending.Push(new Step(child, current));
                    }
                }
            }
        }

        return new AddressTest(found.ToString(), found.ExitCode);
    }

    private static void Take(Found found, Step step, RoutingOutcome outcome, bool isCopy)
    {
        switch (outcome)
        {
            case RoutingOutcome.Routed routed:
                (routed.IsLocal ? found.Local : found.Remote).Push((step, routed, isCopy));
                break;
            case RoutingOutcome.Redirected redirected:
                found.Targets.AddRange(redirected.Targets.Select(target => $"{step.Address} -> {target.Target}\n  transport = {target.Transport ?? "**bypassed**"}\n"));
                break;
            case RoutingOutcome.Discarded:
                found.Ends.Append(CultureInfo.InvariantCulture, $"mail to {step.Address} is discarded\n");
                break;
            case RoutingOutcome.Deferred deferred:
                found.End(step, $"cannot be resolved at this time: {deferred.Message}", 1);
                break;
            case RoutingOutcome.Failed failed:
                found.End(step, $"is undeliverable: {failed.Message}", 2);
                break;
            case RoutingOutcome.Unrouteable unrouteable:
                found.End(step, $"is undeliverable: {unrouteable.Message}", 2);
                break;
        }
    }

    /// <summary>An address on its way, with what it came from as it is shown.</summary>
    private sealed record Step(RoutingAddress Address, Step? Parent);

    /// <summary>What has been found so far.</summary>
    private sealed class Found
    {
        private readonly HashSet<string> _shown = new(StringComparer.Ordinal);

        public StringBuilder Ends { get; } = new();

        public List<string> Targets { get; } = [];

        public Stack<(Step Step, RoutingOutcome.Routed Routed, bool IsCopy)> Local { get; } = new();

        public Stack<(Step Step, RoutingOutcome.Routed Routed, bool IsCopy)> Remote { get; } = new();

        public int ExitCode { get; private set; }

        public void End(Step step, string what, int exitCode)
        {
            ExitCode = Math.Max(ExitCode, exitCode);
            Ends.Append(CultureInfo.InvariantCulture, $"{step.Address} {what}\n");
            AppendAncestors(Ends, step);
        }

        public override string ToString()
        {
            var text = new StringBuilder().Append(Ends).AppendJoin("", Targets);
            foreach (var (step, routed, isCopy) in Local.Concat(Remote))
            {
                var place = $"{(isCopy ? routed.Router : "")}\n{step.Address.LocalPart}@{step.Address.Domain.ToLowerInvariant()}";
                text.Append(CultureInfo.InvariantCulture, $"{step.Address}{(routed.SrsSender is { } sender ? $"    [srs = {sender}]" : "")}{(_shown.Add(place) ? "" : "   [duplicate, would not be delivered]")}\n");
                AppendAncestors(text, step);
                text.Append(CultureInfo.InvariantCulture, $"  router = {routed.Router}, transport = {routed.Transport ?? "<none>"}\n");
                PrintHosts(text, routed);
            }

            return text.ToString();
        }

        private static void AppendAncestors(StringBuilder text, Step step)
        {
            for (var ancestor = step.Parent; ancestor is not null; ancestor = ancestor.Parent)
            {
                text.Append(CultureInfo.InvariantCulture, $"    <-- {ancestor.Address}\n");
            }
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

using System.CommandLine;
using System.Text.Json;
using Pipeline.Node.Admin;

namespace Pipeline.Node.CommandLine.Health;

/// <summary>The command <c>health</c>: for people, for health checks of containers and for load balancers.</summary>
internal static class HealthCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var address = new NodeAddressOptions();
        var live = new Option<bool>("--live") { Description = "Only ask whether the node works, not whether it should get mail now" };
        var command = new Command("health", "Ask a running node how it is; exit code 0 when it works and takes mail, 1 when not") { live };
        common.AddTo(command, json: true);
        address.AddTo(command);
        command.SetAction((parsed, token) => StoreAccess.OrderAsync(common, address, parsed, async (node, output, cancellationToken) =>
        {
            var report = await node.HealthAsync(cancellationToken);
            if (parsed.GetValue(common.Json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(report, AdminJson.Default.HealthReport));
            }
            else
            {
                await output.WriteLineAsync($"{report.Name}: {(report.Ready ? "live and ready" : report.Live ? "live, not ready" : "not live")}");
                foreach (var problem in report.Problems)
                {
                    await output.WriteLineAsync($"  {problem}");
                }
            }

            return (parsed.GetValue(live) ? report.Live : report.Ready) ? ExitCodes.Success : ExitCodes.Failure;
        }, token));
        return command;
    }
}

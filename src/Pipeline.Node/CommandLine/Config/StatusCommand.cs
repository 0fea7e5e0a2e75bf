using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Pipeline.Node.CommandLine.Config;

/// <summary>The command <c>config status</c>: which node runs which policy, and why not the current one.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var command = new Command("status", "Show which node runs which policy; exit code 2 when one that runs has another than the current one");
        common.AddTo(command, json: true);
        command.SetAction((parsed, token) => RegistryAccess.ReadAsync(common, parsed, async (registry, cancellationToken) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var current = await registry.ReadCurrentNumberAsync(cancellationToken);
            var nodes = await registry.ReadNodesAsync(cancellationToken);
            var differ = nodes.Any(node => node.Runs && node.Number != current);
            if (parsed.GetValue(common.Json))
            {
                var status = new PolicyStatusJson(current, differ, [.. nodes.Select(node => ConfigJson.Of(node, current))]);
                await output.WriteLineAsync(JsonSerializer.Serialize(status, ConfigJsonContext.Default.PolicyStatusJson));
            }
            else
            {
                await output.WriteLineAsync(current == 0 ? "no policy was published yet" : string.Create(CultureInfo.InvariantCulture, $"current policy: {current}"));
                foreach (var node in nodes)
                {
                    var state = !node.Runs ? "gone" : node.Number == current ? "current" : node.Problem is null ? "behind" : "refused";
                    await output.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture, $"  {node.Node,-24} policy {node.Number,-6} {state,-8} since {node.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}"));
                    if (node.Problem is { } problem)
                    {
                        await output.WriteLineAsync($"    policy {node.Wanted}: {problem.ReplaceLineEndings("\n    ")}");
                    }
                }
            }

            return differ ? ExitCodes.Unusable : ExitCodes.Success;
        }, token));
        return command;
    }
}

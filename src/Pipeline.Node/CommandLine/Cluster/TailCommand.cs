using System.CommandLine;
using System.Text.Json;
using Pipeline.Node.Admin.Cluster;

namespace Pipeline.Node.CommandLine.Cluster;

/// <summary>The command <c>cluster tail</c>: what happened in the cluster and, on request, what happens.</summary>
internal static class TailCommand
{
    private const int DefaultEvents = 20;
    private static readonly TimeSpan WaitPerRequest = TimeSpan.FromSeconds(15);

    public static Command Create()
    {
        var access = new ClusterAccess();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what happens, until interrupted" };
        var limit = new Option<int>("--limit", "-n") { Description = "How many of the last events to begin with", DefaultValueFactory = _ => DefaultEvents };
        var command = new Command("tail", "Print what happened in the cluster, oldest first; with --json, an object for each line") { follow, limit };
        access.AddTo(command, byDatabase: true);
        command.SetAction((parsed, token) => access.LookAsync(parsed, async (desk, output, cancellationToken) =>
        {
            var first = Math.Clamp(parsed.GetValue(limit), 1, ClusterEndpoints.MaxEvents);
            var last = Print((await desk.ReadEventsAsync(-first, first, TimeSpan.Zero, cancellationToken)).Events, 0);
            while (parsed.GetValue(follow) && !cancellationToken.IsCancellationRequested)
            {
                try
                {
                    last = Print((await desk.ReadEventsAsync(last, ClusterEndpoints.MaxEvents, WaitPerRequest, cancellationToken)).Events, last);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    break;
                }
            }

            return ExitCodes.Success;

            long Print(IReadOnlyList<EventDocument> events, long before)
            {
                foreach (var e in events)
                {
                    output.WriteLine(access.Json(parsed) ? JsonSerializer.Serialize(e, ClusterJson.Default.EventDocument) : ClusterPrinter.Line(e));
                }

                output.Flush();
                return events.Count == 0 ? before : events[^1].Number;
            }
        }, token));
        return command;
    }
}

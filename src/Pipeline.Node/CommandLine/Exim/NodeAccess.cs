using Pipeline.Node.Admin;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>A way to the node of a store: an order line to the one that runs, or one started for this command alone. Exactly one of both is there.</summary>
internal sealed record NodeAccess(AdminClient? Running, MailNode? Own) : IAsyncDisposable
{
    /// <summary>Where the running node listens; empty without one.</summary>
    public string Socket { get; private init; } = "";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a node that is just starting or stopping is looked for again.</summary>
    private const int Attempts = 100;

    /// <param name="claimsDue">Whether a node of this command works on what is due in the queue.</param>
    /// <exception cref="NodeStartException">There is none, and none can be started.</exception>
    public static async Task<NodeAccess> OpenAsync(
        NodeReach reach, ILoggerProvider? logging, TimeProvider time, CancellationToken cancellationToken, bool claimsDue = true)
    {
        for (var attempt = 1; ; attempt++)
        {
            var socket = reach.Socket ?? SpoolPaths.AdminSocket(reach.Configuration!.StoreDirectory);
            if (await AdminClient.ConnectToAsync(socket, cancellationToken) is { } running)
            {
                return new NodeAccess(running, null) { Socket = socket };
            }

            if (reach.Configuration is null)
            {
                if (attempt == Attempts)
                {
                    throw new NodeStartException([$"{socket}: no node answers there"]);
                }

                await Task.Delay(Pause, time, cancellationToken);
                continue;
            }

            try
            {
                var options = reach.Configuration.Choice.ToNodeOptions() with { AcceptsMail = false, ForOneCommand = true, ClaimsDue = claimsDue, Logging = logging, Time = time };
                return new NodeAccess(null, await MailNode.StartAsync(options, cancellationToken));
            }
            catch (NodeStartException error) when (error.StoreInUse && attempt < Attempts)
            {
                // Another node holds the store and does not answer yet, or not any more.
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Running?.Dispose();
        if (Own is not null)
        {
            await Own.DisposeAsync();
        }
    }
}

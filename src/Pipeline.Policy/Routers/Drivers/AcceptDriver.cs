namespace Pipeline.Policy.Routers.Drivers;

/// <summary><c>driver = accept</c>: takes whatever the preconditions let through.</summary>
internal sealed class AcceptDriver : RouterDriver
{
    public override bool LogsAsLocal => true;

    public override ValueTask<DriverVerdict> RouteAsync(RouteRun run, CancellationToken cancellationToken) => new(DriverVerdict.Accept.WithoutHosts);
}

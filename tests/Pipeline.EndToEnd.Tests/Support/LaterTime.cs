namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>The system's clock, ahead by a fixed time: a node started with it finds due what another deferred, and no test has to wait.</summary>
internal sealed class LaterTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}

namespace Pipeline.Kernel.Actor;

/// <summary>Protocol and system of an actor path, printed as <c>akka://system</c>.</summary>
public sealed record Address(string Protocol, string System)
{
    public override string ToString() => $"{Protocol}://{System}";
}

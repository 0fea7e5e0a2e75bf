namespace Pipeline.Kernel.Actor;

/// <summary>The recipe for an actor: how to build an instance (again for each restart), and optionally the strategy it uses for its children.</summary>
public sealed class Props
{
    private readonly Func<ActorBase> _factory;

    private Props(Type type, Func<ActorBase> factory, SupervisorStrategy? strategy)
    {
        Type = type;
        _factory = factory;
        SupervisorStrategy = strategy;
    }

    public Type Type { get; }

    public SupervisorStrategy? SupervisorStrategy { get; }

    public static Props Create<TActor>()
        where TActor : ActorBase, new() => new(typeof(TActor), static () => new TActor(), null);

    public static Props Create<TActor>(params object?[] args)
        where TActor : ActorBase =>
        new(typeof(TActor), () => (ActorBase)Activator.CreateInstance(
            typeof(TActor),
            System.Reflection.BindingFlags.DoNotWrapExceptions | System.Reflection.BindingFlags.Public
                | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance,
            null,
            args,
            null)!, null);

    /// <param name="factory">A bare <c>() =&gt; new TActor(...)</c> without captured mutable state: it runs again for every restart.</param>
    public static Props Create<TActor>(Func<TActor> factory)
        where TActor : ActorBase
    {
        ArgumentNullException.ThrowIfNull(factory);
        return new Props(typeof(TActor), factory, null);
    }

    public Props WithSupervisorStrategy(SupervisorStrategy strategy) => new(Type, _factory, strategy);

    internal ActorBase NewActor() => _factory();
}

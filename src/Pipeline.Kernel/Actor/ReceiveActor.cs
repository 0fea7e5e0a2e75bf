namespace Pipeline.Kernel.Actor;

/// <summary>
/// An actor that registers a handler per message type, in its constructor or in the method given to <c>Become</c>.
/// Handlers are tried in the order of registration; base types and interfaces match; the first that matches wins.
/// </summary>
public abstract class ReceiveActor : ActorBase
{
    private HandlerList? _registering = new();

    protected sealed override bool Receive(object message) =>
        throw new InvalidOperationException("A ReceiveActor's behaviours are its handler lists.");

    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) =>
        Add(new SyncHandler<T>(handler, shouldHandle));

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    /// <param name="handler">Returns false to let the next handler try.</param>
    protected void Receive<T>(Func<T, bool> handler) => Add(new DecidingHandler<T>(handler));

    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Add(new AsyncHandler<T>(handler, shouldHandle));

    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    protected void ReceiveAny(Action<object> handler) => AddLast(new SyncHandler<object>(handler, null));

    protected void ReceiveAnyAsync(Func<object, Task> handler) => AddLast(new AsyncHandler<object>(handler, null));

    /// <summary>Replaces the behaviour from the next message on.</summary>
    protected void Become(Action configure) => Context.Become(Configure(configure));

    protected void BecomeStacked(Action configure) => Context.BecomeStacked(Configure(configure));

    private protected sealed override Receive InitialBehaviour() => _registering!.Handle;

    internal sealed override void ConstructionCompleted() => _registering = null;

    private Receive Configure(Action configure)
    {
        HandlerList? outer = _registering;
        var handlers = new HandlerList();
        _registering = handlers;
        try
        {
            configure();
        }
        finally
        {
            _registering = outer;
        }

        return handlers.Handle;
    }

    private void Add(MessageHandler handler) => Registering().Add(handler);

    private void AddLast(MessageHandler handler) => Registering().AddLast(handler);

    private HandlerList Registering() => _registering
        ?? throw new InvalidOperationException("Handlers are registered in the constructor or in the method given to Become.");
}

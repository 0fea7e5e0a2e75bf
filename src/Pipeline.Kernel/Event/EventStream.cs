using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Event;

/// <summary>
/// Publish and subscribe by message type within one system. A subscription matches subtypes and implementations; one message reaches a
/// subscriber once, however many of its subscriptions match. Publishing runs on the caller and only enqueues. Any thread.
/// </summary>
public sealed class EventStream
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Type, HashSet<IActorRef>> _subscriptions = [];

    /// <summary>Receivers per published type, thrown away with every change; null when nobody has subscribed to anything.</summary>
    private volatile Dictionary<Type, IActorRef[]>? _receivers;

    internal EventStream()
    {
    }

    /// <returns>False when the subscription existed already.</returns>
    public bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        lock (_gate)
        {
            if (!_subscriptions.TryGetValue(channel, out HashSet<IActorRef>? subscribers))
            {
                _subscriptions.Add(channel, subscribers = []);
            }

            bool added = subscribers.Add(subscriber);
            _receivers = [];
            return added;
        }
    }

    public bool Subscribe<TChannel>(IActorRef subscriber) => Subscribe(subscriber, typeof(TChannel));

    /// <summary>Ends one subscription.</summary>
    public bool Unsubscribe(IActorRef subscriber, Type channel)
    {
        lock (_gate)
        {
            bool removed = _subscriptions.TryGetValue(channel, out HashSet<IActorRef>? subscribers) && subscribers.Remove(subscriber);
            Forget();
            return removed;
        }
    }

    public bool Unsubscribe<TChannel>(IActorRef subscriber) => Unsubscribe(subscriber, typeof(TChannel));

    /// <summary>Ends all subscriptions of this subscriber.</summary>
    public bool Unsubscribe(IActorRef subscriber)
    {
        lock (_gate)
        {
            bool removed = false;
            foreach (HashSet<IActorRef> subscribers in _subscriptions.Values)
            {
                removed |= subscribers.Remove(subscriber);
            }

            Forget();
            return removed;
        }
    }

    public void Publish(object @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        if (_receivers is not { } known)
        {
            return;
        }

        if (!known.TryGetValue(@event.GetType(), out IActorRef[]? receivers))
        {
            receivers = Resolve(@event.GetType());
        }

        foreach (IActorRef receiver in receivers)
        {
            if (receiver is InternalActorRef { IsTerminated: true })
            {
                Unsubscribe(receiver);
            }
            else
            {
                receiver.Tell(@event, ActorRefs.NoSender);
            }
        }
    }

    private IActorRef[] Resolve(Type published)
    {
        lock (_gate)
        {
            HashSet<IActorRef> receivers = [];
            foreach ((Type channel, HashSet<IActorRef> subscribers) in _subscriptions)
            {
                if (channel.IsAssignableFrom(published))
                {
                    receivers.UnionWith(subscribers);
                }
            }

            IActorRef[] resolved = [.. receivers];
            if (_receivers is { } known)
            {
                // Readers hold the old table without a lock, so it is replaced and never changed.
                _receivers = new Dictionary<Type, IActorRef[]>(known) { [published] = resolved };
            }

            return resolved;
        }
    }

    private void Forget()
    {
        foreach (Type channel in _subscriptions.Where(static entry => entry.Value.Count == 0).Select(static entry => entry.Key).ToArray())
        {
            _subscriptions.Remove(channel);
        }

        _receivers = _subscriptions.Count == 0 ? null : [];
    }
}

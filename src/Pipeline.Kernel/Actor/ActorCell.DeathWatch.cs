using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

internal sealed partial class ActorCell
{
    /// <summary>Watched actors, each with the message that replaces <see cref="Terminated"/>, or null.</summary>
    private Dictionary<IActorRef, object?>? _watching;

    /// <summary>Actors whose <see cref="Terminated"/> is queued or stashed and still wanted.</summary>
    private HashSet<IActorRef>? _announced;

    private HashSet<InternalActorRef>? _watchers;

    public IActorRef Watch(IActorRef subject) => AddWatch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return AddWatch(subject, message);
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (_watching is not null && _watching.Remove(subject))
        {
            ((InternalActorRef)subject).SendSystem(new Unwatch(Self));
        }

        _announced?.Remove(subject);
        return subject;
    }

    public void AddWatcher(InternalActorRef watcher) => (_watchers ??= []).Add(watcher);

    public void RemoveWatcher(InternalActorRef watcher) => _watchers?.Remove(watcher);

    public void WatchedActorTerminated(InternalActorRef actor, bool existenceConfirmed)
    {
        if (_watching is not null && _watching.Remove(actor, out object? substitute) && !_terminating)
        {
            // Queued behind everything the dead actor had told us.
            (_announced ??= []).Add(actor);
            Mailbox.Post(new Envelope(new Terminated(actor, existenceConfirmed, false, substitute), actor));
        }

        if (actor is LocalActorRef child && _children?.Find(child) is not null)
        {
            HandleChildTerminated(child);
        }
    }

    /// <summary>Makes a stashed notice count again when it goes back to the queue.</summary>
    public void AnnounceAgain(Terminated terminated)
    {
        if (!_terminating)
        {
            (_announced ??= []).Add(terminated.ActorRef);
        }
    }

    /// <summary>False when the watch was given up after the notice had been queued.</summary>
    private bool ClaimTerminated(Terminated terminated) => _announced is not null && _announced.Remove(terminated.ActorRef);

    private IActorRef AddWatch(IActorRef subject, object? substitute)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (subject.Equals(Self))
        {
            return subject;
        }

        _watching ??= [];
        if (_watching.TryGetValue(subject, out object? present))
        {
            if (!Equals(present, substitute))
            {
                throw new InvalidOperationException(
                    $"[{subject}] is watched already with a different message; unwatch it first.");
            }

            return subject;
        }

        _watching.Add(subject, substitute);
        var watchee = (InternalActorRef)subject;
        watchee.SendSystem(new Watch(watchee, Self));
        return subject;
    }

    private void UnwatchAll()
    {
        if (_watching is { Count: > 0 } watching)
        {
            foreach (IActorRef watchee in watching.Keys)
            {
                ((InternalActorRef)watchee).SendSystem(new Unwatch(Self));
            }
        }

        _watching = null;
        _announced = null;
    }

    private void TellWatchers()
    {
        if (_watchers is not null)
        {
            foreach (InternalActorRef watcher in _watchers)
            {
                // The parent has been told as parent already.
                if (!ReferenceEquals(watcher, ParentRef))
                {
                    watcher.SendSystem(new DeathNotice(Self, existenceConfirmed: true));
                }
            }

            _watchers = null;
        }
    }
}

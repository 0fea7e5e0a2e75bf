namespace Pipeline.Kernel.Actor;

/// <summary>Why an actor waits for the end of children it has stopped.</summary>
internal enum WaitReason
{
    None,
    Creation,
    Recreation,
    Termination,
}

/// <summary>
/// The living children by name. Written on the parent's turn, except for top-level actors, which any thread may create:
/// hence the lock, which also gives other threads a consistent view for inspection.
/// </summary>
internal sealed class ChildrenContainer
{
    private readonly Dictionary<string, ChildStats> _children = [];
    private readonly Lock _gate = new();
    private int _anonymous;
    private int _stopping;

    public WaitReason Waiting { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _children.Count;
            }
        }
    }

    /// <param name="name">Null for a made up one.</param>
    /// <param name="create">Builds the child with its final name; runs under the lock, so nobody else can take the name.</param>
    public LocalActorRef Add<TState>(string? name, Func<string, TState, LocalActorRef> create, TState state)
    {
        lock (_gate)
        {
            if (Waiting == WaitReason.Termination)
            {
                throw new InvalidOperationException("The parent is stopping and cannot create children.");
            }

            string final = name ?? ActorName.Anonymous(_anonymous++);
            if (_children.ContainsKey(final))
            {
                throw new InvalidActorNameException($"Actor name [{final}] is not unique.");
            }

            LocalActorRef child = create(final, state);
            _children.Add(final, new ChildStats(child));
            return child;
        }
    }

    public ChildStats? Find(string name)
    {
        lock (_gate)
        {
            return _children.GetValueOrDefault(name);
        }
    }

    /// <summary>The stats of exactly this incarnation.</summary>
    public ChildStats? Find(IActorRef child) =>
        Find(child.Path.Name) is { } stats && ReferenceEquals(stats.Ref, child) ? stats : null;

    public ChildStats[] Snapshot()
    {
        lock (_gate)
        {
            return _children.Count == 0 ? [] : [.. _children.Values];
        }
    }

    /// <summary>Notes that the parent has told this child to stop.</summary>
    public void MarkStopping(ChildStats child)
    {
        lock (_gate)
        {
            if (!child.Stopping)
            {
                child.Stopping = true;
                _stopping++;
            }
        }
    }

    /// <summary>From now on the end of the stopping children is waited for. False when there is none to wait for.</summary>
    public bool BeginWaiting(WaitReason reason)
    {
        lock (_gate)
        {
            Waiting = _stopping > 0 ? reason : WaitReason.None;
            return _stopping > 0;
        }
    }

    /// <summary>Refuses new children and marks all present ones as stopping; returns them.</summary>
    public ChildStats[] BeginTermination()
    {
        lock (_gate)
        {
            Waiting = WaitReason.Termination;
            foreach (ChildStats child in _children.Values)
            {
                child.Stopping = true;
            }

            _stopping = _children.Count;
            return [.. _children.Values];
        }
    }

    /// <summary>Forgets an ended child.</summary>
    /// <returns>What the parent was waiting to do, when this was the last child it waited for.</returns>
    public WaitReason Remove(LocalActorRef child)
    {
        lock (_gate)
        {
            if (_children.Remove(child.Path.Name, out ChildStats? stats) && stats.Stopping)
            {
                _stopping--;
            }

            if (Waiting == WaitReason.None || _stopping > 0)
            {
                return WaitReason.None;
            }

            WaitReason reason = Waiting;
            if (reason != WaitReason.Termination)
            {
                Waiting = WaitReason.None;
            }

            return reason;
        }
    }
}

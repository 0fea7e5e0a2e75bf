namespace Pipeline.Kernel.Actor;

/// <summary>Treats each child on its own, with an optional limit of restarts, in all or per time window.</summary>
public sealed class OneForOneStrategy : SupervisorStrategy
{
    private readonly int _maxRetries;
    private readonly TimeSpan? _window;

    /// <param name="maxNrOfRetries">Restarts allowed; 0 means never, null or negative means without limit.</param>
    /// <param name="withinTimeRange">Window the restarts are counted in, starting with the first failure; null or not positive means for ever.</param>
    /// <param name="decider">Decides per exception.</param>
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : base(decider)
    {
        _maxRetries = maxNrOfRetries is >= 0 and int limit ? limit : -1;
        _window = withinTimeRange is { } range && range > TimeSpan.Zero ? range : null;
    }

    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries, withinTimeRange, Actor.Decider.From(localOnlyDecider))
    {
    }

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(null, null, localOnlyDecider)
    {
    }

    public OneForOneStrategy(IDecider decider)
        : this(null, null, decider)
    {
    }

    private protected override bool MayRestart(ChildStats child, TimeProvider time)
    {
        if (_maxRetries == 0)
        {
            return false;
        }

        if (_window is not { } window)
        {
            return _maxRetries < 0 || ++child.Failures <= _maxRetries;
        }

        long now = time.GetTimestamp();
        if (child.Failures > 0 && time.GetElapsedTime(child.WindowStart, now) <= window)
        {
            // A window without a count allows one restart.
            return ++child.Failures <= (_maxRetries > 0 ? _maxRetries : 1);
        }

        child.WindowStart = now;
        child.Failures = 1;
        return true;
    }
}

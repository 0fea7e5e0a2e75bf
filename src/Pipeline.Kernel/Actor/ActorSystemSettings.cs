using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

/// <summary>What a host decides about an actor system. Not part of the surface actors may use.</summary>
public sealed record ActorSystemSettings
{
    /// <summary>User messages an actor handles before it lets others run.</summary>
    public int Throughput { get; init; } = 30;

    /// <summary>How long an asynchronous handler may go on when its actor is told to stop or restart.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Messages an <see cref="IWithStash"/> actor may stash.</summary>
    public int StashCapacity { get; init; } = 1000;

    /// <summary>Dead letters logged before the log goes silent for five minutes.</summary>
    public int DeadLetterLogLimit { get; init; } = 10;

    /// <summary>Clock of timers, timeouts and restart windows.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Refuse an ask from an actor's turn to its own child: were it awaited, a failed child could never answer. For tests.</summary>
    public bool RefuseAskingOwnChildren { get; init; }

    /// <summary>Random part of back-off delays: a value from 0 to 1 on each call, from any thread.</summary>
    public Func<double> NextRandom { get; init; } = Random.Shared.NextDouble;

    internal Func<int, MessageDispatcher> CreateDispatcher { get; init; } = static throughput => new ThreadPoolDispatcher(throughput);
}

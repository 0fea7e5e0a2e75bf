using Pipeline.Actors.Delivery;
using Pipeline.Actors.Reporting;
using Pipeline.Actors.Routing;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Actors.Messages;

/// <summary>What a message needs of the world: the ports it works through.</summary>
public sealed record MessageServices
{
    public required IMessageStore Store { get; init; }

    public required Ownership Owner { get; init; }

    /// <summary>The right to work on shared messages; null for a node that is alone.</summary>
    public INodeLease? Lease { get; init; }

    /// <summary>What this node does with messages. One that it does not do is left to other nodes.</summary>
    public MessageWork Work { get; init; } = MessageWork.Route | MessageWork.Deliver;

    /// <summary>Whether messages are worked on when their time has come; a node that is there for an order works on what it is told to.</summary>
    public bool ClaimsDue { get; init; } = true;

    public required TimeProvider Time { get; init; }

    public required IRecipientRouter Router { get; init; }

    public required IRetrySchedule Retry { get; init; }

    /// <summary>Which hosts failed lately; null: nothing is remembered.</summary>
    public HostMemory? Hosts { get; init; }

    public required INotificationWriter Notifications { get; init; }

    /// <summary>What messages that wait have to expect; nothing where it is not said.</summary>
    public IWaitingRules Rules { get; init; } = new NoWaitingRules();

    public MessageLimits Limits
    {
        get;
        init
        {
            field = value;
            Gauge = new WorkGauge(value.MaxActiveMessages);
        }
    } = new();

    /// <summary>Counts messages that are worked on right after their acceptance.</summary>
    internal WorkGauge Gauge { get; private init; } = new(new MessageLimits().MaxActiveMessages);

    /// <summary>Where deliveries went lately: a claim prefers messages for there.</summary>
    internal RecentDestinations Recent { get; } = new();

    internal bool Routes => Work.HasFlag(MessageWork.Route);

    internal bool Delivers => Work.HasFlag(MessageWork.Deliver);
}

/// <summary>What a node does with the messages of the queue.</summary>
[Flags]
public enum MessageWork
{
    None = 0,

    /// <summary>Finds out where recipients go.</summary>
    Route = 1,

    /// <summary>Takes them there.</summary>
    Deliver = 2,
}

/// <summary>Bounds of the queue in memory.</summary>
public sealed record MessageLimits
{
    /// <summary>A node that is alone knows of everything that becomes due.</summary>
    public static readonly TimeSpan LonePoll = TimeSpan.FromSeconds(60);

    /// <summary>What other nodes release is told by a notification, which can be lost.</summary>
    public static readonly TimeSpan SharedPoll = TimeSpan.FromSeconds(2);

    /// <summary>Messages that are routed or delivered at the same time; beyond it a message waits in the store.</summary>
    public int MaxActiveMessages { get; init; } = 2_000;

    /// <summary>Recipients of one message, those that redirections make included: aliases that name each other must not grow without end.</summary>
    public int MaxRecipients { get; init; } = 50_000;

    /// <summary>Messages claimed in one go.</summary>
    public int ClaimBatch { get; init; } = 64;

    /// <summary>How long a recipient is left alone whose domain is in <c>hold_domains</c>, until it is looked whether it still is.</summary>
    public TimeSpan HoldInterval { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long recipients that are routed wait for others that are not yet, to share a delivery.</summary>
    public TimeSpan GatherTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Messages for one destination in one claim; null: no limit, since nobody else would take the others.</summary>
    public int? ClaimsPerDestination { get; init; }

    /// <summary>Longest time between two looks into the store.</summary>
    public TimeSpan PollInterval { get; init; } = LonePoll;

    /// <summary>How long a node waits that may not claim because its lease was not proven lately.</summary>
    public TimeSpan LeaseDoubtPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a message whose actor failed is left alone.</summary>
    public TimeSpan FailureBackoff { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a store that cannot write is left alone, doubled up to <see cref="StoreRetryMax"/>.</summary>
    public TimeSpan StoreRetry { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan StoreRetryMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a delivery waits for its attempt to be recorded before it gives up.</summary>
    public TimeSpan AttemptRecordTimeout { get; init; } = TimeSpan.FromSeconds(60);
}

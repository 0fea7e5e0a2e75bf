using Pipeline.Connectors.Ports;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Policy;
using Pipeline.Policy.Acl.Verification.Callouts;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tls;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Receipt;

/// <summary>What the reception of mail needs of the world.</summary>
public sealed record ReceiptServices
{
    public required IPolicySource Policies { get; init; }

    public required IMessageStore Store { get; init; }

    public required Ownership Owner { get; init; }

    public required IDnsResolver Dns { get; init; }

    public required TimeProvider Time { get; init; }

    public required MessageIdSource Ids { get; init; }

    /// <summary>The supervisor of messages.</summary>
    public required IActorRef Messages { get; init; }

    public required IPolicyLog Log { get; init; }

    /// <summary>Parsed DKIM keys of all messages.</summary>
    public required DkimKeyCache DkimKeys { get; init; }

    public required IMessageScanner Scanner { get; init; }

    /// <summary>Where what was found of messages is written beside the journal; null: nowhere (a test session).</summary>
    public IRecordFile? Records { get; init; }

    /// <summary>Sends reports about messages that failed DMARC; null: there are none (a test session).</summary>
    public IActorRef? FailureReports { get; init; }

    /// <summary>Null: no callouts are made, and addresses that have a route are good.</summary>
    public CalloutServices? Callouts { get; init; }

    /// <summary>Null: nobody is asked who a client is (a test session).</summary>
    public IIdentClient? Ident { get; init; }

    /// <summary>Files that the policy names for TLS with clients.</summary>
    public CertificateFiles Certificates { get; init; } = new();

    public ReceiptLimits Limits { get; init; } = new();

    /// <summary>Clients that are connected to this node now, for <c>smtp_accept_queue</c> and <c>smtp_accept_reserve</c>.</summary>
    public Func<int> Connections { get; init; } = static () => 0;

    /// <summary>Clients that may be connected at the same time, for <c>smtp_accept_reserve</c>.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>The load of this machine in thousandths, for <c>queue_only_load</c> and <c>smtp_load_reserve</c>; null where it is not known.</summary>
    public Func<long?> LoadAverage { get; init; } = SystemLoad.Average;

    /// <summary>This node makes queue runs at intervals: only then does a limit count that nobody has set, since what it queues would wait for ever.</summary>
    public bool HasQueueRuns { get; init; }
}

/// <summary>Gives the policy that is in force, and those under which older messages still live.</summary>
public interface IPolicySource
{
    ActivePolicy Current { get; }

    /// <summary>The policy of that number; the current one, with <see cref="ActivePolicy.StandsInBecause"/>, when that cannot be had any more.</summary>
    /// <exception cref="IOException">It cannot be had now, but may be later.</exception>
    ValueTask<ActivePolicy> GetAsync(int number, CancellationToken cancellationToken);
}

/// <summary>A policy with the environment its expansions run in.</summary>
public sealed record ActivePolicy(MailPolicy Policy, PolicyEnvironment Environment)
{
    /// <summary>Why it serves instead of the policy that was asked for; null when it is that.</summary>
    public string? StandsInBecause { get; init; }
}

/// <summary>Bounds of reception.</summary>
public sealed record ReceiptLimits
{
    /// <summary>How long one check of a message may take (SPF, DKIM …); then it ends as a temporary error.</summary>
    public TimeSpan CheckDeadline { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a scan may take, wherever it is done and however often it is tried. Exim's is two minutes for each server.</summary>
    public TimeSpan ScanDeadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A larger message is scanned when an ACL asks, and not before: policies spare large ones. SpamAssassin's own client skips what is larger than this.</summary>
    public int EarlyScanBytes { get; init; } = 500 * 1024;

    /// <summary>How long the end of data waits for the durable commit before the client is told to try later.</summary>
    public TimeSpan CommitDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the opening of a transaction may take inside the node.</summary>
    public TimeSpan OpenDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Octets of the body that $message_body and $message_body_end show.</summary>
    public int VisibleBodyBytes { get; init; } = 500;
}

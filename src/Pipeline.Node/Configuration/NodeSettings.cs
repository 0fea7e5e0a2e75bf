namespace Pipeline.Node.Configuration;

/// <summary>What Exim's language has no word for: this node, its store, its resolver, its bounds. Read from node.json and the environment.</summary>
/// <remarks>Environment variables override the file: <c>MAILPIPELINE_Dns__Servers__0=127.0.0.1:53</c>.</remarks>
public sealed record NodeSettings
{
    /// <summary>The node's name in journals and cluster views; default: the host name.</summary>
    public string Name { get; init; } = Environment.MachineName.ToLowerInvariant();

    /// <summary>Where the store keeps its files; default: <c>store</c> below the policy's spool_directory.</summary>
    public string? StoreDirectory { get; init; }

    /// <summary>Where to listen; empty: what the policy's daemon_smtp_ports, tls_on_connect_ports and local_interfaces say.</summary>
    public IReadOnlyList<ListenSettings> Listen { get; init; } = [];

    public DnsSettings Dns { get; init; } = new();

    public SmtpLimitSettings Smtp { get; init; } = new();

    public DeliverySettings Delivery { get; init; } = new();

    public LogSettings Log { get; init; } = new();

    /// <summary>Null for a node that is alone.</summary>
    public ClusterSettings? Cluster { get; init; }

    /// <summary>Null: orders come through the node's Unix socket alone.</summary>
    public AdminSettings? Admin { get; init; }

    /// <summary>Null: only root and the node's own user hand over mail on this machine, through the socket in the store.</summary>
    public SubmissionSettings? Submission { get; init; }

    public ScanSettings Scan { get; init; } = new();

    /// <summary>The form of the ids of new messages: long (default, 23 characters), or short (16), as before Exim 4.97. Ids of both forms are read.</summary>
    public string MessageIds { get; init; } = LongMessageIds;

    public const string LongMessageIds = "long";
    public const string ShortMessageIds = "short";

    /// <summary>How long the journal of a message is kept after its end.</summary>
    public TimeSpan JournalRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a stop waits for messages that are just being received.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);
}

/// <param name="Address">IP address and port, such as <c>0.0.0.0:25</c> or <c>[::]:25</c>.</param>
/// <param name="ImplicitTls">TLS begins with the connection (submissions, port 465).</param>
/// <param name="ProxyFrom">Networks whose connections begin with a PROXY header; others are refused on this listener when it is not empty.</param>
public sealed record ListenSettings(string Address, bool ImplicitTls = false, IReadOnlyList<string>? ProxyFrom = null);

public sealed record DnsSettings
{
    /// <summary>Resolvers as <c>address:port</c>; empty: those of /etc/resolv.conf.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>Resolvers, besides those on loopback, whose word about DNSSEC counts.</summary>
    public IReadOnlyList<string> Trusted { get; init; } = [];

    /// <summary>What abbreviated names of hosts and domains are completed with; empty: as /etc/resolv.conf says, where its servers are used.</summary>
    public IReadOnlyList<string> Search { get; init; } = [];

    /// <summary>A file of records in JSON that is asked instead of any resolver: for tests and demonstrations.</summary>
    public string? ZoneFile { get; init; }
}

public sealed record SmtpLimitSettings
{
    public int MaxConnections { get; init; } = 1_000;

    public int MaxConnectionsPerAddress { get; init; } = 100;

    public int MaxRecipients { get; init; } = 1_000;

    /// <summary>refuse (default) or normalise.</summary>
    public string BareLineEnds { get; init; } = "refuse";
}

/// <summary>The logs of mail: a line for what became of each message. What a line tells, log_selector of the policy says.</summary>
public sealed record LogSettings
{
    public const string Exim = "exim";
    public const string Json = "json";

    /// <summary>Off: the node logs only of itself.</summary>
    public bool Main { get; init; } = true;

    /// <summary>A file to append the main log to; null: by log_file_path of the policy, and without it where the node's own log goes. It may be moved away at any time.</summary>
    public string? File { get; init; }

    /// <summary>exim (default) or json.</summary>
    public string Form { get; init; } = Exim;
}

public sealed record DeliverySettings
{
    public int PerDestination { get; init; } = 20;

    public int Overall { get; init; } = 500;

    public int MaxActiveMessages { get; init; } = 2_000;

    /// <summary>How often the queue is run, as by <c>-q30m</c>: what was only queued is tried then; null for at orders only.</summary>
    public TimeSpan? QueueInterval { get; init; }
}

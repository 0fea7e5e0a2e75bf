namespace Pipeline.Connectors.Dns;

/// <summary>What became of one attempt to ask one server.</summary>
internal enum DnsExchangeStatus
{
    Answered = 0,
    TimedOut = 1,

    /// <summary>The server's host says that nobody listens, or the network that there is no way to it.</summary>
    Unreachable = 2,

    /// <summary>An answer that cannot be read.</summary>
    Malformed = 3,

    /// <summary>The resolver is shutting down.</summary>
    Closed = 4,
}

/// <param name="Response">Not null when <see cref="DnsExchangeStatus.Answered"/>.</param>
internal readonly record struct DnsExchange(DnsExchangeStatus Status, DnsResponse? Response = null)
{
    public static DnsExchange Of(DnsResponse? response) =>
        response is null ? new(DnsExchangeStatus.Malformed) : new(DnsExchangeStatus.Answered, response);
}

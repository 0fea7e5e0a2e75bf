namespace Pipeline.Node.Listeners;

/// <summary>Why there may be no further connection, in Exim's words.</summary>
/// <param name="Told">To the client.</param>
/// <param name="Reason">For the log.</param>
internal sealed record ConnectionRefusal(string Told, string Reason)
{
    public static ConnectionRefusal TooMany { get; } = new("Too many concurrent SMTP connections; please try again later.", "too many connections");

    public static ConnectionRefusal TooManyFromAddress { get; } =
        new("Too many concurrent SMTP connections from this IP address; please try again later.", "too many connections from that IP address");

    public static ConnectionRefusal TooManyFromNetwork { get; } =
        new("Too many concurrent SMTP connections from this network; please try again later.", "too many connections from that network");

    public static ConnectionRefusal Closed { get; } = new("this server takes no mail now", "this server takes no mail now");
}

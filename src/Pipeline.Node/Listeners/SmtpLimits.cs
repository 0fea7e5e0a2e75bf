using System.Collections.Immutable;

namespace Pipeline.Node.Listeners;

/// <summary>How much of everything one client may have. A count of 0 means no bound where the text says so; times are never unbounded.</summary>
public sealed record SmtpLimits
{
    /// <summary>Connections at the same time, all endpoints together. Each needs a file descriptor: <c>LimitNOFILE</c> must be larger.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Connections at the same time from one address, loopback excepted; 0 for no bound.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 200;

    /// <summary>Connections at the same time from one IPv6 /64, which one customer can walk through freely; 0 for no bound.</summary>
    public int MaxConnectionsPerIPv6Network { get; init; } = 400;

    /// <summary>Accepted recipients in one message; RFC 5321 section 4.5.3.1.8 asks for 100 at least.</summary>
    public int MaxRecipients { get; init; } = 1000;

    /// <summary>
    /// AUTH commands that did not succeed, in one connection; one more ends it with 421. Three let a client try each of its mechanisms once
    /// with a password that is out of date.
    /// </summary>
    public int MaxFailedAuthentications { get; init; } = 3;

    /// <summary>MAIL commands in one connection; one more ends it with 421.</summary>
    public int MaxMessagesPerConnection { get; init; } = 10_000;

    /// <summary>
    /// Octets of one line of a message with its CRLF; a longer one refuses the message. 0, the default, for no bound: lines of any length pass
    /// in constant memory, and what to think of them is the business of the DATA ACL (<c>$max_received_linelength</c>).
    /// </summary>
    public long MaxDataLine { get; init; }

    /// <summary>From the reply to one command to the end of the next command line (RFC 5321 section 4.5.3.2.7: 5 minutes).</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Without any octet during DATA or BDAT (RFC 5321 section 4.5.3.2.5 gives clients 3 minutes; Exim's servers wait 5).</summary>
    public TimeSpan DataIdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For all octets of one message.</summary>
    public TimeSpan DataTotalTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>For the client to take the replies that wait for it.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For a whole connection; checked when the server waits for the client, so that no message is cut off for it.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromHours(2);

    /// <summary>For a TLS handshake, the wait for its turn included.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For the PROXY header.</summary>
    public TimeSpan ProxyHeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After an abrupt end: for the client to read the last reply before the connection is torn down under its unread input.</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>TLS handshakes at the same time: each costs about a millisecond of processor, so a few per processor keep it busy.</summary>
    public int MaxHandshakes { get; init; } = 4 * Environment.ProcessorCount;

    /// <summary>What is wrong with these values, all at once; empty when nothing is.</summary>
    public ImmutableArray<string> Validate()
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        Positive(MaxConnections, nameof(MaxConnections));
        NotNegative(MaxConnectionsPerAddress, nameof(MaxConnectionsPerAddress));
        NotNegative(MaxConnectionsPerIPv6Network, nameof(MaxConnectionsPerIPv6Network));
        Positive(MaxRecipients, nameof(MaxRecipients));
        Positive(MaxFailedAuthentications, nameof(MaxFailedAuthentications));
        Positive(MaxMessagesPerConnection, nameof(MaxMessagesPerConnection));
        NotNegative(MaxDataLine, nameof(MaxDataLine));
        Positive(MaxHandshakes, nameof(MaxHandshakes));
        Time(CommandTimeout, nameof(CommandTimeout));
        Time(DataIdleTimeout, nameof(DataIdleTimeout));
        Time(DataTotalTimeout, nameof(DataTotalTimeout));
        Time(WriteTimeout, nameof(WriteTimeout));
        Time(SessionTimeout, nameof(SessionTimeout));
        Time(HandshakeTimeout, nameof(HandshakeTimeout));
        Time(ProxyHeaderTimeout, nameof(ProxyHeaderTimeout));
        Time(LingerTimeout, nameof(LingerTimeout));
        return problems.ToImmutable();

        void Positive(long value, string name)
        {
            if (value <= 0)
            {
                problems.Add($"{name} must be at least 1, but is {value}");
            }
        }

        void NotNegative(long value, string name)
        {
            if (value < 0)
            {
                problems.Add($"{name} must not be negative, but is {value}");
            }
        }

        void Time(TimeSpan value, string name)
        {
            // The server looks at its clock once a second.
            if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromDays(1))
            {
                problems.Add($"{name} must be between a second and a day, but is {value}");
            }
        }
    }
}

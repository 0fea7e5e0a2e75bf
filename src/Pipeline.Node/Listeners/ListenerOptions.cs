using System.Collections.Immutable;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners;

/// <summary>Where and how the server listens. Independent of mail policy: what a client may send is for <c>IReceiptService</c>.</summary>
public sealed record ListenerOptions
{
    /// <summary>At least one.</summary>
    public required ImmutableArray<ListenerEndpoint> Endpoints { get; init; }

    public SmtpLimits Limits { get; init; } = new();

    /// <summary>How far addresses may depart from RFC 5321.</summary>
    public SmtpGrammar Grammar { get; init; } = SmtpGrammar.Default;

    /// <summary>What becomes of bare CR and LF in messages; unless they are refused, a bare LF also ends a command line.</summary>
    public BareLineEndPolicy BareLineEnds { get; init; } = BareLineEndPolicy.Refuse;

    /// <summary>A message with an octet 0 is refused. Off, as such octets pass through unharmed and occur in old attachments.</summary>
    public bool RefuseNul { get; init; }

    /// <summary>A client that talks before it may (before the banner, behind EHLO or DATA, or without PIPELINING) loses the connection, where the policy will have it so.</summary>
    public bool EnforceSynchronisation { get; init; } = true;

    /// <summary>What a test session says behind its reply to a message; empty elsewhere.</summary>
    public string RemarkOnMessages { get; init; } = "";

    /// <summary>What is wrong with these values for listeners on a network, all at once; empty when nothing is.</summary>
    public ImmutableArray<string> Validate()
    {
        ImmutableArray<string> problems = Limits.Validate();
        if (Endpoints.IsDefaultOrEmpty)
        {
            problems = problems.Add("there must be an endpoint to listen on");
        }

        if (BareLineEnds == BareLineEndPolicy.LineEnd)
        {
            problems = problems.Add("a listener on a network cannot take LF for a line end: that lets messages be smuggled");
        }

        return problems;
    }
}

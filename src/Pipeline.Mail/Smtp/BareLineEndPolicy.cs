namespace Pipeline.Mail.Smtp;

/// <summary>What a session makes of a bare CR or a bare LF. From a network, such an octet can never take part in the end of data.</summary>
public enum BareLineEndPolicy
{
    /// <summary>The whole message is refused at its end; nothing in it is changed.</summary>
    Refuse = 0,

    /// <summary>A bare LF becomes CRLF and a bare CR becomes a blank, so that no later reader can see another line than this one did.</summary>
    Normalise = 1,

    /// <summary>
    /// LF ends a line as CRLF does, the line of the final dot included, and becomes CRLF; a bare CR becomes a blank. For a program on this
    /// machine alone: it writes the whole conversation, so there is no message of somebody else's that could break out of its data. A server
    /// before us that relays <c>LF . LF</c> as content would open exactly that way, hence never on a network listener.
    /// </summary>
    LineEnd = 2,
}

namespace Pipeline.Mail.Smtp;

/// <summary>What becomes of a message with a bare CR or a bare LF. With neither choice can such an octet take part in the end of data.</summary>
public enum BareLineEndPolicy
{
    /// <summary>The whole message is refused at its end; nothing in it is changed.</summary>
    Refuse = 0,

    /// <summary>A bare LF becomes CRLF and a bare CR becomes a blank, so that no later reader can see another line than this one did.</summary>
    Normalise = 1,
}

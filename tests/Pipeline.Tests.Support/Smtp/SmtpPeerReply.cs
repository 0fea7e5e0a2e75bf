namespace Pipeline.Tests.Support.Smtp;

/// <summary>Names for what is no command and what is no reply, in the scripts of <see cref="ScriptedSmtpPeer.Serve"/>.</summary>
public static class SmtpPeerReply
{
    /// <summary>Instead of a command: the connection was opened.</summary>
    public const string Greeting = "(greeting)";

    /// <summary>Instead of a command: the final dot came.</summary>
    public const string EndOfData = "(end of data)";

    /// <summary>Instead of a reply: close the connection.</summary>
    public const string Close = "(close)";

    /// <summary>Instead of a reply: reset the connection.</summary>
    public const string Reset = "(reset)";

    /// <summary>Instead of a reply: nothing, and the connection stays.</summary>
    public const string Silence = "(silence)";
}

using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Smtp;

/// <summary>One command line, parsed: one of the nested records and nothing else.</summary>
public abstract record SmtpCommand
{
    private SmtpCommand(SmtpVerb verb) => Verb = verb;

    /// <summary>The verb of the line, also for <see cref="Invalid"/> when it was recognised.</summary>
    public SmtpVerb Verb { get; }

    /// <summary>EHLO or HELO with the name the client gives itself: one word, printable; whether it is a name is policy.</summary>
    public sealed record Hello(bool Extended, string Name) : SmtpCommand(Extended ? SmtpVerb.Ehlo : SmtpVerb.Helo);

    /// <summary>MAIL.</summary>
    /// <param name="Sender">The reverse path, possibly null.</param>
    /// <param name="Size">SIZE in octets; null when absent; saturated at <see cref="long.MaxValue"/>.</param>
    /// <param name="EnvelopeId">ENVID as received, xtext.</param>
    /// <param name="Auth">AUTH=, decoded from xtext; <c>&lt;&gt;</c> when the client vouches for no one.</param>
    /// <param name="Prdr">The client asks for a reply for each recipient after the data.</param>
    /// <param name="RequireTls">The message may be sent on to nobody but verified hosts that promise the same (RFC 8689).</param>
    public sealed record Mail(
        EnvelopeAddress Sender,
        long? Size,
        BodyType Body,
        bool SmtpUtf8,
        DsnReturn Return,
        string? EnvelopeId,
        string? Auth,
        bool Prdr = false,
        bool RequireTls = false)
        : SmtpCommand(SmtpVerb.Mail);

    /// <summary>RCPT.</summary>
    /// <param name="OriginalRecipient">ORCPT as received: address type, semicolon, xtext.</param>
    public sealed record Recipient(EnvelopeAddress Address, DsnNotify Notify, string? OriginalRecipient) : SmtpCommand(SmtpVerb.Rcpt);

    /// <summary>BDAT (RFC 3030): so many octets follow the line.</summary>
    public sealed record Chunk(long Octets, bool Last) : SmtpCommand(SmtpVerb.Bdat);

    /// <summary>DATA, RSET, QUIT or STARTTLS: verbs without an argument.</summary>
    public sealed record Bare : SmtpCommand
    {
        public static readonly Bare Data = new(SmtpVerb.Data);
        public static readonly Bare Reset = new(SmtpVerb.Rset);
        public static readonly Bare Quit = new(SmtpVerb.Quit);
        public static readonly Bare StartTls = new(SmtpVerb.StartTls);

        private Bare(SmtpVerb verb) : base(verb)
        {
        }
    }

    /// <summary>AUTH (RFC 4954).</summary>
    /// <param name="InitialResponse">Decoded; empty for <c>=</c>, null when the command had none.</param>
    public sealed record Authenticate(string Mechanism, byte[]? InitialResponse) : SmtpCommand(SmtpVerb.Auth);

    /// <summary>A line that answers a challenge of AUTH (<see cref="SmtpCommandParser.ParseAuthResponse"/>).</summary>
    /// <param name="Octets">Decoded; null for the asterisk with which a client ends the exchange.</param>
    public sealed record AuthenticationResponse(byte[]? Octets) : SmtpCommand(SmtpVerb.Auth);

    /// <summary>NOOP, HELP, VRFY, EXPN or ETRN with the rest of the line as text, which may be empty.</summary>
    public sealed record WithText(SmtpVerb Named, string Argument) : SmtpCommand(Named);

    /// <summary>MAIL or RCPT whose path is to be rewritten before anything of it is looked at.</summary>
    /// <param name="Line">The line without its line end.</param>
    /// <param name="Path">Where in the line the path is.</param>
    public sealed record WithPath(SmtpVerb Named, ReadOnlyMemory<byte> Line, Extent Path) : SmtpCommand(Named);

    /// <summary>A line that is no correct command.</summary>
    /// <param name="Named">The verb, when it was recognised.</param>
    /// <param name="Reply">What to answer.</param>
    /// <param name="Reason">What was wrong, for journal and log.</param>
    /// <param name="LosesFraming">The octets after the line can no longer be told apart from commands: the connection must end.</param>
    /// <param name="IsUnqualified">The address would be one for a client that may leave out the domain.</param>
    public sealed record Invalid(SmtpVerb Named, SmtpReply Reply, string Reason, bool LosesFraming = false, bool IsUnqualified = false) : SmtpCommand(Named);
}

using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Verification.Callouts;

/// <summary>What a callout means for the address, and the words for it. They are those of Exim.</summary>
/// <param name="Outcome">Of what kind the refusal was, if it was one.</param>
/// <param name="Reason">The value of $sender_verify_failure and $recipient_verify_failure; empty when nothing failed.</param>
/// <param name="Details">For the client: how the host was called and what it said; line ends are LF.</param>
/// <param name="Log">Empty for what was remembered.</param>
internal sealed record CalloutResult(CalloutOutcome Outcome, string Reason, string Details, string Log)
{
    private const string OfSetup = """
        The initial connection, or a HELO or MAIL FROM:<> command was
        rejected. Refusing MAIL FROM:<> does not help fight spam, disregards
        RFC requirements, and stops you from receiving standard bounce
        messages. This host does not accept mail from domains whose servers
        refuse bounces.
        """;

    private const string OfPostmaster = """
        Several RFCs state that you are required to have a postmaster
        mailbox for each mail domain. This host does not accept mail
        from domains whose servers reject the postmaster address.
        """;

    public static CalloutResult Accepted { get; } = new(CalloutOutcome.Accepted, "", "", "");

    /// <summary>The reply of the host, for the client that named a recipient; empty when it was remembered only.</summary>
    public string Response { get; private init; } = "";

    public bool IsRemembered => Response.Length == 0;

    public static CalloutResult Of(CalloutAnswer answer)
    {
        var response = OctetString.FromText(answer.Response);
        return new CalloutResult(
            answer.Outcome,
            ReasonOf(answer.Outcome),
            $"Called:   {answer.Called?.Address}\nSent:     {OctetString.FromText(answer.Sent)}\nResponse: {response}",
            OctetString.FromText(answer.Log))
        {
            Response = response,
        };
    }

    public static CalloutResult Remembered(CalloutOutcome outcome) => new(outcome, ReasonOf(outcome), outcome switch
    {
        CalloutOutcome.SetupRefused => "(result of an earlier callout reused).",
        CalloutOutcome.PostmasterRefused => "(result of earlier verification reused).",
        _ => "Previous (cached) callout verification failure",
    }, "");

    /// <summary>What the client is told of its sender, in texts of one or more lines.</summary>
    public string[] TextsFor(string sender) => Outcome switch
    {
        CalloutOutcome.SetupRefused => [$"Callback setup failed while verifying <{sender}>", Details, OfSetup],
        CalloutOutcome.PostmasterRefused => [$"Postmaster verification failed while checking <{sender}>", Details, OfPostmaster],
        _ => [$"Verification failed for <{sender}>", Details],
    };

    private static string ReasonOf(CalloutOutcome outcome) => outcome switch
    {
        CalloutOutcome.SetupRefused => "mail",
        CalloutOutcome.RecipientRefused => "recipient",
        CalloutOutcome.PostmasterRefused => "postmaster",
        _ => "",
    };
}

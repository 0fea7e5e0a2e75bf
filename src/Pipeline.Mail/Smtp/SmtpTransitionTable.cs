namespace Pipeline.Mail.Smtp;

/// <summary>Which command may come when: one answer for each state and verb, and the reply when the answer is no.</summary>
/// <remarks>The table is total. What a permitted command does to the state depends on what policy says to it; see docs/state-machines.md.</remarks>
public static class SmtpTransitionTable
{
    private static readonly EnhancedStatusCode BadSequence = new(5, 5, 1);

    private static readonly SmtpReply HelloFirst = new(503, BadSequence, "HELO or EHLO required");
    private static readonly SmtpReply MailFirst = new(503, BadSequence, "sender not yet given");
    private static readonly SmtpReply SenderGiven = new(503, BadSequence, "sender already given");
    private static readonly SmtpReply RecipientFirst = new(503, BadSequence, "valid RCPT command must precede DATA");
    private static readonly SmtpReply RecipientFirstForChunk = new(503, BadSequence, "valid RCPT command must precede BDAT");
    private static readonly SmtpReply InTransaction = new(503, BadSequence, "not permitted in mail transaction");
    private static readonly SmtpReply ChunksGoing = new(503, BadSequence, "only BDAT is permitted after BDAT");
    private static readonly SmtpReply ChunkFailed = new(503, BadSequence, "an earlier BDAT was refused");

    private static readonly int Verbs = Enum.GetValues<SmtpVerb>().Length;
    private static readonly SmtpReply?[] Refusals = Build();

    /// <summary>Null when <paramref name="verb"/> is permitted in <paramref name="state"/>, otherwise the refusal.</summary>
    public static SmtpReply? Refusal(SmtpSessionState state, SmtpVerb verb) => Refusals[((int)state * Verbs) + (int)verb];

    private static SmtpReply?[] Build()
    {
        var table = new SmtpReply?[Enum.GetValues<SmtpSessionState>().Length * Verbs];

        Refuse(SmtpSessionState.Connected, HelloFirst, SmtpVerb.Mail, SmtpVerb.StartTls, SmtpVerb.Auth, SmtpVerb.Etrn);
        foreach (SmtpSessionState state in (ReadOnlySpan<SmtpSessionState>)[SmtpSessionState.Connected, SmtpSessionState.Greeted])
        {
            Refuse(state, MailFirst, SmtpVerb.Rcpt);
            Refuse(state, RecipientFirst, SmtpVerb.Data);
            Refuse(state, RecipientFirstForChunk, SmtpVerb.Bdat);
        }

        foreach (SmtpSessionState state in (ReadOnlySpan<SmtpSessionState>)
            [SmtpSessionState.Sender, SmtpSessionState.NoRecipient, SmtpSessionState.Recipient])
        {
            Refuse(state, SenderGiven, SmtpVerb.Mail);
            Refuse(state, InTransaction, SmtpVerb.StartTls, SmtpVerb.Auth, SmtpVerb.Etrn);
        }

        foreach (SmtpSessionState state in (ReadOnlySpan<SmtpSessionState>)[SmtpSessionState.Sender, SmtpSessionState.NoRecipient])
        {
            Refuse(state, RecipientFirst, SmtpVerb.Data);
            Refuse(state, RecipientFirstForChunk, SmtpVerb.Bdat);
        }

        // RFC 3030 section 2: after BDAT no other way of sending this message, and no second envelope.
        Refuse(
            SmtpSessionState.Chunking, ChunksGoing,
            SmtpVerb.Mail, SmtpVerb.Rcpt, SmtpVerb.Data, SmtpVerb.StartTls, SmtpVerb.Auth, SmtpVerb.Etrn, SmtpVerb.Vrfy, SmtpVerb.Expn);
        Refuse(SmtpSessionState.ChunkRefused, ChunkFailed, SmtpVerb.Rcpt, SmtpVerb.Data, SmtpVerb.Bdat);
        return table;

        void Refuse(SmtpSessionState state, SmtpReply reply, params ReadOnlySpan<SmtpVerb> verbs)
        {
            foreach (SmtpVerb verb in verbs)
            {
                table[((int)state * Verbs) + (int)verb] = reply;
            }
        }
    }
}

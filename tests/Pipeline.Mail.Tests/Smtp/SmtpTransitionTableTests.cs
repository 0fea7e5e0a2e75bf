using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Tests.Smtp;

public sealed class SmtpTransitionTableTests
{
    private static readonly SmtpVerb[] Always =
        [SmtpVerb.Ehlo, SmtpVerb.Helo, SmtpVerb.Rset, SmtpVerb.Noop, SmtpVerb.Help, SmtpVerb.Quit, SmtpVerb.Unknown];

    /// <summary>Verbs permitted in each state beside <see cref="Always"/>.</summary>
    public static TheoryData<SmtpSessionState, SmtpVerb[]> Permitted => new()
    {
        { SmtpSessionState.Connected, [SmtpVerb.Vrfy, SmtpVerb.Expn] },
        { SmtpSessionState.Greeted, [SmtpVerb.Mail, SmtpVerb.StartTls, SmtpVerb.Auth, SmtpVerb.Etrn, SmtpVerb.Vrfy, SmtpVerb.Expn] },
        { SmtpSessionState.Sender, [SmtpVerb.Rcpt, SmtpVerb.Vrfy, SmtpVerb.Expn] },
        { SmtpSessionState.NoRecipient, [SmtpVerb.Rcpt, SmtpVerb.Vrfy, SmtpVerb.Expn] },
        { SmtpSessionState.Recipient, [SmtpVerb.Rcpt, SmtpVerb.Data, SmtpVerb.Bdat, SmtpVerb.Vrfy, SmtpVerb.Expn] },
        { SmtpSessionState.Chunking, [SmtpVerb.Bdat] },
        {
            SmtpSessionState.ChunkRefused,
            [SmtpVerb.Mail, SmtpVerb.StartTls, SmtpVerb.Auth, SmtpVerb.Etrn, SmtpVerb.Vrfy, SmtpVerb.Expn]
        },
    };

    [Theory]
    [MemberData(nameof(Permitted))]
    public void State_permits_its_verbs_and_refuses_all_others(SmtpSessionState state, SmtpVerb[] permitted)
    {
        foreach (SmtpVerb verb in Enum.GetValues<SmtpVerb>())
        {
            SmtpReply? refusal = SmtpTransitionTable.Refusal(state, verb);
            if (Always.Contains(verb) || permitted.Contains(verb))
            {
                Assert.Null(refusal);
            }
            else
            {
                Assert.NotNull(refusal);
                Assert.Contains(refusal.Code, (int[])[503, 554]);
                Assert.Equal(new EnhancedStatusCode(5, 5, 1), refusal.Enhanced);
            }
        }
    }

    [Fact]
    public void Every_state_is_covered() =>
        Assert.Equal(Enum.GetValues<SmtpSessionState>().Length, Permitted.Count);

    [Fact]
    public void Content_without_recipients_says_that_none_is_valid()
    {
        foreach (var state in (SmtpSessionState[])[SmtpSessionState.Sender, SmtpSessionState.NoRecipient])
        {
            Assert.Equal((503, "valid RCPT command must precede DATA"), (SmtpTransitionTable.Refusal(state, SmtpVerb.Data)!.Code, SmtpTransitionTable.Refusal(state, SmtpVerb.Data)!.Text));
            Assert.Equal((503, "valid RCPT command must precede BDAT"), (SmtpTransitionTable.Refusal(state, SmtpVerb.Bdat)!.Code, SmtpTransitionTable.Refusal(state, SmtpVerb.Bdat)!.Text));
        }
    }
}

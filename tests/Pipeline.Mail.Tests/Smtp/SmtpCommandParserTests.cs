using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Tests.Smtp;

public sealed class SmtpCommandParserTests
{
    private const SmtpExtensions All = SmtpExtensions.Size | SmtpExtensions.EightBitMime | SmtpExtensions.BinaryMime
        | SmtpExtensions.SmtpUtf8 | SmtpExtensions.Dsn | SmtpExtensions.Auth | SmtpExtensions.Prdr | SmtpExtensions.RequireTls;

    [Theory]
    [InlineData("DATA", SmtpVerb.Data)]
    [InlineData("data", SmtpVerb.Data)]
    [InlineData("RSET  ", SmtpVerb.Rset)]
    [InlineData("Quit", SmtpVerb.Quit)]
    [InlineData("STARTTLS", SmtpVerb.StartTls)]
    [InlineData("NOOP", SmtpVerb.Noop)]
    [InlineData("NOOP whatever it is", SmtpVerb.Noop)]
    [InlineData("HELP", SmtpVerb.Help)]
    [InlineData("HELP MAIL", SmtpVerb.Help)]
    [InlineData("VRFY postmaster", SmtpVerb.Vrfy)]
    [InlineData("EXPN staff", SmtpVerb.Expn)]
    [InlineData("ETRN example.com", SmtpVerb.Etrn)]
    [InlineData("AUTH PLAIN AGEAYg==", SmtpVerb.Auth)]
    [InlineData("EHLO client.example", SmtpVerb.Ehlo)]
    [InlineData("helo [192.0.2.1]", SmtpVerb.Helo)]
    [InlineData("BDAT 10", SmtpVerb.Bdat)]
    [InlineData("MAIL FROM:<>", SmtpVerb.Mail)]
    [InlineData("RCPT TO:<postmaster>", SmtpVerb.Rcpt)]
    public void Command_that_is_correct_is_recognised_without_regard_to_case(string line, SmtpVerb verb)
    {
        SmtpCommand command = Parse(line);
        Assert.Equal(verb, command.Verb);
        Assert.IsNotType<SmtpCommand.Invalid>(command);
    }

    [Theory]
    [InlineData("", "500 5.5.2")]
    [InlineData("FOO", "500 5.5.2")]
    [InlineData("DATAX", "500 5.5.2")]
    [InlineData("STARTTLSX", "500 5.5.2")]
    [InlineData(" NOOP", "500 5.5.2")]
    [InlineData("LHLO x", "500 5.5.2")]
    [InlineData("$\u0001TA", "500 5.5.2")]
    [InlineData("NOOP \0", "500 5.5.2")]
    [InlineData("NOOP a\rb", "500 5.5.2")]
    [InlineData("NOOP a\nb", "500 5.5.2")]
    [InlineData("DATA now", "501 5.5.4")]
    [InlineData("RSET now", "501 5.5.4")]
    [InlineData("QUIT now", "501 5.5.4")]
    [InlineData("STARTTLS now", "501 5.5.4")]
    [InlineData("VRFY", "501 5.5.4")]
    [InlineData("EXPN", "501 5.5.4")]
    [InlineData("AUTH", "501 5.5.4")]
    [InlineData("VRFY \u00ff", "501 5.5.4")]
    [InlineData("EHLO", "501 5.5.4")]
    [InlineData("HELO", "501 5.5.4")]
    [InlineData("EHLO a b", "501 5.5.4")]
    [InlineData("EHLO \u00e9.example", "501 5.5.4")]
    [InlineData("MAIL", "501 5.5.4")]
    [InlineData("MAIL <a@example.com>", "501 5.5.4")]
    [InlineData("MAIL FROM", "501 5.5.4")]
    [InlineData("MAIL FROM:", "501 5.5.4 MAIL must have an address operand")]
    [InlineData("RCPT TO:", "501 5.5.4 RCPT must have an address operand")]
    [InlineData("MAIL FROM:<a@example.com", "501 5.1.7 <a@example.com: '>' missing at end of address")]
    [InlineData("MAIL FROM:<a@example.com>SIZE=1", "501 5.1.7 <a@example.com>SIZE=1: malformed address: SIZE=1 may not follow <a@example.com>")]
    [InlineData("MAIL FROM:<a@@b> SIZE=1", "501 5.1.7 <a@@b>: domain missing or malformed")]
    [InlineData("MAIL FROM:a@@b SIZE=1", "501 5.1.7 a@@b: domain missing or malformed")]
    [InlineData("MAIL FROM:<a@>", "501 5.1.7")]
    [InlineData("RCPT", "501 5.5.4")]
    [InlineData("RCPT TO:<@>", "501 5.1.3")]
    [InlineData("RCPT TO:<>", "501 5.1.3")]
    [InlineData("RCPT TO:<user>", "501 5.1.3 <user>: recipient address must contain a domain")]
    [InlineData("MAIL FROM:<postmaster>", "501 5.1.7 <postmaster>: sender address must contain a domain")]
    [InlineData("RCPT FROM:<a@example.com>", "501 5.5.4")]
    public void Command_that_is_not_correct_gets_its_code(string line, string codes)
    {
        var invalid = Assert.IsType<SmtpCommand.Invalid>(Parse(line));
        Assert.StartsWith(codes, invalid.Reply.ToString(), StringComparison.Ordinal);
        Assert.False(invalid.LosesFraming);
    }

    [Theory]
    [InlineData("BDAT")]
    [InlineData("BDAT LAST")]
    [InlineData("BDAT -1")]
    [InlineData("BDAT 1x")]
    [InlineData("BDAT 1LAST")]
    [InlineData("BDAT 1 LAST LAST")]
    [InlineData("BDAT 0x10")]
    [InlineData("BDAT 1234567890123456789")]
    [InlineData("BDAT 1\0")]
    public void Chunk_command_whose_size_is_unknown_loses_the_framing(string line)
    {
        var invalid = Assert.IsType<SmtpCommand.Invalid>(Parse(line));
        Assert.True(invalid.LosesFraming);
    }

    [Theory]
    [InlineData("BDAT 0", 0, false)]
    [InlineData("BDAT 0 LAST", 0, true)]
    [InlineData("bdat 86 last", 86, true)]
    [InlineData("BDAT 000000000000000086", 86, false)]
    [InlineData("BDAT 999999999999999999", 999999999999999999, false)]
    public void Chunk_command_gives_size_and_last(string line, long octets, bool last) =>
        Assert.Equal(new SmtpCommand.Chunk(octets, last), Parse(line));

    [Fact]
    public void Mail_with_every_parameter_gives_every_value()
    {
        var mail = Assert.IsType<SmtpCommand.Mail>(
            Parse("MAIL FROM:<a@example.com> SIZE=100 body=8bitmime SMTPUTF8  RET=HDRS ENVID=QQ+2B1 AUTH=e+3Dmc2@example.com"));
        Assert.Equal(new EnvelopeAddress("a", "example.com"), mail.Sender);
        Assert.Equal(100, mail.Size);
        Assert.Equal(BodyType.EightBitMime, mail.Body);
        Assert.True(mail.SmtpUtf8);
        Assert.Equal(DsnReturn.Headers, mail.Return);
        Assert.Equal("QQ+2B1", mail.EnvelopeId);
        Assert.Equal("e=mc2@example.com", mail.Auth);
    }

    [Fact]
    public void Mail_without_parameters_leaves_them_unset()
    {
        var mail = Assert.IsType<SmtpCommand.Mail>(Parse("MAIL FROM: <a@example.com>"));
        Assert.Null(mail.Size);
        Assert.Equal(BodyType.Unspecified, mail.Body);
        Assert.False(mail.SmtpUtf8);
        Assert.Equal(DsnReturn.Unspecified, mail.Return);
        Assert.Null(mail.EnvelopeId);
        Assert.Null(mail.Auth);
    }

    [Theory]
    [InlineData("AUTH=<>", "<>")]
    [InlineData("AUTH=+3C+3E", "<>")]
    public void Mail_auth_of_no_one_is_kept(string parameter, string auth) =>
        Assert.Equal(auth, Assert.IsType<SmtpCommand.Mail>(Parse("MAIL FROM:<> " + parameter)).Auth);

    [Theory]
    [InlineData("SIZE", "501 5.5.4")]
    [InlineData("SIZE=", "501 5.5.4")]
    [InlineData("SIZE=1a", "501 5.5.4")]
    [InlineData("SIZE=-1", "501 5.5.4")]
    [InlineData("SIZE=123456789012345678901", "501 5.5.4")]
    [InlineData("SIZE=1 SIZE=1", "501 5.5.4")]
    [InlineData("BODY", "501 5.5.4")]
    [InlineData("BODY=9BIT", "501 5.5.4")]
    [InlineData("BODY=7BIT BODY=7BIT", "501 5.5.4")]
    [InlineData("SMTPUTF8=1", "501 5.5.4")]
    [InlineData("PRDR=1", "501 5.5.4")]
    [InlineData("PRDR PRDR", "501 5.5.4")]
    [InlineData("SMTPUTF8 SMTPUTF8", "501 5.5.4")]
    [InlineData("RET=BODY", "501 5.5.4")]
    [InlineData("RET=FULL RET=FULL", "501 5.5.4")]
    [InlineData("ENVID=", "501 5.5.4")]
    [InlineData("ENVID=a+2", "501 5.5.4")]
    [InlineData("ENVID=a+0D+0A", "501 5.5.4")]
    [InlineData("ENVID=a ENVID=a", "501 5.5.4")]
    [InlineData("AUTH=", "501 5.5.4")]
    [InlineData("AUTH=+00", "501 5.5.4")]
    [InlineData("AUTH=<> AUTH=<>", "501 5.5.4")]
    [InlineData("=1", "501 5.5.4")]
    [InlineData("-A=1", "501 5.5.4")]
    [InlineData("A_B=1", "501 5.5.4")]
    [InlineData("A=b=c", "501 5.5.4")]
    [InlineData("FOO=1", "555 5.5.4")]
    [InlineData("REQUIRETLS=1", "501 5.5.4")]
    [InlineData("REQUIRETLS REQUIRETLS", "501 5.5.4")]
    [InlineData("REQUIRETLSX", "555 5.5.4")]
    [InlineData("NOTIFY=NEVER", "555 5.5.4")]
    public void Mail_with_a_bad_parameter_is_refused(string parameters, string codes)
    {
        var invalid = Assert.IsType<SmtpCommand.Invalid>(Parse("MAIL FROM:<a@example.com> " + parameters));
        Assert.StartsWith(codes, invalid.Reply.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SIZE=1", All & ~SmtpExtensions.Size)]
    [InlineData("BODY=7BIT", All & ~SmtpExtensions.EightBitMime)]
    [InlineData("SMTPUTF8", All & ~SmtpExtensions.SmtpUtf8)]
    [InlineData("PRDR", All & ~SmtpExtensions.Prdr)]
    [InlineData("REQUIRETLS", All & ~SmtpExtensions.RequireTls)]
    [InlineData("RET=FULL", All & ~SmtpExtensions.Dsn)]
    [InlineData("AUTH=<>", All & ~SmtpExtensions.Auth)]
    public void Mail_parameter_of_an_extension_that_was_not_offered_is_unknown(string parameter, SmtpExtensions offered)
    {
        SmtpCommand command = SmtpCommandParser.Parse(Encoding.ASCII.GetBytes("MAIL FROM:<> " + parameter), SmtpGrammar.Default, offered, false);
        Assert.Equal(555, Assert.IsType<SmtpCommand.Invalid>(command).Reply.Code);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(" SIZE=1 requiretls BODY=7BIT", true)]
    public void Mail_under_requiretls_says_so(string parameters, bool required) =>
        Assert.Equal(required, Assert.IsType<SmtpCommand.Mail>(Parse("MAIL FROM:<a@example.com>" + parameters)).RequireTls);

    [Fact]
    public void Mail_with_requiretls_where_it_was_not_offered_has_the_words_of_Exim() => Assert.Equal(
        "555 5.5.4 unadvertised MAIL option: REQUIRETLS",
        Assert.IsType<SmtpCommand.Invalid>(SmtpCommandParser.Parse("MAIL FROM:<> REQUIRETLS"u8, SmtpGrammar.Default, All & ~SmtpExtensions.RequireTls, false)).Reply.ToString());

    [Fact]
    public void Mail_body_binary_needs_its_own_extension()
    {
        byte[] line = "MAIL FROM:<> BODY=BINARYMIME"u8.ToArray();
        Assert.Equal(BodyType.BinaryMime, Assert.IsType<SmtpCommand.Mail>(SmtpCommandParser.Parse(line, SmtpGrammar.Default, All, false)).Body);
        Assert.IsType<SmtpCommand.Invalid>(SmtpCommandParser.Parse(line, SmtpGrammar.Default, All & ~SmtpExtensions.BinaryMime, false));
    }

    [Theory]
    [InlineData("SIZE=9223372036854775807", long.MaxValue)]
    [InlineData("SIZE=99999999999999999999", long.MaxValue)]
    [InlineData("SIZE=00000000000000000001", 1)]
    public void Mail_size_of_twenty_digits_is_saturated(string parameter, long size) =>
        Assert.Equal(size, Assert.IsType<SmtpCommand.Mail>(Parse("MAIL FROM:<> " + parameter)).Size);

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void Mail_envelope_id_has_a_hundred_octets_at_most(int length, bool accepted) =>
        Assert.Equal(accepted, Parse("MAIL FROM:<> ENVID=" + new string('e', length)) is SmtpCommand.Mail);

    [Theory]
    [InlineData(SmtpVerb.Noop, "NOOP ")]
    [InlineData(SmtpVerb.Mail, "MAIL FROM:<")]
    [InlineData(SmtpVerb.Rcpt, "RCPT TO:<")]
    [InlineData(SmtpVerb.Auth, "AUTH ")]
    [InlineData(SmtpVerb.Unknown, "FOO ")]
    public void Command_line_has_its_limit_with_its_line_end(SmtpVerb verb, string start)
    {
        int limit = SmtpCommandLineLimit.Of(verb);
        foreach (int length in (int[])[limit - 1, limit, limit + 1])
        {
            SmtpCommand command = Parse(start.PadRight(length - 2, 'x'));
            bool tooLong = command is SmtpCommand.Invalid { Reason: "command line too long" };
            Assert.Equal(length > limit, tooLong);
        }
    }

    [Theory]
    [InlineData("NOTIFY=NEVER", DsnNotify.Never, null)]
    [InlineData("NOTIFY=SUCCESS,FAILURE,DELAY", DsnNotify.Success | DsnNotify.Failure | DsnNotify.Delay, null)]
    [InlineData("notify=success", DsnNotify.Success, null)]
    [InlineData("ORCPT=rfc822;b+2Bc@example.com", DsnNotify.None, "rfc822;b+2Bc@example.com")]
    [InlineData("ORCPT=rfc822;b@example.com NOTIFY=FAILURE", DsnNotify.Failure, "rfc822;b@example.com")]
    public void Recipient_parameters_are_read(string parameters, DsnNotify notify, string? original)
    {
        var recipient = Assert.IsType<SmtpCommand.Recipient>(Parse("RCPT TO:<b@example.com> " + parameters));
        Assert.Equal(notify, recipient.Notify);
        Assert.Equal(original, recipient.OriginalRecipient);
    }

    [Theory]
    [InlineData("NOTIFY", "501 5.5.4")]
    [InlineData("NOTIFY=", "501 5.5.4")]
    [InlineData("NOTIFY=NEVER,SUCCESS", "501 5.5.4")]
    [InlineData("NOTIFY=SUCCESS,", "501 5.5.4")]
    [InlineData("NOTIFY=SUCCESS,,DELAY", "501 5.5.4")]
    [InlineData("NOTIFY=NEVER NOTIFY=NEVER", "501 5.5.4")]
    [InlineData("ORCPT=rfc822", "501 5.5.4")]
    [InlineData("ORCPT=;x", "501 5.5.4")]
    [InlineData("ORCPT=rfc822;", "501 5.5.4")]
    [InlineData("ORCPT=rf(c;x", "501 5.5.4")]
    [InlineData("ORCPT=rfc822;a+0A", "501 5.5.4")]
    [InlineData("ORCPT=rfc822;a ORCPT=rfc822;a", "501 5.5.4")]
    [InlineData("SIZE=1", "555 5.5.4")]
    public void Recipient_with_a_bad_parameter_is_refused(string parameters, string codes)
    {
        var invalid = Assert.IsType<SmtpCommand.Invalid>(Parse("RCPT TO:<b@example.com> " + parameters));
        Assert.StartsWith(codes, invalid.Reply.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(499, true)]
    [InlineData(500, true)]
    [InlineData(501, false)]
    public void Recipient_original_recipient_has_five_hundred_octets_at_most(int length, bool accepted) =>
        Assert.Equal(accepted, Parse("RCPT TO:<b@example.com> ORCPT=rfc822;" + new string('o', length - 7)) is SmtpCommand.Recipient);

    [Theory]
    [InlineData("MAIL FROM:<\u00fc@example.com>", false, "553 5.6.7")]
    [InlineData("MAIL FROM:<\u00fc@example.com> SMTPUTF8", false, null)]
    [InlineData("RCPT TO:<\u00fc@example.com>", false, "553 5.6.7")]
    [InlineData("RCPT TO:<\u00fc@example.com>", true, null)]
    [InlineData("RCPT TO:<b@example.com> ORCPT=utf-8;\u00fc@example.com", true, null)]
    [InlineData("RCPT TO:<b@example.com> ORCPT=utf-8;\u00fc@example.com", false, "501 5.5.4")]
    public void Address_outside_ascii_needs_smtputf8_of_the_transaction(string line, bool smtpUtf8, string? codes)
    {
        SmtpCommand command = SmtpCommandParser.Parse(Encoding.UTF8.GetBytes(line), SmtpGrammar.Default, All, smtpUtf8);
        if (codes is null)
        {
            Assert.IsNotType<SmtpCommand.Invalid>(command);
        }
        else
        {
            Assert.StartsWith(codes, Assert.IsType<SmtpCommand.Invalid>(command).Reply.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("MAIL FROM:<user>")]
    [InlineData("MAIL FROM:user SIZE=1")]
    [InlineData("RCPT TO:<user>")]
    [InlineData("RCPT TO:user NOTIFY=NEVER")]
    public void Address_form_is_taken_when_the_grammar_is_stretched_to_it(string line)
    {
        const EnvelopeAddressForms Loose = EnvelopeAddressForms.Unqualified;
        SmtpGrammar grammar = SmtpGrammar.Default with { SenderForms = Loose, RecipientForms = Loose };
        Assert.IsNotType<SmtpCommand.Invalid>(SmtpCommandParser.Parse(Encoding.ASCII.GetBytes(line), grammar, All, false));
        Assert.IsType<SmtpCommand.Invalid>(Parse(line));
    }

    [Theory]
    [InlineData(254, true)]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void Address_local_part_is_long_enough_for_the_return_paths_of_large_senders(int length, bool accepted) =>
        Assert.Equal(accepted, Parse($"MAIL FROM:<{new string('l', length)}@example.com>") is SmtpCommand.Mail);

    [Fact]
    public void Path_with_a_quoted_bracket_ends_at_its_own_bracket()
    {
        var recipient = Assert.IsType<SmtpCommand.Recipient>(Parse("RCPT TO:<\"a>\\\"b\"@example.com> NOTIFY=NEVER"));
        Assert.Equal("\"a>\\\"b\"", recipient.Address.LocalPart);
        Assert.Equal(DsnNotify.Never, recipient.Notify);
    }

    [Fact]
    public void Command_of_mutated_octets_never_throws_and_always_has_a_reply_when_invalid()
    {
        string[] seeds =
        [
            "MAIL FROM:<a@example.com> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ+2B1 AUTH=e+3Dmc2@example.com",
            "RCPT TO:<\"a b\"@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bc@example.com",
            "EHLO client.example", "BDAT 12345 LAST", "AUTH PLAIN AGEAYg==", "VRFY postmaster", "STARTTLS", "RCPT TO:<@r.example:a@[IPv6:::1]>",
        ];
        var random = new Random(5321);
        for (int round = 0; round < 60_000; round++)
        {
            byte[] line = Encoding.ASCII.GetBytes(seeds[random.Next(seeds.Length)]);
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                int at = random.Next(line.Length);
                line = random.Next(3) switch
                {
                    0 => [.. line[..at], (byte)random.Next(256), .. line[at..]],
                    1 when line.Length > 1 => [.. line[..at], .. line[(at + 1)..]],
                    _ => [.. line[..at], (byte)random.Next(256), .. line[(at + 1)..]],
                };
            }

            SmtpCommand command = SmtpCommandParser.Parse(line, SmtpGrammar.Default, All, random.Next(2) == 0);
            if (command is SmtpCommand.Invalid invalid)
            {
                Assert.InRange(invalid.Reply.Code, 500, 555);
                Assert.Equal(5, invalid.Reply.Enhanced!.Value.Class);
                Assert.DoesNotContain('\r', invalid.Reply.Text);
                Assert.DoesNotContain('\n', invalid.Reply.Text);
            }
        }
    }

    private static SmtpCommand Parse(string line) => SmtpCommandParser.Parse(Encoding.Latin1.GetBytes(line), SmtpGrammar.Default, All, smtpUtf8: false);
}

using System.Text;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Tests.Smtp;

public sealed class AuthCommandParserTests
{
    [Theory]
    [InlineData("AUTH PLAIN", "PLAIN", null)]
    [InlineData("auth cram-md5", "cram-md5", null)]
    [InlineData("AUTH PLAIN =", "PLAIN", "")]
    [InlineData("AUTH PLAIN AGEAYg==", "PLAIN", "\0a\0b")]
    [InlineData("AUTH  PLAIN \t AGEAYg==  ", "PLAIN", "\0a\0b")]
    [InlineData("AUTH X_1-2", "X_1-2", null)]
    public void Mechanism_and_initial_response_are_read(string line, string mechanism, string? response)
    {
        var auth = Assert.IsType<SmtpCommand.Authenticate>(Parse(line));
        Assert.Equal(mechanism, auth.Mechanism);
        Assert.Equal(response, auth.InitialResponse is { } octets ? Encoding.Latin1.GetString(octets) : null);
    }

    [Theory]
    [InlineData("AUTH", "501 5.5.4 AUTH requires an argument")]
    [InlineData("AUTH  ", "501 5.5.4 AUTH requires an argument")]
    [InlineData("AUTH \u00c4", "501 5.5.4 invalid name of a mechanism")]
    [InlineData("AUTH PLAIN ==", "501 5.5.2 Invalid base64 data")]
    [InlineData("AUTH PLAIN AGEAYg", "501 5.5.2 Invalid base64 data")]
    [InlineData("AUTH PLAIN AGEAYg== AGEAYg==", "501 5.5.2 Invalid base64 data")]
    [InlineData("AUTH PLAIN *", "501 5.5.2 Invalid base64 data")]
    public void Command_that_is_not_correct_is_refused_without_a_word_of_what_it_held(string line, string reply)
    {
        var invalid = Assert.IsType<SmtpCommand.Invalid>(Parse(line));
        Assert.Equal(reply, invalid.Reply.ToString());
        Assert.Equal(SmtpVerb.Auth, invalid.Verb);
        Assert.DoesNotContain("AGEAYg", invalid.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Mechanism_has_a_longest_name(int length, bool accepted) =>
        Assert.Equal(accepted, Parse("AUTH " + new string('X', length)) is SmtpCommand.Authenticate);

    [Theory]
    [InlineData("", "")]
    [InlineData("dXNlcg==", "user")]
    public void Response_is_decoded(string line, string octets) =>
        Assert.Equal(octets, Encoding.Latin1.GetString(Assert.IsType<SmtpCommand.AuthenticationResponse>(Respond(line)).Octets!));

    [Fact]
    public void Asterisk_cancels() => Assert.Null(Assert.IsType<SmtpCommand.AuthenticationResponse>(Respond("*")).Octets);

    [Theory]
    [InlineData("=")]
    [InlineData("**")]
    [InlineData(" dXNlcg==")]
    [InlineData("dXNlcg")]
    [InlineData("QUIT\0")]
    public void Response_that_is_not_base64_ends_the_exchange(string line) =>
        Assert.Equal("501 5.5.2 Invalid base64 data", Assert.IsType<SmtpCommand.Invalid>(Respond(line)).Reply.ToString());

    [Theory]
    [InlineData(12284, true)]
    [InlineData(12288, false)]
    public void Response_has_its_limit_with_its_line_end(int length, bool accepted)
    {
        SmtpCommand command = Respond(new string('A', length));
        Assert.Equal(accepted, command is SmtpCommand.AuthenticationResponse);
        Assert.Equal(accepted ? null : "500 5.5.6 Authentication exchange line is too long", (command as SmtpCommand.Invalid)?.Reply.ToString());
    }

    [Fact]
    public void Command_shows_no_secret_when_it_is_printed()
    {
        Assert.DoesNotContain("secret", Parse("AUTH PLAIN c2VjcmV0").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", Respond("c2VjcmV0").ToString(), StringComparison.Ordinal);
    }

    private static SmtpCommand Parse(string line) =>
        SmtpCommandParser.Parse(Encoding.Latin1.GetBytes(line), SmtpGrammar.Default, SmtpExtensions.None, smtpUtf8: false);

    private static SmtpCommand Respond(string line) => SmtpCommandParser.ParseAuthResponse(Encoding.Latin1.GetBytes(line));
}

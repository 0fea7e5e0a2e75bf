using System.Text;
using Pipeline.Mail.Sasl;
using Pipeline.Policy.Authentication;

namespace Pipeline.Policy.Tests.Authentication;

public sealed class ServerAuthenticationTests
{
    private const string Plain = "a:\ndriver = plaintext\nserver_prompts = :\nserver_condition = ${if and{{eq{$auth2}{user}}{eq{$auth3}{pass}}}}\nserver_set_id = $auth2";
    private const string Login = "a:\ndriver = plaintext\nserver_prompts = <| Username: | Password:\nserver_condition = ${if and{{eq{$auth1}{user}}{eq{$auth2}{pass}}}}\nserver_set_id = $auth1";
    private const string Cram = "a:\ndriver = cram_md5\nserver_secret = ${if eq{$auth1}{tim}{tanstaaf}fail}\nserver_set_id = $auth1";
    private const string External = "a:\ndriver = external\nserver_param2 = ${uc:$auth1}\nserver_param3 = third\nserver_condition = ${if eq{$auth1/$auth2/$auth3}{me/ME/third}}\nserver_set_id = $auth1";

    [Theory]
    [InlineData("\0user\0pass", true)]
    [InlineData("\0user\0wrong", false)]
    [InlineData("\0user", false)]
    [InlineData("", false)]
    [InlineData("user\0pass", false)]
    public async Task Plain_takes_its_three_texts_with_the_command_or_behind_an_empty_prompt(string response, bool believed)
    {
        var (early, none) = await new AuthenticationBench(Plain).ServeAsync(response);
        Assert.Empty(none);
        var (late, prompts) = await new AuthenticationBench(Plain).ServeAsync(null, response);
        Assert.Equal("", Assert.Single(prompts));
        Assert.Equal((believed, believed), (early is AuthenticationStep.Succeeded { Id: "user" }, late is AuthenticationStep.Succeeded { Id: "user" }));
    }

    [Fact]
    public async Task Failure_says_who_it_was()
    {
        var (end, _) = await new AuthenticationBench(Plain).ServeAsync("\0user\0wrong");
        Assert.Equal(new AuthenticationStep.Failed("user"), end);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("user")]
    public async Task Login_asks_for_what_it_has_not_got(string? initial)
    {
        string[] responses = initial is null ? ["user", "pass"] : ["pass"];
        var (end, prompts) = await new AuthenticationBench(Login).ServeAsync(initial, responses);
        Assert.Equal(new AuthenticationStep.Succeeded("user"), end);
        Assert.Equal(initial is null ? ["Username:", "Password:"] : ["Password:"], prompts);
    }

    [Fact]
    public async Task Login_takes_several_texts_in_one_response()
    {
        var (end, prompts) = await new AuthenticationBench(Login).ServeAsync(null, "user\0pass");
        Assert.Equal(new AuthenticationStep.Succeeded("user"), end);
        Assert.Single(prompts);
    }

    [Fact]
    public async Task Old_names_of_the_texts_hold_too()
    {
        var (end, _) = await new AuthenticationBench("a:\ndriver = plaintext\nserver_prompts = :\nserver_condition = ${if eq{$2/$3}{user/pass}}\nserver_set_id = $2").ServeAsync("\0user\0pass");
        Assert.Equal(new AuthenticationStep.Succeeded("user"), end);
    }

    [Fact]
    public async Task Texts_beyond_the_variables_are_dropped_and_counted()
    {
        var bench = new AuthenticationBench("a:\ndriver = plaintext\nserver_prompts = 1 : 2 : 3 : 4 : 5 : 6\nserver_condition = yes\nserver_set_id = $auth1$auth2$auth3$auth4");
        var (end, prompts) = await bench.ServeAsync("a\0b\0c\0d\0e", "f");
        Assert.Equal(new AuthenticationStep.Succeeded("abcd"), end);
        Assert.Equal("6", Assert.Single(prompts));
    }

    [Theory]
    [InlineData("", "failed")]
    [InlineData("0", "failed")]
    [InlineData("No", "failed")]
    [InlineData("false", "failed")]
    [InlineData("1", "succeeded")]
    [InlineData("YES", "succeeded")]
    [InlineData("true", "succeeded")]
    [InlineData("the directory is away", "deferred: the directory is away / the directory is away")]
    [InlineData("${if eq{a}{b}{yes}fail}", "failed")]
    [InlineData("${lookup{x}nosuch{y}}", "deferred")]
    public async Task Condition_says_yes_or_no_or_that_it_cannot_say(string condition, string expected)
    {
        foreach (var section in (string[])[$"a:\ndriver = plaintext\nserver_prompts = :\nserver_condition = \"{condition}\"", $"a:\ndriver = external\nserver_condition = \"{condition}\""])
        {
            var (end, _) = await new AuthenticationBench(section).ServeAsync("x");
            Assert.StartsWith(expected, Word(end), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("${if eq{a}{b}{x}fail}")]
    [InlineData("${nosuch}")]
    public async Task Prompts_that_cannot_be_expanded_are_a_temporary_failure(string prompts)
    {
        var (end, _) = await new AuthenticationBench($"a:\ndriver = plaintext\nserver_prompts = {prompts}\nserver_condition = yes").ServeAsync("x");
        Assert.IsType<AuthenticationStep.Deferred>(end);
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public async Task Prompts_have_a_bound(int count, bool taken)
    {
        var bench = new AuthenticationBench($"a:\ndriver = plaintext\nserver_prompts = {string.Join(" : ", Enumerable.Repeat("x", count))}\nserver_condition = yes");
        var (end, prompts) = await bench.ServeAsync(null, _ => "y");
        Assert.Equal((taken, taken ? count : 0), (end is AuthenticationStep.Succeeded, prompts.Count));
    }

    [Theory]
    [InlineData("tim", "tanstaaf", true)]
    [InlineData("tim", "tanstaag", false)]
    [InlineData("tom", "tanstaaf", false)]
    public async Task Cram_md5_believes_whoever_knows_the_secret(string user, string secret, bool believed)
    {
        var (end, challenges) = await new AuthenticationBench(Cram).ServeAsync(null, challenge => Respond(user, secret, challenge));
        Assert.EndsWith("@mx.example.com>", Assert.Single(challenges), StringComparison.Ordinal);
        Assert.Equal(believed ? new AuthenticationStep.Succeeded("tim") : new AuthenticationStep.Failed(user), end);
    }

    [Fact]
    public async Task Cram_md5_believes_nobody_where_the_secret_is_empty()
    {
        var (end, _) = await new AuthenticationBench("a:\ndriver = cram_md5\nserver_secret = ${if eq{a}{b}{x}{}}").ServeAsync(null, challenge => Respond("tim", "", challenge));
        Assert.Equal(new AuthenticationStep.Failed(""), end);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tim")]
    [InlineData("tim 1234")]
    public async Task Cram_md5_response_that_is_none_is_not_believed(string response)
    {
        var (end, _) = await new AuthenticationBench(Cram).ServeAsync(null, response);
        Assert.Equal(new AuthenticationStep.Failed(""), end);
    }

    [Fact]
    public async Task Cram_md5_takes_no_initial_response()
    {
        var (end, _) = await new AuthenticationBench(Cram).ServeAsync("tim 0123");
        Assert.IsType<AuthenticationStep.InitialResponseUnexpected>(end);
    }

    [Fact]
    public async Task Cram_md5_secret_that_cannot_be_found_now_is_a_temporary_failure()
    {
        var (end, _) = await new AuthenticationBench("a:\ndriver = cram_md5\nserver_secret = ${nosuch}\nserver_set_id = $auth1").ServeAsync(null, challenge => Respond("tim", "x", challenge));
        Assert.Equal("tim", Assert.IsType<AuthenticationStep.Deferred>(end).Id);
    }

    [Theory]
    [InlineData("${if eq{$auth1}{tim}}", "succeeded")]
    [InlineData("${if eq{$auth1}{tom}}", "failed")]
    [InlineData("not today", "deferred")]
    public async Task Cram_md5_success_is_subject_to_the_condition(string condition, string expected)
    {
        var (end, _) = await new AuthenticationBench($"{Cram}\nserver_condition = {condition}").ServeAsync(null, challenge => Respond("tim", "tanstaaf", challenge));
        Assert.StartsWith(expected, Word(end), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("me", 0)]
    public async Task External_asks_for_the_identity_that_did_not_come_with_the_command(string? initial, int asked)
    {
        var (end, challenges) = await new AuthenticationBench(External).ServeAsync(initial, "me");
        Assert.Equal(new AuthenticationStep.Succeeded("me"), end);
        Assert.Equal(asked, challenges.Count(challenge => challenge.Length == 0));
    }

    [Theory]
    [InlineData("${if eq{a}{b}{x}fail}", "failed")]
    [InlineData("${nosuch}", "deferred")]
    public async Task External_parameter_that_cannot_be_expanded_ends_it(string parameter, string expected)
    {
        var (end, _) = await new AuthenticationBench($"a:\ndriver = external\nserver_param3 = {parameter}\nserver_condition = yes").ServeAsync("me");
        Assert.StartsWith(expected, Word(end), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("server_mail_auth_condition = ${if eq{$authenticated_sender}{boss@local.test}}", true)]
    [InlineData("server_mail_auth_condition = no", false)]
    [InlineData("server_mail_auth_condition = ${nosuch}", false)]
    public async Task Sender_of_mail_auth_is_kept_where_the_condition_says_so(string option, bool kept)
    {
        var bench = new AuthenticationBench($"{Plain}\n{option}");
        bench.Scope.Message.AuthenticatedSender = "boss@local.test";
        Assert.Equal(kept, await bench.Authenticators[0].KeepsMailAuthAsync(bench.Scope, CancellationToken.None));
    }

    private static string Respond(string user, string secret, string challenge) =>
        Encoding.Latin1.GetString(CramMd5.Respond(Encoding.ASCII.GetBytes(user), Encoding.ASCII.GetBytes(secret), Encoding.ASCII.GetBytes(challenge)));

    private static string Word(AuthenticationStep end) => end switch
    {
        AuthenticationStep.Succeeded => "succeeded",
        AuthenticationStep.Failed => "failed",
        AuthenticationStep.Deferred deferred => $"deferred: {deferred.UserMessage} / {deferred.LogMessage}",
        _ => end.GetType().Name,
    };
}

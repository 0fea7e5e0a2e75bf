using System.Net;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tests.Authentication;

public sealed class ClientAuthenticatorTests
{
    [Theory]
    [InlineData("^user^pass", "\0user\0pass")]
    [InlineData("us^^er", "us^er")]
    [InlineData("^^^x", "^\0x")]
    [InlineData("${if eq{$host}{smarthost.example}{^a^b}}", "\0a\0b")]
    [InlineData("^$host_address^$host_port", "\u0000192.0.2.25\u0000587")]
    public async Task Plaintext_sends_nul_for_a_circumflex_and_knows_the_host(string send, string sent) =>
        Assert.Equal([sent], await Bench($"client_send = {send}").AskAsync());

    [Fact]
    public async Task Plaintext_sends_one_text_for_each_challenge() =>
        Assert.Equal(["(none)", "user", "pass"], await Bench("client_send = : user : pass").AskAsync("Username:", "Password:"));

    [Fact]
    public async Task Plaintext_shows_the_challenges_so_far_to_the_next_text() =>
        Assert.Equal(["(none)", "first", "first/second"], await Bench("client_send = <| | $auth1 | $auth1/$auth2").AskAsync("first", "second"));

    [Fact]
    public async Task Plaintext_does_not_make_two_texts_of_what_an_expansion_brings() =>
        Assert.Equal(["a:b"], await Bench("client_send = ${if eq{a}{a}{a::b}}").AskAsync());

    [Fact]
    public async Task Plaintext_that_is_asked_for_more_than_it_has_fails() =>
        Assert.Equal(["x", "failed: the server asks for more than the authenticator has to send"], await Bench("client_send = x").AskAsync("more"));

    [Theory]
    [InlineData("", "failed: invalid base64 string in the challenge of the server")]
    [InlineData("client_ignore_invalid_base64", "[]")]
    public async Task Challenge_that_is_not_base64_ends_it_unless_that_is_ignored(string option, string last) =>
        Assert.Equal(["(none)", last], await Bench($"client_send = <| | [$auth1]\n{option}").AskAsync((string?)null));

    [Theory]
    [InlineData("${if eq{a}{b}{x}fail}", "abandoned")]
    [InlineData("${nosuch}", "failed: ")]
    public async Task Text_that_cannot_be_expanded_ends_it(string send, string end)
    {
        Assert.StartsWith(end, Assert.Single(await Bench($"client_send = {send}").AskAsync()), StringComparison.Ordinal);
        Assert.StartsWith(end, (await Bench($"client_send = : {send}").AskAsync("Username:"))[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yes", false)]
    [InlineData("no", true)]
    [InlineData("", true)]
    [InlineData("${if def:tls_out_cipher}", true)]
    [InlineData("${nosuch}", true)]
    public async Task Authenticator_is_passed_over_where_its_condition_says_so(string condition, bool passed) =>
        Assert.Equal([passed ? "passed over" : "x"], await Bench($"client_send = x\nclient_condition = \"{condition}\"").AskAsync());

    [Fact]
    public async Task Condition_sees_the_cipher_of_the_connection()
    {
        var bench = new AuthenticationBench("a:\ndriver = plaintext\nclient_send = $tls_out_cipher\nclient_condition = ${if def:tls_out_cipher}")
        {
            Peer = new AuthenticationPeer("h", new IPEndPoint(IPAddress.Loopback, 25), "TLS1.3:TLS_AES_256_GCM_SHA384:256"),
        };
        Assert.Equal(["TLS1.3:TLS_AES_256_GCM_SHA384:256"], await bench.AskAsync());
    }

    [Fact]
    public async Task Cram_md5_answers_the_example_of_its_rfc() => Assert.Equal(
        ["(none)", "tim b913a602c7eda7a495b4e6e7334d3890"],
        await new AuthenticationBench("a:\ndriver = cram_md5\nclient_name = tim\nclient_secret = tanstaaftanstaaf").AskAsync("<1896.697170952@postoffice.reston.mci.net>"));

    [Fact]
    public async Task Cram_md5_calls_itself_by_the_name_of_the_host_unless_told_otherwise() =>
        Assert.StartsWith("mx.example.com ", (await new AuthenticationBench("a:\ndriver = cram_md5\nclient_secret = x").AskAsync("<c>"))[1], StringComparison.Ordinal);

    [Theory]
    [InlineData("client_secret = ${if eq{a}{b}{x}fail}", "abandoned")]
    [InlineData("client_secret = x\nclient_name = ${if eq{a}{b}{x}fail}", "abandoned")]
    [InlineData("client_secret = ${nosuch}", "failed: ")]
    public async Task Cram_md5_that_cannot_be_expanded_ends(string options, string end) =>
        Assert.StartsWith(end, (await new AuthenticationBench($"a:\ndriver = cram_md5\n{options}").AskAsync("<c>"))[1], StringComparison.Ordinal);

    [Fact]
    public async Task Cram_md5_answers_one_challenge_and_no_more()
    {
        const string Section = "a:\ndriver = cram_md5\nclient_secret = x";
        Assert.Equal("failed: the server asks for more than the authenticator has to send", (await new AuthenticationBench(Section).AskAsync("<c>", "<d>"))[2]);
        Assert.Equal("failed: invalid base64 string in the challenge of the server", (await new AuthenticationBench(Section).AskAsync((string?)null))[1]);
    }

    [Theory]
    [InlineData("me", "me")]
    [InlineData("", "")]
    [InlineData("${if eq{a}{b}{x}fail}", "abandoned")]
    public async Task External_says_who_it_is(string send, string said) =>
        Assert.Equal([said], await new AuthenticationBench($"a:\ndriver = external\nclient_send = \"{send}\"").AskAsync());

    [Theory]
    [InlineData("client_send = ^$host^x", true)]
    [InlineData("client_send = ^$local_part^x", false)]
    [InlineData("client_send = constant", false)]
    public async Task Fingerprint_differs_where_the_credentials_do(string option, bool byHost)
    {
        var bench = Bench(option);
        var one = await FingerprintAsync(bench, "h1", "192.0.2.1");
        var two = await FingerprintAsync(bench, "h2", "192.0.2.1");
        Assert.Equal(byHost, one != two);

        var other = Bench(option);
        other.Scope.Address = new AddressScope { LocalPart = "bob", Domain = "local.test" };
        Assert.Equal(option.Contains("local_part", StringComparison.Ordinal), one != await FingerprintAsync(other, "h1", "192.0.2.1"));
    }

    [Fact]
    public void Failure_is_logged_with_the_message_and_the_host_and_no_secret()
    {
        var bench = Bench("client_send = ^user^secret");
        new ClientAuthenticator(bench.Authenticators[0], bench.Scope).LogFailure(bench.Peer, "535 no");
        Assert.Equal(["Main: 1vMhEx-0000000001-0004 a authenticator failed H=smarthost.example [192.0.2.25] 535 no"], bench.Log);
    }

    [Theory]
    [InlineData("", "a")]
    [InlineData("client_set_id = me", "a:me")]
    [InlineData("client_set_id = ${nosuch}", "a")]
    public async Task Log_says_by_which_authenticator_and_as_whom(string option, string text)
    {
        var bench = Bench($"client_send = x\n{option}");
        var exchange = await new ClientAuthenticator(bench.Authenticators[0], bench.Scope).BeginAsync(bench.Peer, CancellationToken.None);
        Assert.Equal(text, await exchange!.DescribeAsync(CancellationToken.None));
    }

    private static AuthenticationBench Bench(string options) => new($"a:\ndriver = plaintext\n{options}");

    private static async Task<string> FingerprintAsync(AuthenticationBench bench, string host, string address) =>
        await new ClientAuthenticator(bench.Authenticators[0], bench.Scope).FingerprintAsync(
            new AuthenticationPeer(host, new IPEndPoint(IPAddress.Parse(address), 25)), CancellationToken.None);
}

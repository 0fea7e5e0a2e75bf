using Pipeline.Policy.Configuration;
using Pipeline.Policy.Tests.Configuration;

namespace Pipeline.Policy.Tests.Authentication;

public sealed class AuthenticatorDefinitionTests
{
    [Fact]
    public void Authenticators_keep_their_order_and_know_which_side_they_are_for()
    {
        var bench = new AuthenticationBench("""
            plain:
              driver = plaintext
              public_name = PLAIN
              server_prompts = :
              server_condition = yes
            cram:
              driver = cram_md5
              public_name = CRAM-MD5
              client_secret = x
            both:
              driver = cram_md5
              server_secret = x
              client_secret = x
            cert:
              driver = external
              public_name = EXTERNAL
              client_send = me
            nothing:
              driver = plaintext
            """);
        Assert.Equal(
            [("plain", "PLAIN", true, false), ("cram", "CRAM-MD5", false, true), ("both", "both", true, true), ("cert", "EXTERNAL", false, true), ("nothing", "nothing", false, false)],
            bench.Authenticators.Select(authenticator => (authenticator.Name, authenticator.PublicName, authenticator.IsServer, authenticator.IsClient)));
    }

    [Fact]
    public void Two_servers_for_one_mechanism_do_not_load_but_two_clients_do()
    {
        const string Server = "a:\ndriver = plaintext\npublic_name = PLAIN\nserver_condition = yes\nb:\ndriver = plaintext\npublic_name = plain\nserver_condition = yes";
        const string Client = "a:\ndriver = plaintext\npublic_name = PLAIN\nclient_send = x\nb:\ndriver = plaintext\npublic_name = PLAIN\nclient_send = y";

        Assert.Equal([$"{MemoryFiles.MainPath}:6: two server authenticators (a and b) have the same public name (plain)"], AuthenticationBench.Problems(Server));
        Assert.Empty(AuthenticationBench.Problems(Client));
    }

    [Theory]
    [InlineData("a:\ndriver = plaintext\npublic_name = \"A B\"", "4: the public name of authenticator a must be printable characters without blanks, but is \"A B\"")]
    [InlineData("a:\ndriver = plaintext\nserver_secret = x", "4: option \"server_secret\" unknown")]
    [InlineData("a:\ndriver = nosuch", "3: authenticator a: cannot find authenticator driver \"nosuch\"")]
    [InlineData("a:\npublic_name = X", "2: no driver defined for authenticator \"a\"")]
    public void Authenticator_that_is_wrong_does_not_load(string section, string problem) =>
        Assert.Equal($"{MemoryFiles.MainPath}:{problem}", Assert.Single(AuthenticationBench.Problems(section)).Split(" (")[0]);

    [Theory]
    [InlineData("gsasl")]
    [InlineData("spa")]
    public void Authenticator_of_a_driver_that_is_not_done_loads_and_is_told_of(string driver)
    {
        var compilation = PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles($"begin authenticators\na:\ndriver = {driver}\npublic_name = X"));
        Assert.Empty(compilation.Policy!.Authenticators);
        Assert.Equal($"authenticator a: driver \"{driver}\"", Assert.Single(compilation.Notices).Subject);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("server_advertise_condition = yes", true)]
    [InlineData("server_advertise_condition = 0", false)]
    [InlineData("server_advertise_condition = ${if def:tls_in_cipher}", false)]
    [InlineData("server_advertise_condition = ${if eq{a}{a}{x}fail}", true)]
    [InlineData("server_advertise_condition = ${if eq{a}{b}{x}fail}", false)]
    [InlineData("server_advertise_condition = ${nosuch}", false)]
    public async Task Authenticator_is_offered_where_its_condition_says_so(string option, bool offered)
    {
        var bench = new AuthenticationBench($"a:\ndriver = plaintext\nserver_condition = yes\n{option}");
        Assert.Equal(offered, await bench.Authenticators[0].IsAdvertisedAsync(bench.Scope, CancellationToken.None));
        Assert.Equal(option.Contains("nosuch", StringComparison.Ordinal) ? 1 : 0, bench.Log.Count);
    }

    [Fact]
    public async Task Authenticator_is_offered_under_tls_alone_and_never_when_it_is_for_the_client()
    {
        const string Section = "a:\ndriver = plaintext\nserver_condition = yes\nserver_advertise_condition = ${if def:tls_in_cipher}";
        var secured = new AuthenticationBench(Section, cipher: "TLS_AES_256_GCM_SHA384");
        Assert.True(await secured.Authenticators[0].IsAdvertisedAsync(secured.Scope, CancellationToken.None));

        var client = new AuthenticationBench("a:\ndriver = plaintext\nclient_send = x");
        Assert.False(await client.Authenticators[0].IsAdvertisedAsync(client.Scope, CancellationToken.None));
    }

    [Fact]
    public void Configuration_can_ask_which_drivers_there_are()
    {
        foreach (var macro in (string[])["_DRIVER_AUTHENTICATOR_PLAINTEXT", "_DRIVER_AUTHENTICATOR_CRAM_MD5", "_DRIVER_AUTHENTICATOR_EXTERNAL", "_HAVE_AUTH_PLAINTEXT", "_OPT_AUTHENTICATOR_PLAINTEXT_CLIENT_SEND", "_OPT_MAIN_ACL_SMTP_AUTH", "_EXP_VAR_AUTH1"])
        {
            Assert.Contains(macro, PredefinedMacros.All);
        }

        Assert.DoesNotContain("_DRIVER_AUTHENTICATOR_SPA", PredefinedMacros.All);
    }
}

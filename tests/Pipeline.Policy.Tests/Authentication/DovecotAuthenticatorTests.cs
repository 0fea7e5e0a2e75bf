using Pipeline.Policy.Authentication;
using Pipeline.Policy.Authentication.Dovecot;

namespace Pipeline.Policy.Tests.Authentication;

public sealed class DovecotAuthenticatorTests
{
    [Fact]
    public async Task Initial_response_is_passed_on_and_the_user_that_Dovecot_names_counts()
    {
        await using var dovecot = new ScriptedDovecot(ScriptedDovecot.Greeting, static _ => "OK\t1\tuser=joe@example.com\toriginal_user=joe");
        var bench = Bench(dovecot.Address, "PLAIN", cipher: "TLS_AES_128_GCM_SHA256");
        var (end, challenges) = await bench.ServeAsync("\0joe\0secret");
        Assert.Equal(("joe@example.com", 0), (Assert.IsType<AuthenticationStep.Succeeded>(end).Id, challenges.Count));
        Assert.Equal("AUTH\t1\tPLAIN\tservice=smtp\tnologin\tsecured\trip=192.0.2.1\tresp=AGpvZQBzZWNyZXQ=", Assert.Single(dovecot.Said));
    }

    [Fact]
    public async Task Challenges_go_to_the_client()
    {
        await using var dovecot = new ScriptedDovecot(ScriptedDovecot.Greeting, static line => line.Split('\t') switch
        {
            ["AUTH", ..] => "CONT\t1\tVXNlcm5hbWU6",
            ["CONT", "1", "am9l"] => "CONT\t1\tUGFzc3dvcmQ6",
            ["CONT", "1", "c2VjcmV0"] => "OK\t1\tuser=joe",
            _ => "FAIL\t1",
        });
        var (end, challenges) = await Bench(dovecot.Address, "LOGIN").ServeAsync(null, "joe", "secret");
        Assert.Equal("joe", Assert.IsType<AuthenticationStep.Succeeded>(end).Id);
        Assert.Equal(["Username:", "Password:"], challenges);
        Assert.Equal("AUTH\t1\tLOGIN\tservice=smtp\tnologin\trip=192.0.2.1", dovecot.Said[0]);
    }

    [Theory]
    [InlineData("FAIL\t1\tuser=joe\tcode=authentication_failed", "Failed joe")]
    [InlineData("FAIL\t1", "Failed ")]
    [InlineData("FAIL\t2\nFAIL\t1\tuser=tab\u0001there", "Failed tabhere")]
    [InlineData("FAIL\t1\tuser=joe\ttemp", "Deferred joe dovecot: temporary internal error")]
    [InlineData("FAIL\t1\tuser=joe\tcode=temp_fail\treason=database is away", "Deferred joe dovecot: database is away")]
    [InlineData("CONT\t1\t!", "Deferred  dovecot: authentication protocol error: a challenge is no Base64")]
    [InlineData(null, "Deferred  dovecot: ")]
    public async Task Other_answers_fail_or_wait(string? answer, string expected)
    {
        await using var dovecot = new ScriptedDovecot(ScriptedDovecot.Greeting, _ => answer);
        Assert.StartsWith(expected.Replace("tabhere", "tab\there", StringComparison.Ordinal), Text((await Bench(dovecot.Address, "PLAIN").ServeAsync("\0joe\0secret")).End), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "dovecot: ")]
    [InlineData("VERSION\t2\t0\nDONE\n", "dovecot: authentication protocol version 2 is not known")]
    [InlineData("VERSION\t1\t0\nMECH\tCRAM-MD5\nDONE\n", "dovecot: authentication mechanism \"PLAIN\" not supported by server")]
    public async Task Greeting_that_does_not_fit_has_the_client_wait(string? greeting, string reason)
    {
        await using var dovecot = new ScriptedDovecot(greeting, static _ => "OK\t1\tuser=joe");
        Assert.StartsWith($"Deferred  {reason}", Text((await Bench(dovecot.Address, "PLAIN").ServeAsync("\0joe\0secret")).End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_without_end_is_given_up()
    {
        await using var dovecot = new ScriptedDovecot("VERSION\t1\t0\n" + new string('x', DovecotLine.MaxBytes + 1), static _ => null);
        Assert.Equal("Deferred  dovecot: authentication protocol error: a line is too long", Text((await Bench(dovecot.Address, "PLAIN").ServeAsync("x")).End));
        await using var endless = new ScriptedDovecot(string.Concat(Enumerable.Repeat("SPID\t1\n", 300)), static _ => null);
        Assert.Equal("Deferred  dovecot: authentication protocol error: the greeting does not end", Text((await Bench(endless.Address, "PLAIN").ServeAsync("x")).End));
    }

    [Theory]
    [InlineData("/nowhere/at/all", "dovecot: authentication socket connection error: ")]
    [InlineData("nowhere", "dovecot: \"nowhere\" is neither the path of a socket nor host:port")]
    [InlineData("/run/../x", "dovecot: \"/run/../x\" is neither the path of a socket nor host:port")]
    [InlineData("${if eq{a}{b}{/x}fail}", "Failed ")]
    public async Task Server_that_cannot_be_reached_has_the_client_wait(string socket, string reason) =>
        Assert.Contains(reason, Text((await Bench(socket, "PLAIN").ServeAsync("x")).End), StringComparison.Ordinal);

    [Theory]
    [InlineData("server_condition = ${if eq{$auth1}{joe}}", "Succeeded joe")]
    [InlineData("server_condition = ${if eq{$auth1}{ann}}", "Failed joe")]
    public async Task Condition_is_asked_behind_Dovecot(string option, string expected)
    {
        await using var dovecot = new ScriptedDovecot(ScriptedDovecot.Greeting, static _ => "OK\t1\tuser=joe");
        Assert.Equal(expected, Text((await Bench(dovecot.Address, "PLAIN", option).ServeAsync("x")).End));
    }

    [Fact]
    public void Server_socket_has_to_be_set() => Assert.Contains("server_socket is not set", Assert.Single(AuthenticationBench.Problems("a:\ndriver = dovecot\npublic_name = PLAIN")), StringComparison.Ordinal);

    private static AuthenticationBench Bench(string socket, string mechanism, string option = "", string? cipher = null) =>
        new($"a:\ndriver = dovecot\npublic_name = {mechanism}\nserver_socket = {socket}\nserver_set_id = $auth1\n{option}", cipher);

    private static string Text(AuthenticationStep step) => step switch
    {
        AuthenticationStep.Succeeded succeeded => $"Succeeded {succeeded.Id}",
        AuthenticationStep.Failed failed => $"Failed {failed.Id}",
        AuthenticationStep.Deferred deferred => $"Deferred {deferred.Id} {deferred.LogMessage}",
        _ => step.ToString(),
    };
}

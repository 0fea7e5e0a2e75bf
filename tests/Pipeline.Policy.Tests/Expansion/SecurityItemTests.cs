namespace Pipeline.Policy.Tests.Expansion;

/// <summary>Items with known answers that depend on the time: sender rewriting and bounce tags.</summary>
public sealed class SecurityItemTests
{
    private const long T1 = 920367873;
    private const long T2 = 1767225600;

    [Theory]
    [InlineData("mysecret", T1, "alice@example.org", "fwd.example.net", "SRS0=8c82=m4=example.org=alice@fwd.example.net")]
    [InlineData("mysecret", T2, "bob@remote.example", "home.example", "SRS0=0e2d=7g=remote.example=bob@home.example")]
    [InlineData("mysecret", T2, "Bob@Remote.Example", "home.example", "SRS0=0e2d=7g=Remote.Example=Bob@home.example")]
    [InlineData("topsecret", T2, "bob@remote.example", "home.example", "SRS0=9183=7g=remote.example=bob@home.example")]
    [InlineData("othersecret", 0, "bob@remote.example", "home.example", "SRS0=70a5=aa=remote.example=bob@home.example")]
    [InlineData("mysecret", 1700000000, "alice@example.org", "fwd.example.net", "SRS0=8c82=g3=example.org=alice@fwd.example.net")]
    [InlineData("mysecret", T1, "", "fwd.example.net", "")]
    public async Task Sender_is_rewritten(string secret, long time, string sender, string domain, string expected) =>
        Assert.Equal(expected, await At(time).PrintAsync($"${{srs_encode{{{secret}}}{{{sender}}}{{{domain}}}}}"));

    [Theory]
    [InlineData("SRS0=8c82=m4=example.org=alice", "mysecret", 0, "y:alice@example.org")]
    [InlineData("srs0=8c82=m4=Example.Org=Alice", "mysecret", 0, "y:alice@example.org")]
    [InlineData("SRS0=8c82=m4=example.org=alice", "mysecret", 10, "y:alice@example.org")]
    [InlineData("SRS0=8c82=m4=example.org=alice", "mysecret", 11, "n:alice@example.org")]
    [InlineData("SRS0=8c82=m4=example.org=alice", "mysecret", -1, "n:alice@example.org")]
    [InlineData("SRS0=8c82=M4=example.org=alice", "mysecret", 0, "n:alice@example.org")]
    [InlineData("SRS0=8C82=m4=example.org=alice", "mysecret", 0, "n:alice@example.org")]
    [InlineData("SRS0=8c83=m4=example.org=alice", "mysecret", 0, "n:alice@example.org")]
    [InlineData("SRS0=8c83=m4=example.org=alice", "", 500, "y:alice@example.org")]
    [InlineData("SRS1=8c82=m4=example.org=alice", "mysecret", 0, "n:")]
    [InlineData("alice", "", 0, "n:")]
    public async Task Rewritten_sender_is_recognised(string localPart, string secret, int days, string expected) => Assert.Equal(
        expected, await At(T1 + (days * 86400L)).PrintAsync($"${{if inbound_srs{{{localPart}}}{{{secret}}}{{y}}{{n}}}}:$srs_recipient"));

    [Fact]
    public async Task Tagged_bounce_address_is_recognised_until_it_expires()
    {
        var tagged = await At(T2).PrintAsync("${prvs{user@example.org}{secret}{3}}");
        Assert.Matches("^prvs=3[0-9]{3}[0-9a-f]{6}=user@example.org$", tagged);
        var check = $"${{prvscheck{{{tagged}}}{{${{if eq{{$prvscheck_keynum}}{{3}}{{secret}}}}}}{{$prvscheck_result-$prvscheck_address}}}}";
        Assert.Equal("1-user@example.org", await At(T2).PrintAsync(check));
        Assert.Equal("1-user@example.org", await At(T2 + (7 * 86400)).PrintAsync(check));
        Assert.Equal("-user@example.org", await At(T2 + (8 * 86400)).PrintAsync(check));
        Assert.Equal("-user@example.org", await At(T2).PrintAsync(check.Replace("{secret}", "{other}", StringComparison.Ordinal)));
        Assert.Equal("user@example.org", await At(T2).PrintAsync($"${{prvscheck{{{tagged}}}{{secret}}{{}}}}"));
        Assert.Equal("", await At(T2).PrintAsync("${prvscheck{user@example.org}{secret}{x}}"));
    }

    [Theory]
    [InlineData("{prvs{user}{secret}{0}}", "prvs first argument must be a qualified email address")]
    [InlineData("{prvs{user@x}{secret}{12}}", "prvs third argument must be a single digit")]
    public async Task Tag_needs_an_address_and_a_digit(string text, string message) =>
        Assert.Equal($"Failed: {message}", await At(T2).PrintAsync("$" + text));

    [Theory]
    [InlineData("secret", "\\{md5\\}5ebe2294ecd0e0f08eab7690d2a6ee69", "y")]
    [InlineData("secret", "\\{md5\\}Xr4ilOzQ4PCOq3aQ0qbuaQ==", "y")]
    [InlineData("secret", "\\{sha1\\}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4", "y")]
    [InlineData("other", "\\{sha1\\}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4", "n")]
    [InlineData("secret", "x", "n")]
    [InlineData("secret", "\\{rot13\\}x", "Failed: unknown encryption mechanism in \"{rot13}x\"")]
    public async Task Stored_password_is_compared(string plain, string stored, string expected) =>
        Assert.Equal(expected, await At(T2).PrintAsync($"${{if crypteq{{{plain}}}{{{stored}}}{{y}}{{n}}}}"));

    private static ExpansionBench At(long seconds) => new(time: new Clock(DateTimeOffset.FromUnixTimeSeconds(seconds)));

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

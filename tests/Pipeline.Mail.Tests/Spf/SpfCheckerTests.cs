using System.Net;
using System.Text.Json;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Spf;
using Pipeline.Mail.Tests.Dns;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Mail.Tests.Spf;

public sealed class SpfCheckerTests
{
    private static readonly FixedTime Time = FixedTime.AtUnixSeconds(1_700_000_000);

    [Theory]
    [InlineData("v=spf1 ip4:192.0.2.0/24 -all", SpfVerdict.Pass, "ip4:192.0.2.0/24")]
    [InlineData("v=spf1 -all", SpfVerdict.Fail, "-all")]
    [InlineData("v=spf1 ~all", SpfVerdict.SoftFail, "~all")]
    [InlineData("v=spf1 ?all", SpfVerdict.Neutral, "?all")]
    [InlineData("v=spf1", SpfVerdict.Neutral, null)]
    [InlineData("v=spf1 ip4:192.0.2.1 moo", SpfVerdict.PermError, null)]
    [InlineData("v=spf2.0/pra -all", SpfVerdict.None, null)]
    public async Task A_record_gives_its_result_and_the_term_that_decided(string record, SpfVerdict verdict, string? term)
    {
        var result = await CheckAsync(Zone($$$"""{"example.com":{"TXT":["{{{record}}}"]}}"""));
        Assert.Equal((verdict, term, "mailfrom", "example.com"), (result.Verdict, result.Mechanism, result.Identity, result.CheckedDomain));
        Assert.NotEmpty(result.Reason);
    }

    [Fact]
    public async Task The_null_sender_is_postmaster_of_the_HELO_name()
    {
        var zone = Zone("""{"helo.example":{"TXT":["v=spf1 exists:%{l}.%{o}.%{d} -all"]},"postmaster.helo.example.helo.example":{"A":["127.0.0.2"]}}""");
        var result = await CheckAsync(zone, sender: "", helo: "helo.example");
        Assert.Equal((SpfVerdict.Pass, "helo", "helo.example"), (result.Verdict, result.Identity, result.CheckedDomain));
    }

    [Theory]
    [InlineData("user@localhost")]
    [InlineData("user@[192.0.2.1]")]
    [InlineData("user@a..b")]
    [InlineData("user@")]
    [InlineData("user")]
    [InlineData("user@missing.example")]
    public async Task A_domain_that_cannot_have_a_record_gives_none(string sender) =>
        Assert.Equal(SpfVerdict.None, (await CheckAsync(Zone("{}"), sender)).Verdict);

    [Fact]
    public async Task An_IPv4_mapped_client_is_an_IPv4_client()
    {
        var zone = Zone("""{"example.com":{"TXT":["v=spf1 ip6:::/0 -ip4:192.0.2.1 ?all"]}}""");
        Assert.Equal(SpfVerdict.Fail, (await CheckAsync(zone, client: "::ffff:192.0.2.1")).Verdict);
    }

    [Fact]
    public async Task An_internationalised_domain_is_asked_for_with_A_labels()
    {
        var zone = Zone("""{"xn--bcher-kva.example":{"TXT":["v=spf1 exists:%{d} -all"],"A":["192.0.2.9"]}}""");
        var result = await CheckAsync(zone, sender: "user@b\u00fccher.example");
        Assert.Equal((SpfVerdict.Pass, "xn--bcher-kva.example"), (result.Verdict, result.CheckedDomain));
    }

    [Theory]
    [InlineData("exists:%{l}.x.example")]
    [InlineData("include:%{l}.x.example")]
    [InlineData("a:%{s}.x.example")]
    public async Task A_term_with_a_local_part_that_is_not_ASCII_matches_nothing(string term)
    {
        var result = await CheckAsync(Zone($$$"""{"example.com":{"TXT":["v=spf1 {{{term}}} ?all"]}}"""), sender: "\u00fc@example.com");
        Assert.Equal((SpfVerdict.Neutral, "?all"), (result.Verdict, result.Mechanism));
    }

    [Fact]
    public async Task Loopback_clients_pass_only_where_that_is_switched_on()
    {
        var zone = Zone("""{"example.com":{"TXT":["v=spf1 -all"]}}""");
        Assert.Equal(SpfVerdict.Fail, (await CheckAsync(zone, client: "127.0.0.1")).Verdict);
        Assert.Equal(SpfVerdict.Pass, (await CheckAsync(zone, client: "127.0.0.1", options: new SpfOptions { LoopbackPasses = true })).Verdict);
        Assert.Equal(SpfVerdict.Fail, (await CheckAsync(zone, client: "192.0.2.1", options: new SpfOptions { LoopbackPasses = true })).Verdict);
    }

    [Fact]
    public async Task A_record_given_takes_the_place_of_the_published_one()
    {
        var request = Request("user@example.com") with { Record = "v=spf1 a/24 ?all" };
        var result = await new SpfChecker(Time).CheckAsync(request, Zone("""{"example.com":{"A":["192.0.2.200"]}}"""), CancellationToken.None);
        Assert.Equal((SpfVerdict.Pass, true), (result.Verdict, result.IsGuess));
    }

    [Theory]
    [InlineData("ok.example", "See http://example.com/?s=user%40example.com for 192.0.2.1 ", true)]
    [InlineData("two.example", null, false)]
    [InlineData("none.example", null, false)]
    [InlineData("down.example", null, false)]
    [InlineData("bad.example", null, false)]
    [InlineData("latin.example", null, false)]
    public async Task An_explanation_is_published_or_our_own(string name, string? text, bool isPublished)
    {
        var zone = Zone($$$"""
            {"example.com":{"TXT":["v=spf1 exp={{{name}}} -all"]},
             "ok.example":{"TXT":[["See http://example.com/?s=%{S}"," for %{c} "]]},
             "two.example":{"TXT":["a","b"]},"none.example":{},"down.example":{"rcode":"TIMEOUT"},
             "bad.example":{"TXT":["%{x}"]},"latin.example":{"TXT":["caf\u00e9"]}}
            """);
        var result = await CheckAsync(zone);
        Assert.Equal((SpfVerdict.Fail, isPublished), (result.Verdict, result.IsExplanationPublished));
        Assert.Equal(text ?? "192.0.2.1 is not permitted to send mail for example.com", result.Explanation);
    }

    [Theory]
    [InlineData("Please%_see%_http://x.example/?id=%{S}&ip=%{C}", "Please see http://x.example/?id=user%40example.com&ip=192.0.2.1", "none.example")]
    [InlineData("Please see %{r}", "Please see mx.receiver.example", "none.example")]
    [InlineData("unused", "theirs", "ok.example")]
    [InlineData("%{z}", "192.0.2.1 is not permitted to send mail for example.com", "none.example")]
    public async Task A_template_explains_where_the_domain_does_not(string template, string text, string name)
    {
        var zone = Zone($$$"""{"example.com":{"TXT":["v=spf1 exp={{{name}}} -all"]},"ok.example":{"TXT":["theirs"]},"none.example":{}}""");
        var request = new SpfRequest
        {
            Client = IPAddress.Parse("192.0.2.1"),
            Helo = "client.example",
            Sender = "user@example.com",
            Receiver = "mx.receiver.example",
            Explanation = template,
        };
        Assert.Equal(text, (await new SpfChecker(Time).CheckAsync(request, zone, CancellationToken.None)).Explanation);
    }

    [Fact]
    public async Task An_explanation_is_cut_at_its_limit_and_holds_no_control_characters()
    {
        var zone = Zone($$$"""{"example.com":{"TXT":["v=spf1 exp=x.example -all"]},"x.example":{"TXT":["%{h}{{{new string('x', 600)}}}"]}}""");
        var result = await CheckAsync(zone, helo: "a\r\nb\u00e9");
        Assert.Equal(512, result.Explanation!.Length);
        Assert.StartsWith("a??b?x", result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Running_out_of_time_is_a_temporary_error()
    {
        var time = new TimeThatRunsOut();
        var result = await new SpfChecker(time).CheckAsync(Request("user@example.com"), new SilentResolver(time.RunOut), CancellationToken.None);
        Assert.Equal((SpfVerdict.TempError, TimeSpan.FromSeconds(20)), (result.Verdict, time.DueTime));
    }

    [Fact]
    public async Task The_caller_can_cancel()
    {
        using var source = new CancellationTokenSource();
        var check = new SpfChecker(Time).CheckAsync(Request("user@example.com"), new SilentResolver(), source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check.AsTask());
    }

    private static ValueTask<SpfResult> CheckAsync(
        IDnsResolver zone, string sender = "user@example.com", string client = "192.0.2.1", string helo = "mx.example.org", SpfOptions? options = null) =>
        new SpfChecker(Time, options).CheckAsync(Request(sender, client, helo), zone, CancellationToken.None);

    private static SpfRequest Request(string sender, string client = "192.0.2.1", string helo = "mx.example.org") =>
        new() { Client = IPAddress.Parse(client), Helo = helo, Sender = sender };

    internal static ZoneResolver Zone(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.True(ZoneJson.TryRead(document.RootElement, out var zone, out var problem), problem);
        return zone;
    }

    /// <summary>Never answers; obeys cancellation.</summary>
    private sealed class SilentResolver(Action? onQuery = null) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
        {
            onQuery?.Invoke();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return DnsAnswer.NoData;
        }
    }

    /// <summary>A clock whose one timer fires when it is told to.</summary>
    private sealed class TimeThatRunsOut : TimeProvider
    {
        private Action _fire = () => { };

        public TimeSpan DueTime { get; private set; }

        public void RunOut() => _fire();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (DueTime, _fire) = (dueTime, () => callback(state));
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}

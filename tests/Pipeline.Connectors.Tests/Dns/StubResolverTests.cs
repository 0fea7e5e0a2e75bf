using System.Net;
using Pipeline.Connectors.Dns;
using Pipeline.Mail.Dns;
using Pipeline.Tests.Support.Dns;

namespace Pipeline.Connectors.Tests.Dns;

public sealed class StubResolverTests
{
    private static readonly AddressRecord Host = new(IPAddress.Parse("192.0.2.1"));

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Query_answer_has_records_and_time_to_live()
    {
        await using var server = FakeDnsServer.Start(q => FakeDnsMessage.ReplyTo(q)
            .Answer("example.com", FakeDnsMessage.Mx, 300, FakeDnsMessage.MxData(10, "mx1.example.com"))
            .Answer("example.com", FakeDnsMessage.Mx, 200, FakeDnsMessage.MxData(20, "mx2.example.com")));
        using var resolver = Resolver(server);

        var answer = await Ask(resolver, "Example.COM.", DnsRecordType.Mx);

        Assert.Equal(DnsOutcome.Success, answer.Outcome);
        Assert.Equal<DnsRecord>([new MailExchangeRecord(10, "mx1.example.com"), new MailExchangeRecord(20, "mx2.example.com")], answer.Records);
        Assert.Equal(TimeSpan.FromSeconds(200), answer.TimeToLive);
        Assert.False(answer.Authenticated);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("bücher.example")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123.example")]
    public async Task Query_for_what_is_no_name_is_non_existent_and_asks_nobody(string name)
    {
        await using var server = FakeDnsServer.Start(q => FakeDnsMessage.ReplyTo(q));
        using var resolver = Resolver(server);

        Assert.Equal(DnsOutcome.NonExistentDomain, (await Ask(resolver, name)).Outcome);
        Assert.Empty(server.Queries);
    }

    [Fact]
    public async Task Query_again_within_time_to_live_is_answered_from_the_cache()
    {
        await using var server = FakeDnsServer.Start(Address);
        using var resolver = Resolver(server);

        await Ask(resolver, "host.example");
        _time.Advance(TimeSpan.FromSeconds(299));
        var cached = await Ask(resolver, "HOST.example.");

        Assert.Equal<DnsRecord>([Host], cached.Records);
        Assert.Equal(TimeSpan.FromSeconds(1), cached.TimeToLive);
        Assert.Single(server.Queries);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Ask(resolver, "host.example");
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task Query_time_to_live_is_clamped_between_a_second_and_a_day()
    {
        await using var server = FakeDnsServer.Start(q => FakeDnsMessage.ReplyTo(q)
            .Answer(q.Name, FakeDnsMessage.A, q.Name == "short.example" ? 0 : 1_000_000u, FakeDnsMessage.AddressData("192.0.2.1")));
        using var resolver = Resolver(server);

        Assert.Equal(TimeSpan.FromSeconds(1), (await Ask(resolver, "short.example")).TimeToLive);
        Assert.Equal(TimeSpan.FromDays(1), (await Ask(resolver, "long.example")).TimeToLive);
    }

    [Theory]
    [InlineData(0, DnsOutcome.NoData)]
    [InlineData(3, DnsOutcome.NonExistentDomain)]
    public async Task Query_negative_answer_is_kept_for_the_smaller_of_soa_ttl_and_minimum(int code, DnsOutcome expected)
    {
        await using var server = FakeDnsServer.Start(q => FakeDnsMessage.ReplyTo(q).Code(code).NegativeFor("example", 600, 60));
        using var resolver = Resolver(server);

        var answer = await Ask(resolver, "none.example");

        Assert.Equal(expected, answer.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(60), answer.TimeToLive);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(expected, (await Ask(resolver, "none.example")).Outcome);
        Assert.Single(server.Queries);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Ask(resolver, "none.example");
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task Query_same_question_by_many_at_once_is_asked_once()
    {
        var silent = true;
        await using var server = FakeDnsServer.Start(q => silent ? null : Address(q));
        using var resolver = Resolver(server);

        var asked = Enumerable.Range(0, 50).Select(_ => Ask(resolver, "host.example")).ToArray();
        await server.NextQueryAsync();
        silent = false;
        _time.Advance(TimeSpan.FromSeconds(1.5));

        foreach (var answer in await Task.WhenAll(asked))
        {
            Assert.Equal<DnsRecord>([Host], answer.Records);
        }

        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task Query_given_up_by_one_caller_goes_on_for_the_others()
    {
        var silent = true;
        await using var server = FakeDnsServer.Start(q => silent ? null : Address(q));
        using var resolver = Resolver(server);
        using var impatient = new CancellationTokenSource();

        var first = resolver.QueryAsync("host.example", DnsRecordType.A, impatient.Token).AsTask();
        var second = Ask(resolver, "host.example");
        await server.NextQueryAsync();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        silent = false;
        _time.Advance(TimeSpan.FromSeconds(1.5));

        Assert.Equal<DnsRecord>([Host], (await second).Records);
    }

    [Fact]
    public async Task Query_without_any_answer_fails_after_all_attempts()
    {
        await using var server = FakeDnsServer.Start(_ => Array.Empty<byte[]>());
        using var resolver = Resolver(server);

        var asking = Ask(resolver, "host.example");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await server.NextQueryAsync();
            Assert.False(asking.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(1.5));
        }

        var answer = await asking;
        Assert.Equal(DnsOutcome.TemporaryFailure, answer.Outcome);
        Assert.Equal($"no answer from {server.EndPoint} in time", answer.Reason);
        Assert.Equal(3, server.Queries.Select(q => q.Source.Port).Distinct().Count());
    }

    [Fact]
    public async Task Query_forged_answers_are_ignored_and_the_true_one_taken()
    {
        await using var server = FakeDnsServer.Start(q =>
        [
            FakeDnsMessage.ReplyTo(q).Id(q.Id ^ 1).Answer(q.Name, FakeDnsMessage.A, 300, [6, 6, 6, 6]).ToArray(),
            FakeDnsMessage.ReplyTo(q with { Bytes = [.. q.Bytes[..^13], 28, 0, 1, .. q.Bytes[^11..]] }).Answer(q.Name, FakeDnsMessage.A, 300, [6, 6, 6, 6]).ToArray(),
            FakeDnsMessage.ReplyTo(q).NotAResponse().ToArray(),
            [1, 2, 3],
            [],
            Address(q).ToArray(),
        ]);
        using var resolver = Resolver(server);

        Assert.Equal<DnsRecord>([Host], (await Ask(resolver, "host.example")).Records);
    }

    [Fact]
    public async Task Query_malformed_answer_is_asked_again()
    {
        var count = 0;
        await using var server = FakeDnsServer.Start(q =>
            ++count == 1 ? FakeDnsMessage.ReplyTo(q).AnswerRaw([0xC0, 0xFF], FakeDnsMessage.A, [1, 2, 3, 4]) : Address(q));
        using var resolver = Resolver(server);

        Assert.Equal<DnsRecord>([Host], (await Ask(resolver, "host.example")).Records);
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task Query_malformed_answers_only_is_a_temporary_failure()
    {
        // The owner of the record points at itself.
        await using var server = FakeDnsServer.Start(q =>
            FakeDnsMessage.ReplyTo(q).AnswerRaw([0xC0, (byte)(12 + q.QuestionLength)], FakeDnsMessage.A, [1, 2, 3, 4]));
        using var resolver = Resolver(server);

        var answer = await Ask(resolver, "host.example");

        Assert.Equal(DnsOutcome.TemporaryFailure, answer.Outcome);
        Assert.Equal($"{server.EndPoint} sent a malformed answer", answer.Reason);
        Assert.Equal(3, server.Queries.Count);
    }

    [Fact]
    public async Task Query_truncated_answer_is_asked_for_over_tcp()
    {
        var text = Enumerable.Repeat(new string('t', 255), 20).ToArray();
        await using var server = FakeDnsServer.Start(q => q.OverTcp
            ? FakeDnsMessage.ReplyTo(q).Answer(q.Name, FakeDnsMessage.Txt, 300, FakeDnsMessage.TextData(text))
            : FakeDnsMessage.ReplyTo(q).Truncated());
        using var resolver = Resolver(server);

        var answer = await Ask(resolver, "big.example", DnsRecordType.Txt);

        Assert.Equal(5100, Assert.IsType<TextRecord>(Assert.Single(answer.Records)).Text.Length);
        Assert.Equal([false, true], server.Queries.Select(q => q.OverTcp));
    }

    [Fact]
    public async Task Query_truncated_answer_and_tcp_closed_is_a_temporary_failure()
    {
        await using var server = FakeDnsServer.Start(q => q.OverTcp ? null : FakeDnsMessage.ReplyTo(q).Truncated());
        using var resolver = Resolver(server);

        Assert.Equal(DnsOutcome.TemporaryFailure, (await Ask(resolver, "big.example")).Outcome);
    }

    [Fact]
    public async Task Query_tcp_silence_ends_with_the_tcp_time_out()
    {
        // The TCP side sends an answer to another question, which is passed over.
        await using var server = FakeDnsServer.Start(q => q.OverTcp ? FakeDnsMessage.ReplyTo(q).Id(q.Id ^ 1) : FakeDnsMessage.ReplyTo(q).Truncated());
        using var resolver = Resolver(server, o => o with { Attempts = 1 });

        var asking = Ask(resolver, "big.example");
        await server.NextQueryAsync();
        await server.NextQueryAsync();
        Assert.False(asking.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal($"no answer from {server.EndPoint} in time", (await asking).Reason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Query_server_that_cannot_edns_is_asked_without(int code)
    {
        await using var server = FakeDnsServer.Start(q => q.Edns ? FakeDnsMessage.ReplyTo(q).WithoutQuestion().Code(code) : Address(q));
        using var resolver = Resolver(server);

        Assert.Equal<DnsRecord>([Host], (await Ask(resolver, "host.example")).Records);
        Assert.Equal([true, false], server.Queries.Select(q => q.Edns));
    }

    [Theory]
    [InlineData(2, "SERVFAIL")]
    [InlineData(5, "REFUSED")]
    [InlineData(9, "response code 9")]
    public async Task Query_failure_answer_is_temporary_and_not_repeated_to_the_same_server(int code, string name)
    {
        await using var server = FakeDnsServer.Start(q => FakeDnsMessage.ReplyTo(q).Code(code).Edns(extendedError: 6));
        using var resolver = Resolver(server);

        var answer = await Ask(resolver, "host.example");

        Assert.Equal(DnsOutcome.TemporaryFailure, answer.Outcome);
        Assert.Equal($"{server.EndPoint} answered {name} (DNSSEC bogus)", answer.Reason);
        Assert.Single(server.Queries);
    }

    [Fact]
    public async Task Query_failure_is_remembered_for_a_few_seconds()
    {
        var fail = true;
        await using var server = FakeDnsServer.Start(q => fail ? FakeDnsMessage.ReplyTo(q).Code(2) : Address(q));
        using var resolver = Resolver(server);

        Assert.True((await Ask(resolver, "host.example", DnsRecordType.Txt)).IsTemporaryFailure);
        fail = false;
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.True((await Ask(resolver, "host.example", DnsRecordType.Txt)).IsTemporaryFailure);
        Assert.Single(server.Queries);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await Ask(resolver, "host.example", DnsRecordType.Txt)).IsTemporaryFailure);
    }

    [Fact]
    public async Task Query_second_server_answers_for_the_first()
    {
        await using var failing = FakeDnsServer.Start(q => FakeDnsMessage.ReplyTo(q).Code(2));
        await using var good = FakeDnsServer.Start(Address);
        using var resolver = new StubResolver(new DnsOptions { Servers = [failing.EndPoint, good.EndPoint] }, _time);

        Assert.Equal<DnsRecord>([Host], (await Ask(resolver, "host.example")).Records);
    }

    [Fact]
    public async Task Query_silent_server_goes_to_the_end_of_the_line_for_a_while()
    {
        await using var silent = FakeDnsServer.Start(_ => Array.Empty<byte[]>());
        await using var good = FakeDnsServer.Start(Address);
        using var resolver = new StubResolver(new DnsOptions { Servers = [silent.EndPoint, good.EndPoint] }, _time);

        for (var i = 0; i < 3; i++)
        {
            var asking = Ask(resolver, $"h{i}.example");
            await silent.NextQueryAsync();
            _time.Advance(TimeSpan.FromSeconds(1.5));
            Assert.Equal<DnsRecord>([Host], (await asking).Records);
        }

        await Ask(resolver, "h3.example");
        Assert.Equal(3, silent.Queries.Count);

        _time.Advance(TimeSpan.FromSeconds(30));
        var again = Ask(resolver, "h4.example");
        await silent.NextQueryAsync();
        _time.Advance(TimeSpan.FromSeconds(1.5));
        await again;
    }

    [Fact]
    public async Task Query_server_that_nobody_listens_at_fails_without_waiting()
    {
        var server = FakeDnsServer.Start(Address);
        var endPoint = server.EndPoint;
        await server.DisposeAsync();
        using var resolver = new StubResolver(new DnsOptions { Servers = [endPoint] }, _time);

        Assert.Equal($"{endPoint} cannot be reached", (await Ask(resolver, "host.example")).Reason);
    }

    [Fact]
    public async Task Query_alias_within_the_answer_is_followed()
    {
        await using var server = FakeDnsServer.Start(q => FakeDnsMessage.ReplyTo(q)
            .Answer("c.example", FakeDnsMessage.A, 300, FakeDnsMessage.AddressData("192.0.2.1"))
            .Answer("b.example", FakeDnsMessage.Cname, 20, FakeDnsMessage.Name("C.example"))
            .Answer("a.example", FakeDnsMessage.Cname, 100, FakeDnsMessage.Name("b.example"))
            .Answer("unrelated.example", FakeDnsMessage.A, 5, FakeDnsMessage.AddressData("192.0.2.66")));
        using var resolver = Resolver(server);

        var answer = await Ask(resolver, "a.example");

        Assert.Equal<DnsRecord>([Host], answer.Records);
        Assert.Equal(TimeSpan.FromSeconds(20), answer.TimeToLive);
        Assert.Single(server.Queries);
    }

    [Fact]
    public async Task Query_alias_without_its_target_is_followed_by_further_questions()
    {
        await using var server = FakeDnsServer.Start(q => q.Name switch
        {
            "a.example" => FakeDnsMessage.ReplyTo(q).Authentic().Answer("a.example", FakeDnsMessage.Cname, 50, FakeDnsMessage.Name("b.example")),
            "b.example" => FakeDnsMessage.ReplyTo(q).Answer("b.example", FakeDnsMessage.Cname, 60, FakeDnsMessage.Name("c.example")),
            _ => Address(q).Authentic(),
        });
        using var resolver = Resolver(server);

        var answer = await Ask(resolver, "a.example");

        Assert.Equal<DnsRecord>([Host], answer.Records);
        Assert.Equal(TimeSpan.FromSeconds(50), answer.TimeToLive);
        Assert.False(answer.Authenticated);
        Assert.Equal(["a.example", "b.example", "c.example"], server.Queries.Select(q => q.Name));
    }

    [Theory]
    [InlineData(0, DnsOutcome.NoData)]
    [InlineData(3, DnsOutcome.NonExistentDomain)]
    public async Task Query_alias_to_nothing_has_the_outcome_of_its_target(int code, DnsOutcome expected)
    {
        await using var server = FakeDnsServer.Start(q => FakeDnsMessage.ReplyTo(q).Code(code)
            .Answer("a.example", FakeDnsMessage.Cname, 30, FakeDnsMessage.Name("b.example")).NegativeFor("example", 600, 600));
        using var resolver = Resolver(server);

        var answer = await Ask(resolver, "a.example");

        Assert.Equal(expected, answer.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(30), answer.TimeToLive);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Query_alias_loop_is_a_temporary_failure_after_few_questions(bool inOneAnswer)
    {
        await using var server = FakeDnsServer.Start(q =>
        {
            var message = FakeDnsMessage.ReplyTo(q);
            if (inOneAnswer || q.Name == "a.example")
            {
                message.Answer("a.example", FakeDnsMessage.Cname, 30, FakeDnsMessage.Name("b.example"));
            }

            if (inOneAnswer || q.Name == "b.example")
            {
                message.Answer("b.example", FakeDnsMessage.Cname, 30, FakeDnsMessage.Name("a.example"));
            }

            return message;
        });
        using var resolver = Resolver(server);

        var answer = await Ask(resolver, "a.example");

        Assert.Equal("more than 12 aliases", answer.Reason);
        Assert.InRange(server.Queries.Count, 1, 13);
    }

    [Fact]
    public async Task Query_for_the_alias_itself_is_not_followed()
    {
        await using var server = FakeDnsServer.Start(q =>
            FakeDnsMessage.ReplyTo(q).Answer("a.example", FakeDnsMessage.Cname, 30, FakeDnsMessage.Name("b.example")));
        using var resolver = Resolver(server);

        Assert.Equal<DnsRecord>([new NameRecord(DnsRecordType.Cname, "b.example")], (await Ask(resolver, "a.example", DnsRecordType.Cname)).Records);
    }

    [Fact]
    public async Task Query_referral_is_not_taken_for_no_data()
    {
        await using var server = FakeDnsServer.Start(q =>
            FakeDnsMessage.ReplyTo(q).Authority("example", FakeDnsMessage.Ns, 300, FakeDnsMessage.Name("ns.example")));
        using var resolver = Resolver(server);

        Assert.True((await Ask(resolver, "a.example")).IsTemporaryFailure);
    }

    [Fact]
    public async Task Query_ad_bit_of_a_loopback_resolver_counts()
    {
        await using var server = FakeDnsServer.Start(q => Address(q).Authentic());
        using var resolver = Resolver(server);

        Assert.True((await Ask(resolver, "host.example")).Authenticated);
        Assert.True((await Ask(resolver, "host.example")).Authenticated);
    }

    [Theory]
    [InlineData(DnsRecordType.A, true)]
    [InlineData(DnsRecordType.Txt, false)]
    public async Task Query_stale_answer_stands_in_for_a_failing_resolver(DnsRecordType type, bool allowed)
    {
        var fail = false;
        await using var server = FakeDnsServer.Start(q => fail
            ? FakeDnsMessage.ReplyTo(q).Code(2)
            : FakeDnsMessage.ReplyTo(q).Authentic().Answer(q.Name, q.Type, 300, q.Type == FakeDnsMessage.A ? [192, 0, 2, 1] : FakeDnsMessage.TextData("t")));
        using var resolver = Resolver(server);

        await Ask(resolver, "host.example", type);
        fail = true;
        _time.Advance(TimeSpan.FromHours(1));
        var answer = await Ask(resolver, "host.example", type);

        Assert.Equal(allowed, !answer.IsTemporaryFailure);
        if (allowed)
        {
            Assert.True(answer.Authenticated);
            Assert.Equal(TimeSpan.FromSeconds(30), answer.TimeToLive);
            await Ask(resolver, "host.example", type);
            Assert.Equal(2, server.Queries.Count);
            _time.Advance(TimeSpan.FromSeconds(30));
            await Ask(resolver, "host.example", type);
            Assert.Equal(3, server.Queries.Count);
            _time.Advance(TimeSpan.FromDays(1));
            Assert.True((await Ask(resolver, "host.example", type)).IsTemporaryFailure);
        }
    }

    [Fact]
    public async Task Query_sockets_are_renewed_after_their_number_of_questions_and_age()
    {
        await using var server = FakeDnsServer.Start(Address);
        using var resolver = Resolver(server, o => o with { SocketsPerServer = 1, SocketMaxQueries = 2 });

        for (var i = 0; i < 5; i++)
        {
            await Ask(resolver, $"h{i}.example");
        }

        _time.Advance(TimeSpan.FromSeconds(30));
        await Ask(resolver, "h5.example");

        var ports = server.Queries.Select(q => q.Source.Port).ToArray();
        Assert.Equal(ports[0], ports[1]);
        Assert.NotEqual(ports[1], ports[2]);
        Assert.Equal(ports[2], ports[3]);
        Assert.NotEqual(ports[3], ports[4]);
        Assert.NotEqual(ports[4], ports[5]);
    }

    [Fact]
    public async Task Query_ids_are_not_predictable()
    {
        await using var server = FakeDnsServer.Start(Address);
        using var resolver = Resolver(server);

        for (var i = 0; i < 50; i++)
        {
            await Ask(resolver, $"h{i}.example");
        }

        var steps = server.Queries.Zip(server.Queries.Skip(1), (a, b) => b.Id - a.Id).Distinct().Count();
        Assert.InRange(steps, 40, 50);
    }

    [Fact]
    public async Task Query_beyond_the_number_allowed_at_a_time_is_a_temporary_failure()
    {
        await using var server = FakeDnsServer.Start(_ => Array.Empty<byte[]>());
        using var resolver = Resolver(server, o => o with { MaximumInFlight = 2 });

        var first = Ask(resolver, "h1.example");
        var second = Ask(resolver, "h2.example");

        Assert.Equal("too many questions at a time", (await Ask(resolver, "h3.example")).Reason);
        Assert.False(first.IsCompleted || second.IsCompleted);
    }

    [Fact]
    public async Task Dispose_ends_open_questions()
    {
        await using var server = FakeDnsServer.Start(_ => Array.Empty<byte[]>());
        var resolver = Resolver(server);

        var asking = Ask(resolver, "host.example");
        await server.NextQueryAsync();
        resolver.Dispose();

        Assert.Equal("the resolver is shutting down", (await asking).Reason);
        Assert.Equal("the resolver is shutting down", (await Ask(resolver, "other.example")).Reason);
    }

    [Fact]
    public async Task Query_many_questions_at_once_are_all_answered()
    {
        await using var server = FakeDnsServer.Start(Address);
        using var resolver = Resolver(server, o => o with { SocketMaxQueries = 10, Attempts = 20 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Ask(resolver, $"h{i}.example")));

        Assert.All(answers, answer => Assert.Equal<DnsRecord>([Host], answer.Records));
    }

    [Fact]
    public void Constructor_refuses_options_with_problems() =>
        Assert.Throws<ArgumentException>(() => new StubResolver(new DnsOptions { Attempts = 0 }, _time));

    private static FakeDnsMessage Address(FakeDnsQuery query) =>
        FakeDnsMessage.ReplyTo(query).Answer(query.Name, FakeDnsMessage.A, 300, FakeDnsMessage.AddressData("192.0.2.1"));

    private static Task<DnsAnswer> Ask(StubResolver resolver, string name, DnsRecordType type = DnsRecordType.A) =>
        resolver.QueryAsync(name, type, CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    private StubResolver Resolver(FakeDnsServer server, Func<DnsOptions, DnsOptions>? change = null)
    {
        var options = new DnsOptions { Servers = [server.EndPoint] };
        return new StubResolver(change is null ? options : change(options), _time);
    }
}

using System.Net;
using System.Text;
using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Kernel.TestKit;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Hints;

namespace Pipeline.Actors.Tests.Delivery;

public sealed class HostMemoryTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.4");
    private static readonly IPAddress Other = IPAddress.Parse("192.0.2.5");

    private readonly ManualTimeProvider _time = new();
    private readonly InMemoryHints _hints = new();
    private readonly HostMemory _memory;

    public HostMemoryTests() => _memory = Memory("begin retry\n* * F,2h,15m; F,4d,6h");

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public async Task Host_that_failed_is_left_alone_by_all_messages_until_its_time()
    {
        var first = Attempt();
        Assert.Null(await first.AskAsync("mx.test", Address, 25, default));
        var time = await first.FailedAsync("mx.test", Address, 25, Refused, default);
        Assert.Equal(new HostTime(Now.AddMinutes(15), false, FailureClass.ConnectionRefused), time);

        Assert.Equal(time, await Attempt().AskAsync("MX.test", Address, 25, default));
        Assert.Null(await Attempt().AskAsync("mx.test", Other, 25, default));
        Assert.Null(await Attempt().AskAsync("mx.test", Address, 26, default));
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(await Attempt().AskAsync("mx.test", Address, 25, default));
    }

    [Fact]
    public async Task Other_node_knows_it_too_and_of_its_success_a_few_seconds_later()
    {
        var node = Memory("begin retry\n* * F,2h,15m");
        await FailAsync();
        Assert.NotNull(await Attempt(memory: node).AskAsync("mx.test", Address, 25, default));

        _time.Advance(TimeSpan.FromMinutes(15));
        var again = Attempt();
        Assert.Null(await again.AskAsync("mx.test", Address, 25, default));
        await again.ReachedAsync("mx.test", Address, 25, default);
        Assert.Null(await _hints.GetAsync("retry/T:mx.test:192.0.2.4", default));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await Attempt(memory: node).AskAsync("mx.test", Address, 25, default));
    }

    [Fact]
    public async Task Look_at_the_store_is_good_for_five_seconds()
    {
        Assert.Null(await Attempt().AskAsync("mx.test", Address, 25, default));
        await FailAsync(Memory("begin retry\n* * F,2h,15m"));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Null(await Attempt().AskAsync("mx.test", Address, 25, default));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await Attempt().AskAsync("mx.test", Address, 25, default));
    }

    [Fact]
    public async Task Without_addresses_a_host_is_remembered_as_a_whole()
    {
        var attempt = Attempt(includesAddress: false);
        await attempt.AskAsync("mx.test", Address, 2525, default);
        await attempt.FailedAsync("mx.test", Address, 2525, Refused, default);
        Assert.NotNull(await Attempt(includesAddress: false).AskAsync("mx.test", Other, 2525, default));
        Assert.NotNull(await _hints.GetAsync("retry/T:mx.test:2525", default));
    }

    [Fact]
    public async Task Forced_attempt_does_not_ask_for_the_time_and_moves_it_on()
    {
        await FailAsync();
        _time.Advance(TimeSpan.FromMinutes(5));
        var forced = Attempt(isForced: true);
        Assert.Null(await forced.AskAsync("mx.test", Address, 25, default));
        Assert.Equal(Now.AddMinutes(15), (await forced.FailedAsync("mx.test", Address, 25, Refused, default))!.NextTry);
        var successful = Attempt(isForced: true);
        Assert.Null(await successful.AskAsync("mx.test", Address, 25, default));
        await successful.ReachedAsync("mx.test", Address, 25, default);
        Assert.Null(await Attempt().AskAsync("mx.test", Address, 25, default));
    }

    [Fact]
    public async Task Attempts_at_the_same_time_count_as_one()
    {
        var memory = Memory("begin retry\n* * G,4d,10m,2");
        var attempts = Enumerable.Range(0, 5).Select(_ => Attempt(memory: memory)).ToList();
        foreach (var attempt in attempts)
        {
            Assert.Null(await attempt.AskAsync("mx.test", Address, 25, default));
        }

        foreach (var attempt in attempts)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(Now.AddMinutes(10), (await attempt.FailedAsync("mx.test", Address, 25, Refused, default))!.NextTry.AddSeconds(attempts.IndexOf(attempt)));
        }

        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Now.AddMinutes(20), (await FailAsync(memory))!.NextTry);
    }

    [Fact]
    public async Task Connection_that_is_taken_forgets_one_that_was_refused_meanwhile()
    {
        var taken = Attempt();
        Assert.Null(await taken.AskAsync("mx.test", Address, 25, default));
        _time.Advance(TimeSpan.FromSeconds(1));
        await FailAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await taken.ReachedAsync("mx.test", Address, 25, default);

        Assert.Null(await Attempt().AskAsync("mx.test", Address, 25, default));
        Assert.Null(await _hints.GetAsync("retry/T:mx.test:192.0.2.4", default));
    }

    [Fact]
    public async Task Success_of_a_host_that_nothing_is_held_against_costs_nothing()
    {
        var counted = new CountedHints();
        var memory = new HostMemory(counted, Policy("begin retry\n* * F,2h,15m", _time), _time);
        for (var i = 0; i < 10; i++)
        {
            var attempt = Attempt(memory: memory);
            Assert.Null(await attempt.AskAsync("mx.test", Address, 25, default));
            await attempt.ReachedAsync("mx.test", Address, 25, default);
        }

        Assert.Equal(1, counted.Calls);
    }

    [Fact]
    public async Task Host_that_fails_for_as_long_as_its_rule_says_has_come_to_its_end_and_is_tried_as_before()
    {
        await FailAsync();
        _time.Advance(TimeSpan.FromDays(4));
        Assert.Equal(new HostTime(Now.AddHours(6), true, FailureClass.ConnectionRefused), await FailAsync());
        _time.Advance(TimeSpan.FromHours(6));
        Assert.Equal(new HostTime(Now.AddHours(6), true, FailureClass.ConnectionRefused), await FailAsync());
    }

    [Fact]
    public async Task What_is_older_than_retry_data_expire_is_not_believed()
    {
        var memory = Memory("retry_data_expire = 1d\nbegin retry\n* * F,2h,15m; F,4d,6h");
        await FailAsync(memory);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(new HostTime(Now.AddMinutes(15), false, FailureClass.ConnectionRefused), await FailAsync(memory));
    }

    [Fact]
    public async Task Rules_for_the_failure_and_the_host_are_those_of_the_retry_section()
    {
        var memory = Memory("begin retry\nmx.test refused F,1h,1m\nd.test timeout F,1h,2m\n* auth_failed");
        Assert.Equal(Now.AddMinutes(1), (await FailAsync(memory))!.NextTry);
        var timeout = Refused with { Class = FailureClass.ConnectionTimeout };
        Assert.Equal(Now.AddMinutes(2), (await FailAsync(memory, timeout, "mx2.test"))!.NextTry);
        Assert.Null(await FailAsync(memory, Refused, "mx3.test"));
        Assert.Null(await FailAsync(memory, Refused with { Class = FailureClass.AuthFailed }, "mx4.test"));
        Assert.Null(await Attempt(memory: memory).AskAsync("mx4.test", Address, 25, default));
    }

    [Fact]
    public async Task Clock_that_is_set_back_makes_no_message_wait()
    {
        var late = new ManualTimeProvider();
        late.Advance(TimeSpan.FromDays(30));
        var ahead = new HostMemory(_hints, Policy("begin retry\n* * F,2h,15m", late), late);
        var attempt = ahead.For(Facts, "d.test", true, false);
        await attempt.AskAsync("mx.test", Address, 25, default);
        await attempt.FailedAsync("mx.test", Address, 25, Refused, default);

        Assert.Null(await Attempt().AskAsync("mx.test", Address, 25, default));
        Assert.Equal(Now.AddMinutes(15), (await FailAsync())!.NextTry);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Now.AddMinutes(15).AddSeconds(-5), (await Attempt().AskAsync("mx.test", Address, 25, default))!.NextTry);
    }

    [Fact]
    public async Task Store_that_is_away_keeps_nothing_from_being_tried_and_this_node_remembers_for_a_while()
    {
        var memory = new HostMemory(new LostHints(), Policy("begin retry\n* * F,2h,15m", _time), _time);
        Assert.NotNull(await FailAsync(memory));
        Assert.NotNull(await Attempt(memory: memory).AskAsync("mx.test", Address, 25, default));
        _time.Advance(TimeSpan.FromSeconds(5));
        var attempt = Attempt(memory: memory);
        Assert.Null(await attempt.AskAsync("mx.test", Address, 25, default));
        await attempt.ReachedAsync("mx.test", Address, 25, default);
    }

    [Fact]
    public async Task Record_has_a_frozen_form()
    {
        await FailAsync(failure: Refused with { Class = FailureClass.Host4xx, Reply = new SmtpReply(421, new EnhancedStatusCode(4, 3, 2), "busy"), Reason = "busy" });
        Assert.Equal(
            """{"firstFailedAt":"2030-01-01T00:00:00+00:00","lastTriedAt":"2030-01-01T00:00:00+00:00","nextTryAt":"2030-01-01T00:15:00+00:00","lastInterval":"00:15:00","until":"2030-01-08T00:00:00+00:00","class":"Host4xx","code":421,"isOver":false,"reason":"busy"}""",
            Encoding.UTF8.GetString((await _hints.GetAsync("retry/T:mx.test:192.0.2.4", default))!));
        Assert.Null(HostRecord.Read("{"u8.ToArray()));
    }

    [Fact]
    public async Task Sweep_forgets_what_nobody_believes()
    {
        await using var store = new FakeStore();
        store.Hints["retry/T:a"] = new HostRecord(Now, Now, Now, TimeSpan.Zero, Now, "Timeout", null, false, "").Write();
        store.Hints["retry/T:b"] = new HostRecord(Now, Now, Now, TimeSpan.Zero, Now.AddTicks(1), "Timeout", null, false, "").Write();
        store.Hints["retry/T:c"] = [1];
        Assert.Equal(2, await HostMemory.SweepAsync(store, Now, default));
        Assert.Equal(["retry/T:b"], store.Hints.Keys);
    }

    private static MessageFacts Facts { get; } = MessageFacts.Of(
        TestMessages.Stored(Mail.Message.MessageId.Create("1vMhEx-00000000000-0004"), TestMessages.Waiting(0, "b", DateTimeOffset.UnixEpoch)));

    private static DeliveryFailure Refused { get; } = new() { Class = FailureClass.ConnectionRefused, Reason = "Connection refused", HostWide = true };

    private static TestPolicy Policy(string configuration, TimeProvider time) => new(configuration, time);

    private HostMemory Memory(string configuration) => new(_hints, Policy(configuration, _time), _time);

    private IHostTimes Attempt(bool includesAddress = true, bool isForced = false, HostMemory? memory = null) =>
        (memory ?? _memory).For(Facts, "d.test", includesAddress, isForced);

    private async Task<HostTime?> FailAsync(HostMemory? memory = null, DeliveryFailure? failure = null, string host = "mx.test")
    {
        var attempt = Attempt(memory: memory);
        await attempt.AskAsync(host, Address, 25, default);
        return await attempt.FailedAsync(host, Address, 25, failure ?? Refused, default);
    }

    private sealed class CountedHints : IHints
    {
        public int Calls { get; private set; }

        public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
        {
            Calls++;
            return default;
        }

        public ValueTask ChangeAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken)
        {
            Calls++;
            return default;
        }
    }

    private sealed class LostHints : IHints
    {
        public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => throw new IOException("away");

        public ValueTask ChangeAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken) => throw new IOException("away");
    }
}

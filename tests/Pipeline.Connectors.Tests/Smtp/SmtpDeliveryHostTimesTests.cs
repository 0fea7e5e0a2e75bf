using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

/// <summary>Hosts that failed lately are passed over.</summary>
public sealed class SmtpDeliveryHostTimesTests : SmtpDelivery
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly ScriptedHostTimes _times = new();

    [Fact]
    public async Task Host_whose_time_has_not_come_is_not_tried_and_the_next_one_is()
    {
        await using var first = ScriptedSmtpPeer.Serve();
        await using var second = ScriptedSmtpPeer.Serve();
        _times.Answers["first"] = new HostTime(Noon, false, FailureClass.ConnectionRefused);

        var outcome = Delivered(await DeliverOneAsync(Asking([HostOf(first, "first"), HostOf(second, "second")])));

        Assert.Equal("second", outcome.Host);
        Assert.Empty(first.Commands);
        Assert.Equal(["asked first", "asked second", "reached second"], _times.Log);
    }

    [Fact]
    public async Task When_no_host_may_be_tried_it_is_said_so_with_the_first_time()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        _times.Answers["first"] = new HostTime(Noon.AddHours(1), true, FailureClass.Timeout);
        _times.Answers["second"] = new HostTime(Noon, false, FailureClass.Host4xx, 421);

        var failure = Deferred(await DeliverOneAsync(Asking([HostOf(peer, "first"), HostOf(peer, "second")])));

        Assert.Equal((FailureClass.HostRetryTimeNotReached, "retry time not reached for any host for 'peer.example'"), (failure.Class, failure.Reason));
        Assert.Equal(new HostTime(Noon, false, FailureClass.Host4xx, 421), failure.HostTime);
        Assert.Empty(peer.Commands);
    }

    [Fact]
    public async Task When_all_hosts_have_come_to_the_end_of_their_rules_the_words_are_others()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        _times.Answers["first"] = new HostTime(Noon.AddHours(1), true, FailureClass.Timeout);

        var failure = Deferred(await DeliverOneAsync(Asking([HostOf(peer, "first")])));

        Assert.Equal("all hosts for 'peer.example' have been failing for a long time (and retry time not reached)", failure.Reason);
        Assert.True(failure.HostTime!.IsOver);
    }

    [Fact]
    public async Task Host_that_fails_is_remembered_and_its_time_told()
    {
        _times.Answers["first"] = new HostTime(Noon.AddHours(1), true, FailureClass.Timeout);
        _times.AfterFailure = new HostTime(Noon, false, FailureClass.ConnectionRefused);
        var closed = new DestinationHost("closed", [IPAddress.Loopback], await ClosedPortAsync());

        var failure = Deferred(await DeliverOneAsync(Asking([closed with { Name = "first" }, closed])));

        Assert.Equal((FailureClass.ConnectionRefused, _times.AfterFailure), (failure.Class, failure.HostTime));
        Assert.Equal(["asked first", "asked closed", "failed closed ConnectionRefused"], _times.Log);
    }

    [Fact]
    public async Task What_is_not_remembered_of_one_host_leaves_the_time_of_all_open()
    {
        _times.Answers["first"] = new HostTime(Noon, false, FailureClass.Timeout);
        var closed = new DestinationHost("closed", [IPAddress.Loopback], await ClosedPortAsync());

        Assert.Null(Deferred(await DeliverOneAsync(Asking([closed with { Name = "first" }, closed]))).HostTime);
    }

    [Fact]
    public async Task Hosts_beyond_hosts_max_try_leave_the_time_of_all_open()
    {
        Settings = Settings with { HostsMaxTry = 1 };
        _times.AfterFailure = new HostTime(Noon, false, FailureClass.ConnectionRefused);
        var closed = new DestinationHost("closed", [IPAddress.Loopback], await ClosedPortAsync());

        Assert.Null(Deferred(await DeliverOneAsync(Asking([closed, closed with { Name = "other" }]))).HostTime);
        Assert.Equal(["asked closed", "failed closed ConnectionRefused"], _times.Log);
    }

    [Fact]
    public async Task Refusal_for_good_is_not_final_while_another_host_is_passed_over()
    {
        await using var peer = ScriptedSmtpPeer.Start(static async session => await session.SendAsync("554 no"));
        _times.Answers["first"] = new HostTime(Noon, false, FailureClass.Timeout);

        var failure = Deferred(await DeliverOneAsync(Asking([HostOf(peer, "first"), HostOf(peer, "second")])));

        Assert.Equal((FailureClass.Permanent, _times.Answers["first"]), (failure.Class, failure.HostTime));
        Assert.Equal(["asked first", "asked second"], _times.Log);
    }

    [Fact]
    public async Task Reply_about_a_recipient_says_that_the_host_is_there()
    {
        await using var peer = ScriptedSmtpPeer.Serve(reply: static command => command.StartsWith("RCPT", StringComparison.Ordinal) ? "450 later" : null);

        var failure = Deferred(await DeliverOneAsync(Asking([HostOf(peer, "first")])));

        Assert.Equal((FailureClass.Rcpt4xx, (HostTime?)null), (failure.Class, failure.HostTime));
        Assert.Equal(["asked first", "reached first"], _times.Log);
    }

    [Fact]
    public async Task Fallback_hosts_are_tried_when_no_host_may_be_and_the_first_time_of_both_counts()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        _times.Answers["first"] = new HostTime(Noon.AddHours(1), true, FailureClass.Timeout);
        var job = Asking([HostOf(peer, "first")]) with { FallbackHosts = [HostOf(peer, "behind")] };
        Assert.Equal("behind", Delivered(await DeliverOneAsync(job)).Host);

        _times.Answers["behind"] = new HostTime(Noon.AddHours(2), false, FailureClass.Timeout);
        Assert.Equal(new HostTime(Noon.AddHours(1), false, FailureClass.Timeout), Deferred(await DeliverOneAsync(job)).HostTime);
    }

    private static async Task<int> ClosedPortAsync()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        return peer.EndPoint.Port;
    }

    private DeliveryJob Asking(System.Collections.Immutable.ImmutableArray<DestinationHost> hosts) => Job(hosts) with { HostTimes = _times };

    private sealed class ScriptedHostTimes : IHostTimes
    {
        public Dictionary<string, HostTime> Answers { get; } = [];

        public HostTime? AfterFailure { get; set; }

        public List<string> Log { get; } = [];

        public ValueTask<HostTime?> AskAsync(string host, IPAddress address, int port, CancellationToken cancellationToken)
        {
            Log.Add($"asked {host}");
            return new(Answers.GetValueOrDefault(host));
        }

        public ValueTask<HostTime?> FailedAsync(string host, IPAddress address, int port, DeliveryFailure failure, CancellationToken cancellationToken)
        {
            Log.Add($"failed {host} {failure.Class}");
            return new(AfterFailure);
        }

        public ValueTask ReachedAsync(string host, IPAddress address, int port, CancellationToken cancellationToken)
        {
            Log.Add($"reached {host}");
            return ValueTask.CompletedTask;
        }
    }
}

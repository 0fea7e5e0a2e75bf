using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Kernel.TestKit;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Delivery;

/// <summary>The times of a recipient beside those of its hosts.</summary>
public sealed class PolicyRetryScheduleTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _time = new();

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public async Task Failure_without_a_host_that_is_remembered_goes_by_the_rule() =>
        Assert.Equal(new RetryTime(Now + (15 * Minute)), await DecideAsync(Refused(null)));

    [Fact]
    public async Task Hosts_that_may_be_tried_earlier_or_later_than_the_rule_says_decide()
    {
        Assert.Equal(new RetryTime(Now + Minute), await DecideAsync(Refused(Host(Minute))));
        Assert.Equal(new RetryTime(Now + (90 * Minute)), await DecideAsync(Refused(Host(90 * Minute))));
        Assert.Equal(new RetryTime(Now), await DecideAsync(Refused(Host(-Minute))));
    }

    [Fact]
    public async Task Host_whose_rule_has_come_to_its_end_ends_the_recipient_that_was_just_tried() =>
        Assert.Equal(new RetryTime(null, "retry timeout exceeded"), await DecideAsync(Refused(Host(Minute, isOver: true))));

    [Fact]
    public async Task Recipient_that_has_waited_for_as_long_as_its_rule_says_ends_whatever_its_hosts_say()
    {
        var old = TestMessages.Waiting(0, "a", Now) with { FirstFailedAt = Now - TimeSpan.FromDays(4) };
        Assert.Equal(new RetryTime(null, "retry timeout exceeded"), await DecideAsync(Refused(Host(Minute)), old));
        Assert.Equal(new RetryTime(null, "retry timeout exceeded"), await DecideAsync(NotReached(Host(Minute)), old));
    }

    [Fact]
    public async Task Recipient_that_was_passed_over_comes_after_the_time_of_its_host_and_not_long_after()
    {
        foreach (var wait in (TimeSpan[])[Minute, 5 * Minute, 600 * Minute])
        {
            var time = await DecideAsync(NotReached(Host(wait)));
            Assert.InRange(time.NextTry!.Value, Now + wait, Now + wait + TimeSpan.FromTicks(Math.Min(wait.Ticks / 10, Minute.Ticks)));
        }

        Assert.Equal(new RetryTime(Now), await DecideAsync(NotReached(Host(-Minute))));
    }

    [Fact]
    public async Task Recipient_that_was_passed_over_needs_no_rule_for_how_its_host_failed() =>
        Assert.NotNull((await DecideAsync(NotReached(Host(Minute)), configuration: "begin retry\n* lost_connection F,4d,15m")).NextTry);

    [Fact]
    public async Task Recipient_all_of_whose_hosts_have_come_to_their_end_ends() =>
        Assert.Equal(new RetryTime(null), await DecideAsync(NotReached(Host(Minute, isOver: true))));

    [Fact]
    public async Task Failure_that_no_rule_is_for_is_final() =>
        Assert.Equal(new RetryTime(null), await DecideAsync(Refused(Host(Minute)), configuration: "begin retry\n* lost_connection F,4d,15m"));

    private static DeliveryFailure Refused(HostTime? time) => new() { Class = FailureClass.ConnectionRefused, Reason = "Connection refused", Host = "mx.test", HostWide = true, HostTime = time };

    private static DeliveryFailure NotReached(HostTime time) => new() { Class = FailureClass.HostRetryTimeNotReached, Reason = "retry time not reached", HostTime = time };

    private HostTime Host(TimeSpan wait, bool isOver = false) => new(Now + wait, isOver, FailureClass.ConnectionRefused);

    private async Task<RetryTime> DecideAsync(DeliveryFailure failure, RecipientState? recipient = null, string configuration = "begin retry\n* * F,2h,15m; F,4d,6h")
    {
        var state = recipient ?? TestMessages.Waiting(0, "a", Now);
        var facts = MessageFacts.Of(TestMessages.Stored(MessageId.Create("1vMhEx-00000000000-0004"), state));
        return await new PolicyRetrySchedule(new TestPolicy(configuration, _time)).DecideAsync(facts, state, failure, Now, default);
    }
}

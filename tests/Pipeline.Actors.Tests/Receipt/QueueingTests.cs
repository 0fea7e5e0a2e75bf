using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>Which messages are only queued, and what is logged of it.</summary>
public sealed class QueueingTests : ReceiptTestKit
{
    private const string Mail = "From: a@a.test\r\n\r\nbody\r\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("mailpipeline-queueing").FullName;
    private long? _load;
    private int _connections;
    private bool _hasQueueRuns;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("", LocalDelivery.Unsaid, null)]
    [InlineData("", LocalDelivery.AtOnce, null)]
    [InlineData("", LocalDelivery.Queue, MessageProperties.PostponeAll)]
    [InlineData("", LocalDelivery.QueueRemote, MessageProperties.PostponeRemote)]
    [InlineData("queue_only", LocalDelivery.Unsaid, MessageProperties.PostponeAll)]
    [InlineData("queue_only", LocalDelivery.AtOnce, null)]
    [InlineData("queue_only", LocalDelivery.QueueRemote, MessageProperties.PostponeRemote)]
    [InlineData("queue_only\nno_queue_only_override", LocalDelivery.AtOnce, MessageProperties.PostponeAll)]
    [InlineData("queue_only_file = FOLDER/absent", LocalDelivery.Unsaid, null)]
    [InlineData("queue_only_file = FOLDER/absent : FOLDER/present", LocalDelivery.Unsaid, MessageProperties.PostponeAll)]
    [InlineData("queue_only_file = FOLDER/present", LocalDelivery.AtOnce, null)]
    [InlineData("queue_only_file = smtpFOLDER/present", LocalDelivery.Unsaid, MessageProperties.PostponeRemote)]
    [InlineData("queue_only_file = smtpFOLDER/present : FOLDER/present", LocalDelivery.Unsaid, MessageProperties.PostponeAll)]
    public async Task Program_and_configuration_say_what_is_only_queued_without_a_line_in_the_log(string main, LocalDelivery delivery, string? what)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "present"), "");
        Assert.Equal([(what, null)], await SendAsync(main, "", 1, delivery));
    }

    [Theory]
    [InlineData("queue_only", MessageProperties.PostponeAll, "queued by ACL")]
    [InlineData("queue", MessageProperties.PostponeAll, "queued by ACL")]
    [InlineData("queue/first_pass_route", MessageProperties.PostponeRemote, null)]
    [InlineData("queue_only/first_pass_route", MessageProperties.PostponeRemote, null)]
    public async Task ACL_queues_one_message(string control, string what, string? reason) =>
        Assert.Equal([(what, reason)], await SendAsync("", $"control = {control}", 1));

    [Theory]
    [InlineData("smtp_accept_queue_per_connection = 2", false, 2)]
    [InlineData("smtp_accept_queue_per_connection = 0", true, 12)]
    [InlineData("", false, 12)]
    [InlineData("", true, 10)]
    public async Task Messages_of_one_connection_beyond_the_limit_are_queued(string main, bool hasQueueRuns, int atOnce)
    {
        _hasQueueRuns = hasQueueRuns;
        var decisions = await SendAsync(main, "", 12);
        Assert.All(decisions.Take(atOnce), decision => Assert.Null(decision.What));
        Assert.All(decisions.Skip(atOnce), decision => Assert.Equal(
            (MessageProperties.PostponeAll, $"more than {atOnce} messages received in one connection"), (decision.What, decision.Reason)));
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(3, "too many connections (3, max 2)")]
    public async Task Messages_are_queued_while_many_clients_are_connected(int connections, string? reason)
    {
        _connections = connections;
        Assert.Equal(reason, Assert.Single(await SendAsync("smtp_accept_max = 20\nsmtp_accept_queue = 2", "", 1)).Reason);
    }

    [Theory]
    [InlineData("queue_only_load = 4.5", 4500L, null)]
    [InlineData("queue_only_load = 4.5", 4640L, "load average 4.64")]
    [InlineData("queue_only_load = 4.5", null, null)]
    public async Task Messages_are_queued_under_load(string main, long? load, string? reason)
    {
        _load = load;
        Assert.Equal(reason, Assert.Single(await SendAsync(main, "", 1)).Reason);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("no_queue_only_load_latch", false)]
    public async Task Load_that_was_too_high_for_one_message_is_for_those_that_follow_in_the_connection(string latch, bool queued)
    {
        _load = 2000;
        var decisions = await SendAsync($"queue_only_load = 1\n{latch}", "", 2, between: () => _load = 500);
        Assert.Equal(["load average 2.00", queued ? "load average 2.00" : null], decisions.Select(decision => decision.Reason));
    }

    [Fact]
    public async Task Named_queue_is_stored_with_the_message()
    {
        await SendAsync("", "queue = slow", 1);
        Assert.Equal("slow", Assert.Single(Store.Accepted).Properties[MessageProperties.Queue]);
    }

    private async Task<(string? What, string? Reason)[]> SendAsync(
        string main, string modifier, int count, LocalDelivery delivery = LocalDelivery.Unsaid, Action? between = null)
    {
        var policy = new TestPolicy($"""
            acl_smtp_rcpt = check
            {main.Replace("FOLDER", _folder, StringComparison.Ordinal)}
            begin acl
            check:
              accept {modifier}
            """, Time);
        var service = Service(policy, services: services => services with
        {
            LoadAverage = () => _load,
            Connections = () => _connections,
            HasQueueRuns = _hasQueueRuns,
        });
        await using var session = await OpenAsync(service, Client() with { Delivery = delivery });
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(250, (await TransactAsync(session, Mail)).Reply.Code);
            between?.Invoke();
        }

        return [.. Store.Accepted.Select(message => (
            message.Properties.GetValueOrDefault(MessageProperties.Postpone), message.Properties.GetValueOrDefault(MessageProperties.PostponeReason)))];
    }
}

using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp;
using Pipeline.Policy.Transports;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class SmtpConnectionReuseTests : SmtpDelivery
{
    [Fact]
    public async Task Deliver_next_message_uses_the_connection_again()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["PIPELINING"]);

        for (var i = 0; i < 5; i++)
        {
            // Host lists made anew for each delivery must not keep connections apart.
            Settings = Settings with { AvoidEsmtp = HostSet.Matching((_, _, _) => ValueTask.FromResult(false)) };
            Delivered(await DeliverOneAsync(Job(peer)));
        }

        Assert.Single(peer.Sessions);
        Assert.Equal(5, peer.Messages.Count);
        Assert.Equal(1, Agent.Pool.IdleCount);
    }

    [Fact]
    public async Task Deliver_other_settings_do_not_share_a_connection()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Delivered(await DeliverOneAsync(Job(peer)));
        Settings = Settings with { HeloData = new HeloData("other.example") };
        Delivered(await DeliverOneAsync(Job(peer)));
        Settings = Settings with { Interfaces = [IPAddress.IPv6Loopback, IPAddress.Parse("127.0.0.2")] };
        Delivered(await DeliverOneAsync(Job(peer)));
        Delivered(await DeliverOneAsync(Job([HostOf(peer, "alias.example")])));
        Settings = Settings with { AvoidEsmtp = HostSet.Everyone };
        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.Equal(5, peer.Sessions.Count);
        Assert.Equal(5, Agent.Pool.IdleCount);
    }

    [Fact]
    public async Task Deliver_after_the_allowed_number_of_messages_connects_anew()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Settings = Settings with { ConnectionMaxMessages = 2, MaxRecipients = 1 };

        Assert.All(await DeliverAsync(Job(peer, "a@p", "b@p", "c@p", "d@p", "e@p")), outcome => Delivered(outcome));

        Assert.Equal([2, 2, 1], peer.Sessions.Select(s => s.Messages.Count));
    }

    [Fact]
    public async Task Deliver_idle_connection_is_closed_with_quit_after_its_time()
    {
        using var quit = new SemaphoreSlim(0);
        await using var peer = ScriptedSmtpPeer.Serve(command =>
        {
            if (command == "QUIT")
            {
                quit.Release();
            }

            return null;
        });

        Delivered(await DeliverOneAsync(Job(peer)));
        Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, Agent.Pool.IdleCount);
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await quit.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, Agent.Pool.Count);
        Delivered(await DeliverOneAsync(Job(peer)));
        Assert.Equal(2, peer.Sessions.Count);
    }

    [Fact]
    public async Task Deliver_connection_that_the_peer_closed_while_idle_is_not_used()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["PIPELINING"]);

        Delivered(await DeliverOneAsync(Job(peer)));
        peer.Sessions[0].Close();
        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.Equal(2, peer.Sessions.Count);
        Assert.Equal(1, Agent.Pool.Count);
    }

    [Theory]
    [InlineData(SmtpPeerReply.Close)]
    [InlineData(SmtpPeerReply.Reset)]
    [InlineData("421 idle too long")]
    public async Task Deliver_reused_connection_that_dies_before_the_reply_to_mail_is_replaced_without_a_word(string reply)
    {
        var mails = 0;
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command.StartsWith("MAIL", StringComparison.Ordinal) && ++mails == 2 ? reply : null, ["PIPELINING"]);

        Delivered(await DeliverOneAsync(Job(peer)));
        Delivered(await DeliverOneAsync(Job(peer) with { BeforeFinalStep = _ => ValueTask.FromResult(true) }));

        Assert.Equal(2, peer.Sessions.Count);
        Assert.Equal(2, peer.Messages.Count);
    }

    [Fact]
    public async Task Deliver_fresh_connection_that_dies_before_the_reply_to_mail_is_the_hosts_failure()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith("MAIL", StringComparison.Ordinal) ? SmtpPeerReply.Close : null);

        Assert.Equal(FailureClass.LostConnection, Deferred(await DeliverOneAsync(Job(peer))).Class);
        Assert.Single(peer.Sessions);
    }

    [Fact]
    public async Task Deliver_replacement_that_dies_too_is_the_hosts_failure()
    {
        var mails = 0;
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command.StartsWith("MAIL", StringComparison.Ordinal) && ++mails >= 2 ? SmtpPeerReply.Close : null);

        Delivered(await DeliverOneAsync(Job(peer)));
        Assert.Equal(FailureClass.LostConnection, Deferred(await DeliverOneAsync(Job(peer))).Class);

        Assert.Equal(2, peer.Sessions.Count);
        Assert.Equal(0, Agent.Pool.Count);
    }

    [Fact]
    public async Task Deliver_unfinished_transaction_is_reset_before_the_next()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.Contains("bad", StringComparison.Ordinal) ? "550 no" : null);

        Failed(await DeliverOneAsync(Job(peer, "bad@p")));
        Delivered(await DeliverOneAsync(Job(peer, "good@p")));

        Assert.Equal(["RCPT TO:<bad@p>", "RSET", "MAIL FROM:<a@client.example>"], peer.Sessions[0].Commands.Skip(2).Take(3));
    }

    [Fact]
    public async Task Deliver_connections_to_one_place_are_limited_and_handed_on()
    {
        Pool = new SmtpPoolOptions { MaximumPerDestination = 2 };
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["PIPELINING"]);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ => Delivered(await DeliverOneAsync(Job(peer)))));

        Assert.Equal(2, peer.Sessions.Count);
        Assert.Equal(40, peer.Messages.Count);
        Assert.Equal(2, Agent.Pool.IdleCount);
    }

    [Fact]
    public async Task Deliver_connections_in_all_are_limited_and_idle_ones_make_room()
    {
        Pool = new SmtpPoolOptions { MaximumConnections = 2 };
        await using var one = ScriptedSmtpPeer.Serve();
        await using var two = ScriptedSmtpPeer.Serve();
        await using var three = ScriptedSmtpPeer.Serve();
        ScriptedSmtpPeer[] peers = [one, two, three];

        await Task.WhenAll(Enumerable.Range(0, 30).Select(async i => Delivered(await DeliverOneAsync(Job(peers[i % 3])))));

        Assert.Equal(30, peers.Sum(p => p.Messages.Count));
        Assert.InRange(Agent.Pool.Count, 1, 2);
    }

    [Fact]
    public async Task Deliver_cancelled_while_waiting_for_a_connection_leaves_no_trace()
    {
        Pool = new SmtpPoolOptions { MaximumPerDestination = 1 };
        using var reached = new SemaphoreSlim(0);
        var go = new TaskCompletionSource<bool>();
        await using var peer = ScriptedSmtpPeer.Serve();
        using var cancel = new CancellationTokenSource();

        var first = DeliverOneAsync(Job(peer) with
        {
            BeforeFinalStep = _ =>
            {
                reached.Release();
                return new ValueTask<bool>(go.Task);
            },
        });
        Assert.True(await reached.WaitAsync(TimeSpan.FromSeconds(20)));
        var second = DeliverOneAsync(Job(peer), cancel.Token);
        await cancel.CancelAsync();
        Assert.Equal(FailureClass.Interrupted, Deferred(await second).Class);
        go.SetResult(true);
        Delivered(await first);

        Delivered(await DeliverOneAsync(Job(peer)));
        Assert.Single(peer.Sessions);
        Assert.Equal(1, Agent.Pool.Count);
    }

    [Fact]
    public async Task Deliver_connections_are_not_kept_when_told_so()
    {
        Pool = new SmtpPoolOptions { IdleTimeout = TimeSpan.Zero };
        await using var peer = ScriptedSmtpPeer.Serve();

        Delivered(await DeliverOneAsync(Job(peer)));
        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.Equal(2, peer.Sessions.Count);
        Assert.Equal(0, Agent.Pool.Count);
    }

    [Fact]
    public async Task Deliver_bug_in_the_caller_gives_the_connection_back()
    {
        Pool = new SmtpPoolOptions { MaximumPerDestination = 1 };
        await using var peer = ScriptedSmtpPeer.Serve();

        await Assert.ThrowsAsync<InvalidOperationException>(() => DeliverOneAsync(Job(peer) with { BeforeFinalStep = _ => throw new InvalidOperationException("bug") }));
        Assert.Equal(0, Agent.Pool.Count);
        Assert.Empty(peer.Messages);
        Delivered(await DeliverOneAsync(Job(peer)));
    }

    [Fact]
    public void Constructor_refuses_options_with_problems() =>
        Assert.Throws<ArgumentException>(() => new SmtpDeliveryAgent(new SmtpPoolOptions { MaximumConnections = 0 }, Time, Dns));
}

namespace Pipeline.Kernel.Tests.Dispatch;

public sealed class MailboxSpec : KernelSpec
{
    private const int PerSender = 100_000;

    [Theory]
    [InlineData(2)]
    [InlineData(32)]
    public async Task Eight_senders_are_each_heard_in_order_one_message_at_a_time(int threads)
    {
        const int Senders = 8;
        ActorSystem system = SystemOn(threads);
        var done = new TaskCompletionSource<(bool Overlapped, bool OutOfOrder, long Sum)>();
        IActorRef receiver = system.ActorOf(Props.Create(() => new OrderCheckingActor(Senders * PerSender, done)));
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (int n = 1; n <= PerSender; n++)
            {
                receiver.Tell((sender, n), ActorRefs.NoSender);
            }
        })));
        (bool overlapped, bool outOfOrder, long sum) = await done.Task.WaitAsync(Patience);
        Assert.False(overlapped);
        Assert.False(outOfOrder);
        Assert.Equal(Senders * ((long)PerSender * (PerSender + 1) / 2), sum);
        await system.Terminate().WaitAsync(Patience);
    }

    [Fact]
    public async Task Stop_overtakes_a_long_queue_and_the_rest_becomes_dead_letters_in_order()
    {
        const int Queued = 100_000;
        using var go = new ManualResetEventSlim();
        int handled = 0;
        IActorRef actor = ActorOf(Act(a => a.On<int>(n =>
        {
            if (n == 0)
            {
                Say("holding");
                go.Wait(Patience);
            }

            handled++;
        })));
        List<int> lost = [];
        var lastLost = new TaskCompletionSource();
        IActorRef listener = ActorOf(Act(a => a.On<DeadLetter>(letter =>
        {
            lost.Add((int)letter.Message);
            if (lost[^1] == Queued - 1)
            {
                lastLost.SetResult();
            }
        })));
        Sys.EventStream.Subscribe<DeadLetter>(listener);
        Watch(actor);
        for (int n = 0; n < Queued; n++)
        {
            actor.Tell(n, ActorRefs.NoSender);
        }

        await ExpectMsgAsync("holding");
        Sys.Stop(actor);
        go.Set();
        await ExpectTerminatedAsync(actor);
        await lastLost.Task.WaitAsync(Patience);
        Assert.Equal(1, handled);
        Assert.Equal(Enumerable.Range(1, Queued - 1), lost);
    }

    [Fact]
    public async Task Two_busy_actors_share_one_thread()
    {
        const int Rounds = 3_000;
        ActorSystem system = SystemOn(threads: 1);
        int[] progress = new int[2];
        int[] othersWhenDone = new int[2];
        var done = new CountdownEvent(2);
        for (int i = 0; i < 2; i++)
        {
            int me = i;
            system.ActorOf(Act(a =>
            {
                a.PreStart = () => a.Self.Tell("go");
                a.On<string>(m =>
                {
                    if (++progress[me] == Rounds)
                    {
                        othersWhenDone[me] = progress[1 - me];
                        done.Signal();
                    }
                    else
                    {
                        a.Self.Tell(m);
                    }
                });
            }));
        }

        await Task.Run(() => Assert.True(done.Wait(Patience)));
        Assert.All(othersWhenDone, other => Assert.InRange(other, Rounds - 100, Rounds));
        await system.Terminate().WaitAsync(Patience);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(32)]
    public async Task Message_that_races_with_the_end_of_a_turn_is_never_forgotten(int threads)
    {
        // Two actors with one message between them: each delivery races with the other's mailbox going idle.
        const int Rounds = 500_000;
        ActorSystem system = SystemOn(threads, throughput: 1);
        var done = new TaskCompletionSource();
        IActorRef echo = system.ActorOf(Act(a => a.On<int>(n => a.Sender.Tell(n + 1))));
        IActorRef caller = system.ActorOf(Act(a => a.On<int>(n =>
        {
            if (n >= Rounds)
            {
                done.TrySetResult();
            }
            else
            {
                echo.Tell(n + 1);
            }
        })));
        caller.Tell(0, ActorRefs.NoSender);
        await done.Task.WaitAsync(Patience);
        await system.Terminate().WaitAsync(Patience);
    }

    [Fact]
    public async Task Every_message_told_to_a_stopping_actor_is_handled_or_a_dead_letter()
    {
        const int Senders = 16;
        const int Each = 5_000;
        long lost = 0;
        long handled = 0;
        var allSeen = new TaskCompletionSource();
        IActorRef listener = ActorOf(Act(a => a.On<DeadLetter>(letter =>
        {
            if (letter.Message is int && Interlocked.Increment(ref lost) + Interlocked.Read(ref handled) == Senders * Each)
            {
                allSeen.TrySetResult();
            }
        })));
        Sys.EventStream.Subscribe<DeadLetter>(listener);
        IActorRef actor = ActorOf(Act(a => a.On<int>(_ => Interlocked.Increment(ref handled))));
        using var start = new Barrier(Senders + 1);
        Task[] senders = [.. Enumerable.Range(0, Senders).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (int n = 0; n < Each; n++)
                {
                    actor.Tell(n, ActorRefs.NoSender);
                }
            },
            TaskCreationOptions.LongRunning))];
        start.SignalAndWait();
        Sys.Stop(actor);
        await Task.WhenAll(senders);
        await allSeen.Task.WaitAsync(Patience);
        Assert.Equal(Senders * Each, lost + handled);
    }

    private sealed class OrderCheckingActor : ReceiveActor
    {
        private readonly Dictionary<int, int> _last = [];
        private int _inside;
        private int _left;
        private bool _overlapped;
        private bool _outOfOrder;
        private long _sum;

        public OrderCheckingActor(int expected, TaskCompletionSource<(bool Overlapped, bool OutOfOrder, long Sum)> done)
        {
            _left = expected;
            Receive<(int Sender, int Number)>(message =>
            {
                _overlapped |= Interlocked.Increment(ref _inside) != 1;
                _outOfOrder |= message.Number != _last.GetValueOrDefault(message.Sender) + 1;
                _last[message.Sender] = message.Number;
                _sum += message.Number;
                Interlocked.Decrement(ref _inside);
                if (--_left == 0)
                {
                    done.SetResult((_overlapped, _outOfOrder, _sum));
                }
            });
        }
    }
}

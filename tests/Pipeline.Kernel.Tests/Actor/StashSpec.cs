namespace Pipeline.Kernel.Tests.Actor;

public sealed class StashSpec : KernelSpec
{
    public StashSpec()
        : base(new ActorSystemSettings { StashCapacity = 1000 })
    {
    }

    [Fact]
    public async Task Thousand_stashed_messages_come_back_in_order_before_those_that_are_queued()
    {
        IActorRef actor = ActorOf(Gate());
        for (int n = 0; n < 1000; n++)
        {
            actor.Tell(n, TestActor);
        }

        actor.Tell("open");
        actor.Tell(1000, TestActor);
        await ExpectInOrderAsync([.. Enumerable.Range(0, 1001).Cast<object>()]);
        Assert.Equal(TestActor, LastSender.Equals(actor) ? TestActor : LastSender);
    }

    [Fact]
    public async Task Stash_takes_its_capacity_and_no_more()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            int count = 0;
            a.On<int>(_ =>
            {
                a.Stash.Stash();
                if (++count is 999 or 1000)
                {
                    Say((a.Stash.Count, a.Stash.IsFull));
                }
            });
        }));
        for (int n = 0; n < 1000; n++)
        {
            actor.Tell(n);
        }

        await ExpectInOrderAsync((999, false), (1000, true));
        await EventFilter.Exception<StashOverflowException>().ExpectOneAsync(() => actor.Tell(1000));
    }

    [Fact]
    public async Task Unbounded_stash_has_no_capacity()
    {
        IActorRef actor = ActorOf(Props.Create(() => new UnboundedActor(TestActor)));
        for (int n = 0; n < 1500; n++)
        {
            actor.Tell(n);
        }

        actor.Tell("count");
        await ExpectMsgAsync(1500);
    }

    [Fact]
    public async Task Same_delivery_is_stashed_once_and_a_delivery_that_came_back_may_be_stashed_again()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            int times = 0;
            a.On<int>(n =>
            {
                a.Stash.Stash();
                if (++times < 3)
                {
                    a.Stash.UnstashAll();
                }

                try
                {
                    a.Stash.Stash();
                }
                catch (IllegalActorStateException)
                {
                    Say($"refused {times} {a.Stash.Count}");
                }
            });
        }));
        actor.Tell(1);
        await ExpectInOrderAsync("refused 1 0", "refused 2 0", "refused 3 1");
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Unstash_gives_back_the_oldest_only_and_nests_inside_of_a_replay()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            a.On<string>(m =>
            {
                if (m != "open")
                {
                    a.Stash.Stash();
                    return;
                }

                a.Become(() => a.On<string>(x =>
                {
                    Say(x);
                    a.Stash.Unstash();
                }));
                a.Stash.Unstash();
            });
        }));
        foreach (string m in new[] { "1", "2", "3", "open", "4" })
        {
            actor.Tell(m);
        }

        await ExpectInOrderAsync("1", "2", "3", "4");
    }

    [Fact]
    public async Task Restart_puts_stashed_messages_before_queued_ones()
    {
        using var go = new ManualResetEventSlim();
        int generation = 0;
        IActorRef actor = ActorOf(Act(a =>
        {
            int mine = ++generation;
            a.On<string>(m =>
            {
                if (mine == 1)
                {
                    a.Stash.Stash();
                }
                else
                {
                    Say(m);
                }
            });
            a.On<int>(_ =>
            {
                go.Wait(Patience);
                throw new InvalidOperationException("fail");
            });
        }));
        actor.Tell("1");
        actor.Tell("2");
        actor.Tell(0);
        actor.Tell("3");
        go.Set();
        await ExpectInOrderAsync("1", "2", "3");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_keeps_the_stash_even_when_PreRestart_throws_unless_it_is_cleared(bool clear)
    {
        int generation = 0;
        IActorRef actor = ActorOf(Act(a =>
        {
            int mine = ++generation;
            a.PreRestart = (_, _) =>
            {
                if (clear)
                {
                    a.Stash.ClearStash();
                }

                throw new FormatException("hook");
            };
            a.On<string>(m =>
            {
                if (mine == 1)
                {
                    a.Stash.Stash();
                }
                else
                {
                    Say(m);
                }
            });
            a.On<int>(_ => throw new InvalidOperationException("fail"));
        }));
        actor.Tell("stashed");
        actor.Tell(0);
        actor.Tell("queued");
        await ExpectInOrderAsync(clear ? ["queued"] : ["stashed", "queued"]);
    }

    [Fact]
    public async Task Stop_turns_stashed_messages_into_dead_letters_before_queued_ones()
    {
        TestProbe letters = CreateTestProbe();
        Sys.EventStream.Subscribe<DeadLetter>(letters.Ref);
        IActorRef actor = ActorOf(Act(a =>
        {
            a.On<string>(_ => a.Stash.Stash());
            a.On<int>(_ => a.Context.Stop(a.Self));
        }));
        using var hold = new ManualResetEventSlim();
        actor.Tell("1");
        actor.Tell("2");
        actor.Tell(0);
        actor.Tell("3");
        foreach (string expected in new[] { "1", "2", "3" })
        {
            Assert.Equal(expected, (await letters.ExpectMsgAsync<DeadLetter>()).Message);
        }
    }

    [Fact]
    public async Task Stashed_notice_of_an_end_is_delivered_after_unstash()
    {
        IActorRef watched = ActorOf(Act(_ => { }));
        IActorRef other = ActorOf(Act(_ => { }));
        IActorRef actor = ActorOf(Act(a =>
        {
            a.Context.Watch(watched);
            a.Context.WatchWith(other, "other gone");
            Say("ready");
            a.On<Terminated>(_ => Keep());
            a.On<string>(m =>
            {
                if (m == "open")
                {
                    a.Become(() =>
                    {
                        a.On<Terminated>(t => Say(t.ActorRef));
                        a.On<string>(x => Say(x));
                    });
                    a.Stash.UnstashAll();
                }
                else
                {
                    Keep();
                }
            });

            void Keep()
            {
                a.Stash.Stash();
                Say("stashed");
            }
        }));
        await ExpectMsgAsync("ready");
        Sys.Stop(watched);
        await ExpectMsgAsync("stashed");
        Sys.Stop(other);
        await ExpectMsgAsync("stashed");
        actor.Tell("open");
        await ExpectInOrderAsync(watched, "other gone");
    }

    [Fact]
    public async Task Stashed_timer_message_is_delivered_after_unstash()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            a.PreStart = () =>
            {
                a.Timers.StartSingleTimer("t", "tick", Second);
                Say("ready");
            };
            a.On<string>(m =>
            {
                if (m == "open")
                {
                    a.Become(() => a.On<string>(x => Say(x)));
                    a.Stash.UnstashAll();
                }
                else
                {
                    a.Stash.Stash();
                    Say("stashed");
                }
            });
        }));
        await ExpectMsgAsync("ready");
        Time.Advance(Second);
        await ExpectMsgAsync("stashed");
        actor.Tell("open");
        await ExpectMsgAsync("tick");
    }

    private Props Gate() => Act(a =>
    {
        a.On<int>(_ => a.Stash.Stash());
        a.On<string>(_ =>
        {
            a.Become(() => a.On<int>(n => Say(n)));
            a.Stash.UnstashAll();
        });
    });

    private sealed class UnboundedActor : ReceiveActor, IWithUnboundedStash
    {
        public UnboundedActor(IActorRef test)
        {
            Receive<int>(_ => Stash.Stash());
            Receive<string>(_ => test.Tell(Stash.Count));
        }

        public IStash Stash { get; set; } = null!;
    }
}

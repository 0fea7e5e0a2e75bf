namespace Pipeline.Kernel.Tests.Actor;

public sealed class DeathWatchSpec : KernelSpec
{
    [Fact]
    public async Task Watch_that_races_with_death_gives_exactly_one_notice()
    {
        const int Rounds = 100_000;
        var done = new TaskCompletionSource<int>();
        ActorOf(Act(a =>
        {
            int started = 0;
            int ended = 0;
            HashSet<IActorRef> watched = [];
            a.PreStart = () =>
            {
                for (int i = 0; i < 32; i++)
                {
                    Next();
                }
            };
            a.On<Terminated>(t =>
            {
                if (!watched.Remove(t.ActorRef))
                {
                    done.TrySetResult(-1);
                }
                else if (++ended == Rounds)
                {
                    done.TrySetResult(watched.Count);
                }

                Next();
            });

            void Next()
            {
                if (started < Rounds)
                {
                    started++;
                    IActorRef child = a.Context.ActorOf(Props.Create<IdleActor>());
                    child.Tell(PoisonPill.Instance);
                    watched.Add(a.Context.Watch(child));
                }
            }
        }));
        Assert.Equal(0, await done.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task Unwatch_that_races_with_death_gives_at_most_one_notice_and_none_afterwards()
    {
        var done = new TaskCompletionSource<string>();
        ActorOf(Act(a =>
        {
            int left = 10_000;
            IActorRef? unwatched = null;
            a.PreStart = Next;
            a.On<string>(_ => Next());
            a.On<Terminated>(t => done.TrySetResult($"{t.ActorRef} was unwatched"));

            void Next()
            {
                if (left-- == 0)
                {
                    done.TrySetResult("none");
                    return;
                }

                unwatched = a.Context.Watch(a.Context.ActorOf(Props.Create<IdleActor>()));
                a.Context.Stop(unwatched);
                Thread.SpinWait(left % 50);
                a.Context.Unwatch(unwatched);
                a.Self.Tell("next");
            }
        }));
        Assert.Equal("none", await done.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task Watching_the_dead_is_answered_without_confirmation()
    {
        IActorRef dead = await DeadActor();
        Watch(dead);
        Assert.False((await ExpectTerminatedAsync(dead)).ExistenceConfirmed);
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Watching_from_the_constructor_by_two_and_of_oneself()
    {
        IActorRef watched = ActorOf(Act(_ => { }));
        for (int i = 0; i < 2; i++)
        {
            ActorOf(Act(a =>
            {
                a.Context.Watch(watched);
                a.Context.Watch(watched);
                a.Context.Watch(a.Self);
                Say("ready");
                a.On<Terminated>(t => Say(t.ActorRef));
            }));
        }

        await ExpectInOrderAsync("ready", "ready");
        Sys.Stop(watched);
        await ExpectInOrderAsync(watched, watched);
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Last_words_come_before_the_notice()
    {
        IActorRef dying = ActorOf(Act(a =>
        {
            a.On<string>(_ =>
            {
                for (int i = 0; i < 100; i++)
                {
                    Say(i);
                }

                a.Context.Stop(a.Self);
            });
            a.PostStop = () => Say("PostStop");
        }));
        Watch(dying);
        dying.Tell("die");
        await ExpectInOrderAsync([.. Enumerable.Range(0, 100).Cast<object>(), "PostStop"]);
        await ExpectTerminatedAsync(dying);
    }

    [Fact]
    public async Task Child_is_out_of_the_children_when_its_end_is_handled()
    {
        ActorOf(Act(a =>
        {
            a.PreStart = () => a.Context.Stop(a.Context.Watch(a.Context.ActorOf(Act(_ => { }), "x")));
            a.On<Terminated>(_ => Say((a.Context.GetChildren().Count(), a.Context.Child("x").IsNobody())));
        }));
        await ExpectMsgAsync((0, true));
    }

    [Fact]
    public async Task Unwatch_takes_back_a_notice_that_is_queued()
    {
        using var hold = new ManualResetEventSlim();
        IActorRef watched = ActorOf(Act(_ => { }));
        IActorRef watcher = ActorOf(Act(a =>
        {
            a.Context.Watch(watched);
            Say("ready");
            a.On<string>(m =>
            {
                hold.Wait(Patience);
                if (m == "unwatch")
                {
                    a.Context.Unwatch(watched);
                }

                Say(m);
            });
            a.On<Terminated>(_ => Say("terminated"));
        }));
        await ExpectMsgAsync("ready");
        Watch(watched);
        watcher.Tell("hold");
        Sys.Stop(watched);
        await ExpectTerminatedAsync(watched);
        watcher.Tell("unwatch");
        hold.Set();
        await ExpectMsgAsync("hold");

        // The notice was queued between the two: either way, once "unwatch" is handled nothing may follow.
        object next = await ExpectMsgAsync<object>();
        if (next is "terminated")
        {
            await ExpectMsgAsync("unwatch");
        }

        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Unwatch_in_the_handler_before_the_notice_takes_it_back()
    {
        IActorRef watched = ActorOf(Act(_ => { }));
        IActorRef watcher = ActorOf(Act(a =>
        {
            a.Context.Watch(watched);
            a.OnAsync<string>(async _ =>
            {
                Sys.Stop(watched);

                // Death notices are taken during an await: the notice is in the queue when this goes on.
                while (CellOf(watched).Mailbox.IsClosed == false)
                {
                    await Task.Yield();
                }

                for (int i = 0; i < 10; i++)
                {
                    await Task.Yield();
                }

                a.Context.Unwatch(watched);
                Say("unwatched");
            });
            a.On<Terminated>(_ => Say("terminated"));
        }));
        watcher.Tell("go");
        await ExpectMsgAsync("unwatched");
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task WatchWith_delivers_the_given_message()
    {
        IActorRef watched = ActorOf(Act(_ => { }));
        IActorRef watcher = ActorOf(Act(a =>
        {
            a.Context.WatchWith(watched, "gone");
            Say("ready");
            a.On<string>(m => Say((m, a.Sender)));
        }));
        await ExpectMsgAsync("ready");
        Sys.Stop(watched);
        await ExpectMsgAsync(("gone", watched));
        Assert.NotNull(watcher);
    }

    [Fact]
    public async Task Watching_again_with_another_message_is_refused()
    {
        IActorRef watched = ActorOf(Act(_ => { }));
        ActorOf(Act(a =>
        {
            a.Context.WatchWith(watched, "one");
            a.Context.WatchWith(watched, "one");
            Try(() => a.Context.WatchWith(watched, "two"));
            Try(() => a.Context.Watch(watched));
            a.Context.Unwatch(watched);
            a.Context.WatchWith(watched, "two");
            Say("done");

            void Try(Action watch)
            {
                try
                {
                    watch();
                }
                catch (InvalidOperationException)
                {
                    Say("refused");
                }
            }
        }));
        await ExpectInOrderAsync("refused", "refused", "done");
    }

    [Fact]
    public async Task Death_pact_pulls_a_chain_of_three_down()
    {
        IActorRef Link(IActorRef to) => ActorOf(Act(a =>
        {
            a.Context.Watch(to);
            Say("linked");
        }));

        IActorRef first = ActorOf(Act(_ => { }));
        IActorRef second = Link(first);
        IActorRef third = Link(second);
        await ExpectInOrderAsync("linked", "linked");
        Watch(third);
        await EventFilter.Exception<DeathPactException>().ExpectAsync(2, () => Sys.Stop(first));
        await ExpectTerminatedAsync(third);
    }

    [Fact]
    public async Task Restart_of_the_watched_gives_no_notice()
    {
        IActorRef watched = ActorOf(Act(a => a.On<int>(_ => throw new InvalidOperationException("fail"))));
        Watch(watched);
        watched.Tell(1);
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Terminated_told_by_hand_is_not_believed()
    {
        IActorRef other = ActorOf(Act(_ => { }));
        IActorRef actor = ActorOf(Act(a => a.OnAny(m => Say(m))));
        actor.Tell(new Terminated(other, true, false));
        actor.Tell("after");
        await ExpectMsgAsync("after");
    }

    private async Task<IActorRef> DeadActor()
    {
        IActorRef actor = ActorOf(Act(_ => { }));
        Watch(actor);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(actor);
        return actor;
    }

    private sealed class IdleActor : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}

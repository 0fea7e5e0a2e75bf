namespace Pipeline.Kernel.Tests.Actor;

public sealed class RestartSpec : KernelSpec
{
    private static readonly Func<Exception, Directive> Restart = _ => Directive.Restart;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Hooks_run_in_order_with_children_stopped_in_between(int children)
    {
        IActorRef actor = ActorOf(Logged("a", a =>
        {
            for (int i = 0; i < children; i++)
            {
                a.Context.ActorOf(Logged("c", _ => { }));
            }
        }));
        actor.Tell("fail");
        actor.Tell("next");
        string[] own = ["a new", "a PreStart", "a PreRestart fail", "a PostStop", "a new", "a PostRestart", "a PreStart", "a next"];

        // Each instance of the parent makes its children anew; those of the first are stopped.
        List<object> log = await ReceiveAsync(own.Length + (children * 5));
        Assert.Equal(own, log.Where(static line => ((string)line).StartsWith('a')));
        Assert.Equal(children * 2, log.Count(static line => line is "c PreStart"));
        int[] ends = [.. Enumerable.Range(0, log.Count).Where(i => log[i] is "c PostStop")];
        Assert.Equal(children, ends.Length);
        Assert.All(ends, end => Assert.InRange(end, log.IndexOf("a PostStop"), log.LastIndexOf("a new")));
    }

    [Fact]
    public async Task Restart_waits_for_slow_children()
    {
        using var release = new ManualResetEventSlim();
        IActorRef actor = ActorOf(Act(a =>
        {
            Say("new");
            a.Context.ActorOf(Act(c => c.PostStop = () =>
            {
                release.Wait(Patience);
                Say("child gone");
            }));
            a.On<int>(_ => throw new InvalidOperationException("fail"));
        }));
        actor.Tell(1);
        await ExpectMsgAsync("new");
        await ExpectNoMsgAsync();
        release.Set();
        await ExpectInOrderAsync("child gone", "new");
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Children_of_every_origin_are_stopped_by_a_restart()
    {
        int generation = 0;
        IActorRef actor = ActorOf(Act(a =>
        {
            generation++;
            Child("constructor");
            a.PreStart = () => Child("PreStart");
            a.On<string>(_ => Child("handler"));
            a.On<int>(_ => throw new InvalidOperationException("fail"));
            a.On<bool>(_ => Say(a.Context.GetChildren().Count()));

            void Child(string origin)
            {
                string name = $"{origin}{generation}";
                a.Context.ActorOf(Act(c => c.PostStop = () => Say(name)), name);
            }
        }));
        actor.Tell("child");
        actor.Tell(1);
        actor.Tell(true);
        List<object> stopped = await ReceiveAsync(4);
        Assert.Equal(["PreStart1", "constructor1", "handler1"], stopped.Take(3).Select(m => (string)m).Order(StringComparer.Ordinal));
        Assert.Equal(2, stopped[3]);
    }

    [Fact]
    public async Task Stop_that_comes_while_a_restart_waits_for_children_ends_the_actor_with_one_PostStop()
    {
        using var release = new ManualResetEventSlim();
        IActorRef actor = ActorOf(Act(a =>
        {
            Say("new");
            a.Context.ActorOf(Act(c => c.PostStop = () => release.Wait(Patience)));
            a.On<int>(_ => throw new InvalidOperationException("fail"));
            a.PostStop = () => Say("PostStop");
        }));
        Watch(actor);
        actor.Tell(1);
        await ExpectInOrderAsync("new", "PostStop");
        Sys.Stop(actor);
        Sys.Stop(actor);
        release.Set();
        await ExpectTerminatedAsync(actor);
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Reference_queue_watches_watchers_and_timeout_survive_state_behaviour_and_the_failing_message_do_not()
    {
        IActorRef watched = ActorOf(Act(_ => { }));
        using var go = new ManualResetEventSlim();
        IActorRef actor = ActorOf(Act(a =>
        {
            int count = 0;
            bool first = true;
            a.On<string>(m =>
            {
                switch (m)
                {
                    case "setup":
                        a.Context.Watch(watched);
                        a.Context.SetReceiveTimeout(TimeSpan.FromMinutes(1));
                        a.Become(() =>
                        {
                            a.On<string>(x =>
                            {
                                go.Wait(Patience);
                                throw new InvalidOperationException(x);
                            });
                        });
                        break;
                    default:
                        Say($"{m} {++count} {first} {a.Context.ReceiveTimeout}");
                        break;
                }
            });
            a.On<Terminated>(t => Say(t.ActorRef));
            a.On<ReceiveTimeout>(_ => Say("timeout"));
        }));
        Watch(actor);
        actor.Tell("setup");
        actor.Tell("failing");
        actor.Tell("one");
        actor.Tell("two");
        go.Set();
        await ExpectInOrderAsync("one 1 True 00:01:00", "two 2 True 00:01:00");
        Time.Advance(TimeSpan.FromMinutes(1));
        await ExpectMsgAsync("timeout");
        Sys.Stop(watched);
        await ExpectMsgAsync(watched);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task PreRestart_that_throws_is_logged_and_the_restart_goes_on()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            a.PreRestart = (_, _) => throw new FormatException("hook");
            a.On<int>(_ => throw new InvalidOperationException("fail"));
            a.On<string>(m => Say(m));
        }));
        await EventFilter.Exception<PreRestartException>().ExpectOneAsync(() => actor.Tell(1));
        actor.Tell("alive");
        await ExpectMsgAsync("alive");
    }

    [Fact]
    public async Task PostRestart_that_throws_stops_the_actor_and_the_new_instance_gets_PostStop()
    {
        int generation = 0;
        IActorRef actor = ActorOf(Act(a =>
        {
            int mine = ++generation;
            a.PostRestart = _ => throw new FormatException("hook");
            a.PostStop = () => Say($"PostStop {mine}");
            a.On<int>(_ => throw new InvalidOperationException("fail"));
        }));
        Watch(actor);
        actor.Tell(1);
        await ExpectInOrderAsync("PostStop 1", "PostStop 2");
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task Constructor_that_throws_in_a_restart_stops_the_actor_and_the_old_instance_gets_no_second_PostStop()
    {
        int generation = 0;
        IActorRef actor = ActorOf(Act(a =>
        {
            int mine = ++generation;
            if (mine > 1)
            {
                throw new FormatException("constructor");
            }

            a.PostStop = () => Say($"PostStop {mine}");
            a.On<int>(_ => throw new InvalidOperationException("fail"));
        }));
        Watch(actor);
        await EventFilter.Exception<PostRestartException>().ExpectOneAsync(() => actor.Tell(1));
        await ExpectMsgAsync("PostStop 1");
        await ExpectTerminatedAsync(actor);
        await ExpectNoMsgAsync();
    }

    [Theory]
    [InlineData(Directive.Resume)]
    [InlineData(Directive.Restart)]
    public async Task Failed_restart_is_tried_again_when_the_parent_says_so(Directive directive)
    {
        int generation = 0;
        IActorRef parent = ActorOf(Act(
            a =>
            {
                IActorRef child = a.Context.ActorOf(Act(c =>
                {
                    int mine = ++generation;
                    c.PostRestart = _ =>
                    {
                        if (mine < 4)
                        {
                            throw new FormatException("not yet");
                        }
                    };
                    c.On<int>(_ => throw new InvalidOperationException("fail"));
                    c.On<string>(_ => Say(mine));
                }));
                a.OnAny(child.Forward);
            },
            new OneForOneStrategy(cause => cause is PostRestartException ? directive : Directive.Restart)));
        parent.Tell(1);
        parent.Tell("who");
        await ExpectMsgAsync(4);
    }

    [Fact]
    public async Task Sender_of_the_failing_message_can_be_answered_in_PreRestart()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            a.PreRestart = (cause, message) => a.Sender.Tell($"{message}: {cause.Message}");
            a.On<int>(_ => throw new InvalidOperationException("fail"));
        }));
        actor.Tell(7, TestActor);
        await ExpectMsgAsync("7: fail");
    }

    private Props Logged(string name, Action<Script> more) => Act(
        a =>
        {
            Say($"{name} new");
            a.PreStart = () => Say($"{name} PreStart");
            a.PostStop = () => Say($"{name} PostStop");
            a.PreRestart = (cause, message) =>
            {
                Say($"{name} PreRestart {message}");
                a.BasePreRestart(cause, message);
            };
            a.PostRestart = cause =>
            {
                Say($"{name} PostRestart");
                a.BasePostRestart(cause);
            };
            a.On<string>(m =>
            {
                if (m == "fail")
                {
                    throw new InvalidOperationException(m);
                }

                Say($"{name} {m}");
            });
            more(a);
        },
        new OneForOneStrategy(Restart));
}

using Pipeline.Kernel.Inspection;

namespace Pipeline.Kernel.Tests.Inspection;

public sealed class ActorInspectionSpec : KernelSpec
{
    [Fact]
    public async Task Snapshot_of_a_tree_has_names_types_and_children_within_the_depth()
    {
        IActorRef top = ActorOf(Act(a =>
        {
            a.Context.ActorOf(Act(b => b.Context.ActorOf(Props.Create<IdleActor>(), "c")), "b");
            a.On<string>(Say);
        }), "a");
        top.Tell("made");
        await ExpectMsgAsync("made");
        await AwaitAssertAsync(() => Assert.Equal(1, Look("/user/a/b", 0).ChildCount));

        ActorSnapshot flat = Look("/user/a", 0);
        Assert.Equal(("/user/a", "a", nameof(ScriptedActor), 1), (flat.Path, flat.Name, flat.Type, flat.ChildCount));
        Assert.Empty(flat.Children);
        ActorSnapshot one = Assert.Single(Look("/user/a", 1).Children);
        Assert.Equal(("/user/a/b", 1), (one.Path, one.ChildCount));
        Assert.Empty(one.Children);
        ActorSnapshot two = Assert.Single(Assert.Single(Look("user/a/", 2).Children).Children);
        Assert.Equal(("/user/a/b/c", nameof(IdleActor), 0), (two.Path, two.Type, two.ChildCount));
    }

    [Fact]
    public void Path_without_names_shows_both_guardians()
    {
        ActorSnapshot root = Look("/", 1);
        Assert.Equal(["/user", "/system"], root.Children.Select(child => child.Path));
        Assert.Equal((Sys.Name, 2), (root.Name, root.ChildCount));
        Assert.Empty(Look("", 0).Children);
    }

    [Theory]
    [InlineData("/user/nobody")]
    [InlineData("/nobody")]
    [InlineData("/user/nobody/below")]
    public void Path_of_nobody_has_no_snapshot(string path) => Assert.Null(Sys.Inspect(path, 1, 10));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    public async Task Limit_cuts_off_children_and_leaves_their_count(int limit, int listed)
    {
        await FamilyAsync("limited", 3);
        ActorSnapshot snapshot = Look("/user/limited", 1, limit);
        Assert.Equal((3, listed), (snapshot.ChildCount, snapshot.Children.Count));
        Assert.Equal(["0", "1", "2"], Look("/user/limited", 1).Children.Select(child => child.Name));
    }

    [Fact]
    public async Task Mailbox_length_counts_what_waits_while_the_actor_is_suspended()
    {
        var go = new TaskCompletionSource();
        IActorRef actor = ActorOf(Act(a => a.OnAsync<string>(async _ =>
        {
            Say("in");
            await go.Task;
        })), "waiting");
        actor.Tell("first");
        await ExpectMsgAsync("in");
        await AwaitAssertAsync(() => Assert.Equal(ActorState.Awaiting, Look("/user/waiting", 0).State));
        Assert.Equal(0, Look("/user/waiting", 0).MailboxLength);
        for (int i = 0; i < 7; i++)
        {
            actor.Tell("more");
        }

        Assert.Equal(7, Look("/user/waiting", 0).MailboxLength);
        Assert.Equal(3, MailboxOf(actor).ApproximateLength(3));
        go.SetResult();
        await AwaitAssertAsync(() => Assert.Equal((0, ActorState.Running), (Look("/user/waiting", 0).MailboxLength, Look("/user/waiting", 0).State)));
    }

    [Fact]
    public async Task Mailbox_that_is_written_and_read_all_the_time_can_be_counted()
    {
        IActorRef actor = ActorOf(Act(a => a.On<int>(_ => { })), "busy");
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                actor.Tell(1);
            }
        });
        for (int i = 0; i < 20_000; i++)
        {
            Assert.InRange(MailboxOf(actor).ApproximateLength(50), 0, 50);
        }

        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task Restarts_are_counted_and_the_age_goes_on()
    {
        IActorRef actor = ActorOf(Act(a =>
        {
            Say("new");
            a.On<string>(_ => throw new InvalidOperationException("fail"));
        }), "failing");
        await ExpectMsgAsync("new");
        for (int i = 1; i <= 2; i++)
        {
            Time.Advance(Second);
            actor.Tell("fail");
            await ExpectMsgAsync("new");
            await AwaitAssertAsync(() => Assert.Equal(i, Look("/user/failing", 0).Restarts));
        }

        Assert.Equal(2 * Second, Look("/user/failing", 0).Age);
    }

    [Fact]
    public async Task Actor_that_waits_for_its_child_is_stopping()
    {
        using var release = new ManualResetEventSlim();
        IActorRef actor = ActorOf(
            Act(a => a.Context.ActorOf(Act(c => c.PostStop = () =>
            {
                Say("in");
                release.Wait(Patience);
            }))), "ending");
        await AwaitAssertAsync(() => Assert.Equal(1, Look("/user/ending", 0).ChildCount));
        Watch(actor);
        Sys.Stop(actor);
        await ExpectMsgAsync("in");
        Assert.Equal(ActorState.Stopping, Look("/user/ending", 0).State);
        release.Set();
        await ExpectTerminatedAsync(actor);
        Assert.Null(Sys.Inspect("/user/ending", 0, 1));
    }

    [Fact]
    public async Task Survey_counts_actors_by_type_and_dead_letters()
    {
        await FamilyAsync("family", 4);
        ActorSystemSnapshot survey = Sys.Survey();
        Assert.Equal(4, survey.ActorsByType[nameof(IdleActor)]);
        Assert.Equal(survey.Actors, survey.ActorsByType.Values.Sum());
        Assert.False(survey.MoreActors);
        Sys.DeadLetters.Tell("lost");
        Time.Advance(Second);
        ActorSystemSnapshot later = Sys.Survey();
        Assert.Equal((survey.DeadLetters + 1, survey.Uptime + Second), (later.DeadLetters, later.Uptime));
    }

    [Fact]
    public async Task Description_is_made_on_the_actors_turn_even_within_an_asynchronous_handler()
    {
        var go = new TaskCompletionSource();
        IActorRef actor = ActorOf(Act(a => a.OnAsync<string>(async _ =>
        {
            Say("in");
            await go.Task;
        })), "asked");
        actor.Tell("first");
        await ExpectMsgAsync("in");
        string? answer = await DescribeAsync("/user/asked", instance => $"{instance.GetType().Name} {ReferenceEquals(ActorCell.Current, CellOf(actor))}");
        Assert.Equal($"{nameof(ScriptedActor)} True", answer);
        go.SetResult();
    }

    [Fact]
    public async Task Description_that_fails_leaves_the_actor_alone()
    {
        IActorRef actor = ActorOf(Act(a => a.On<string>(Say)), "asked");
        Assert.Null(await DescribeAsync("/user/asked", _ => throw new InvalidOperationException("fail")));
        actor.Tell("still here");
        await ExpectMsgAsync("still here");
        Assert.Equal(0, Look("/user/asked", 0).Restarts);
    }

    [Fact]
    public async Task Nobody_has_no_description() => Assert.Null(await DescribeAsync("/user/nobody", _ => "here"));

    [Fact]
    public async Task Actor_without_a_turn_is_given_up_after_the_timeout()
    {
        using var release = new ManualResetEventSlim();
        IActorRef actor = ActorOf(Act(a => a.On<string>(_ =>
        {
            Say("in");
            release.Wait(Patience);
        })), "stuck");
        actor.Tell("block");
        await ExpectMsgAsync("in");
        Task<string?> answer = Sys.DescribeAsync("/user/stuck", _ => "here", Second, CancellationToken.None);
        Time.Advance(Second);
        await Assert.ThrowsAsync<TimeoutException>(() => answer);
        release.Set();
    }

    private ActorSnapshot Look(string path, int depth, int limit = 100) => Assert.IsType<ActorSnapshot>(Sys.Inspect(path, depth, limit));

    private Task<string?> DescribeAsync(string path, Func<object, string?> describe) =>
        Sys.DescribeAsync(path, describe, Patience, CancellationToken.None);

    private async Task FamilyAsync(string name, int children)
    {
        IActorRef parent = ActorOf(Act(a =>
        {
            for (int i = 0; i < children; i++)
            {
                a.Context.ActorOf(Props.Create<IdleActor>(), $"{i}");
            }

            a.On<string>(Say);
        }), name);
        parent.Tell("made");
        await ExpectMsgAsync("made");
    }

    private sealed class IdleActor : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }
}

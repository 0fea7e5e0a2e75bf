namespace Pipeline.Kernel.Tests.Actor;

public sealed class AskSpec : KernelSpec
{
    [Fact]
    public async Task First_answer_wins_and_the_second_is_a_dead_letter()
    {
        IActorRef actor = ActorOf(Act(a => a.OnAny(_ =>
        {
            a.Sender.Tell("one");
            a.Sender.Tell("two");
        })));
        await EventFilter.DeadLetter<string>(m => m == "two").ExpectOneAsync(
            async () => Assert.Equal("one", await actor.Ask<string>("?", Second)));
    }

    [Fact]
    public async Task Answer_of_another_type_faults_and_is_a_dead_letter()
    {
        IActorRef actor = ActorOf(Act(a => a.OnAny(_ => a.Sender.Tell(42))));
        await EventFilter.DeadLetter<int>().ExpectOneAsync(
            () => Assert.ThrowsAsync<ArgumentException>(() => actor.Ask<string>("?", Second)));
    }

    [Fact]
    public async Task Status_failure_faults_with_its_cause_whatever_type_was_asked_for()
    {
        IActorRef actor = ActorOf(Act(a => a.OnAny(_ => a.Sender.Tell(new Status.Failure(new FormatException("no"))))));
        await Assert.ThrowsAsync<FormatException>(() => actor.Ask<string>("?", Second));
        await Assert.ThrowsAsync<FormatException>(() => actor.Ask<object>("?", Second));
    }

    [Fact]
    public async Task No_answer_in_time_faults_and_a_late_one_is_a_dead_letter()
    {
        IActorRef? asker = null;
        IActorRef actor = ActorOf(Act(a => a.OnAny(_ =>
        {
            asker = a.Sender;
            Say("asked");
        })));
        Task<string> answer = actor.Ask<string>("?", Second);
        await ExpectMsgAsync("asked");
        Time.Advance(Second);
        await Assert.ThrowsAsync<AskTimeoutException>(() => answer);
        await EventFilter.DeadLetter<string>().ExpectOneAsync(() => asker!.Tell("late"));
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers == 0));
    }

    [Fact]
    public async Task Asking_the_dead_only_times_out()
    {
        IActorRef actor = ActorOf(Act(_ => { }));
        Watch(actor);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(actor);
        Task<string> answer = actor.Ask<string>("?", Second);
        Assert.False(answer.IsCompleted);
        Time.Advance(Second);
        await Assert.ThrowsAsync<AskTimeoutException>(() => answer);
    }

    [Fact]
    public async Task Cancelled_question_ends_and_its_late_answer_is_swallowed()
    {
        using var cancel = new CancellationTokenSource();
        IActorRef? asker = null;
        IActorRef actor = ActorOf(Act(a => a.OnAny(_ =>
        {
            asker = a.Sender;
            Say("asked");
        })));
        Task<string> answer = actor.Ask<string>("?", Second, cancel.Token);
        await ExpectMsgAsync("asked");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        TestProbe letters = CreateTestProbe();
        Sys.EventStream.Subscribe<DeadLetter>(letters.Ref);
        asker!.Tell("late");
        await letters.ExpectNoMsgAsync();
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers == 0));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => actor.Ask<string>("?", Second, new CancellationToken(true)));
    }

    [Fact]
    public async Task Answer_and_timeout_at_the_same_tick_give_one_or_the_other()
    {
        int answered = 0;
        for (int round = 0; round < 2_000; round++)
        {
            var asker = new AskRef<string>(Sys, TestActor, Second);
            asker.Arm(default);
            Task replying = Task.Run(() => asker.Tell("answer", ActorRefs.NoSender));
            Time.Advance(Second);
            try
            {
                Assert.Equal("answer", await asker.Answer);
                answered++;
            }
            catch (AskTimeoutException)
            {
            }

            await replying;
        }

        Assert.InRange(answered, 0, 2_000);
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers == 0));
    }

    [Fact]
    public async Task Actor_may_ask_inside_of_an_asynchronous_handler()
    {
        IActorRef other = ActorOf(Act(a => a.OnAny(m => a.Sender.Tell(m))));
        IActorRef actor = ActorOf(Act(a => a.OnAsync<string>(async m =>
        {
            string answer = await other.Ask<string>(m, Second);
            a.Sender.Tell(answer + "!");
        })));
        actor.Tell("x", TestActor);
        await ExpectMsgAsync("x!");
    }

    [Fact]
    public async Task Continuations_do_not_run_on_the_turn_of_who_answers()
    {
        IActorRef actor = ActorOf(Act(a => a.OnAny(m => a.Sender.Tell(m))));
        ActorCell? current = await actor.Ask<string>("x", Second)
            .ContinueWith(_ => ActorCell.Current, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Assert.Null(current);
    }

    [Fact]
    public async Task Hundred_thousand_concurrent_questions_leave_no_timers_behind()
    {
        // A clock of the system's own: the manual one looks at all timers each time.
        ActorSystem system = ActorSystem.Create("asks");
        IActorRef actor = system.ActorOf(Act(a => a.OnAny(m => a.Sender.Tell(m))));
        WeakReference[] answers = await AskAll(actor);
        await system.Terminate().WaitAsync(Patience);
        await AwaitAssertAsync(() =>
        {
            GC.Collect();
            Assert.InRange(answers.Count(static answer => answer.IsAlive), 0, 100);
        });

        static async Task<WeakReference[]> AskAll(IActorRef actor)
        {
            Task<int>[] asks = [.. Enumerable.Range(0, 100_000).Select(n => actor.Ask<int>(n, TimeSpan.FromMinutes(10)))];
            int[] results = await Task.WhenAll(asks);
            Assert.Equal(Enumerable.Range(0, 100_000), results);
            return [.. asks.Select(static ask => new WeakReference(ask))];
        }
    }

    [Fact]
    public async Task Question_needs_a_finite_positive_timeout_and_somebody_to_ask()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => TestActor.Ask<string>("?", TimeSpan.Zero));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => TestActor.Ask<string>("?", Timeout.InfiniteTimeSpan));
        await Assert.ThrowsAsync<ArgumentNullException>(() => TestActor.Ask<string>(null!, Second));
        await Assert.ThrowsAsync<ArgumentException>(() => ActorRefs.Nobody.Ask<string>("?", Second));
    }

    [Fact]
    public async Task Asking_ones_own_child_from_a_turn_is_refused_in_tests()
    {
        ActorOf(Act(a => a.PreStart = () =>
        {
            IActorRef child = a.Context.ActorOf(Act(_ => { }));
            try
            {
                child.Ask<string>("?", Second);
            }
            catch (InvalidOperationException)
            {
                Say("refused");
            }
        }));
        await ExpectMsgAsync("refused");
    }
}

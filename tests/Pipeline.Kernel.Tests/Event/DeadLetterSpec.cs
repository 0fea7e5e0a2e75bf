namespace Pipeline.Kernel.Tests.Event;

public sealed class DeadLetterSpec : KernelSpec
{
    [Fact]
    public async Task Message_to_the_dead_is_published_with_its_sender_and_recipient()
    {
        IActorRef dead = await DeadActor();
        Sys.EventStream.Subscribe<DeadLetter>(TestActor);
        dead.Tell("lost", TestActor);
        DeadLetter letter = await ExpectMsgAsync<DeadLetter>();
        Assert.Equal(("lost", TestActor, dead), ((string)letter.Message, letter.Sender, letter.Recipient));
        dead.Tell("from nobody", ActorRefs.NoSender);
        Assert.Equal(Sys.DeadLetters, (await ExpectMsgAsync<DeadLetter>()).Sender);
    }

    [Fact]
    public async Task Message_whose_loss_is_normal_is_published_as_suppressed_and_not_logged()
    {
        IActorRef dead = await DeadActor();
        Sys.EventStream.Subscribe<AllDeadLetters>(TestActor);
        dead.Tell(new Expected(), ActorRefs.NoSender);
        dead.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        await ExpectMsgAsync<SuppressedDeadLetter>();
        await ExpectMsgAsync<SuppressedDeadLetter>();
    }

    [Fact]
    public async Task Dead_letter_about_a_dead_letter_goes_nowhere()
    {
        IActorRef dead = await DeadActor();
        Sys.EventStream.Subscribe<AllDeadLetters>(TestActor);
        dead.Tell(new DeadLetter("x", TestActor, dead), ActorRefs.NoSender);
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Dead_letter_told_to_dead_letters_is_published_as_it_is()
    {
        Sys.EventStream.Subscribe<AllDeadLetters>(TestActor);
        var dropped = new Dropped("x", "buffer full", TestActor, TestActor);
        Sys.DeadLetters.Tell(dropped, ActorRefs.NoSender);
        Assert.Same(dropped, await ExpectMsgAsync<Dropped>());
    }

    [Fact]
    public async Task Unhandled_message_is_an_event_of_its_own()
    {
        Sys.EventStream.Subscribe<AllDeadLetters>(TestActor);
        Sys.EventStream.Subscribe<UnhandledMessage>(TestActor);
        IActorRef actor = ActorOf(Act(a => a.On<int>(_ => { })));
        actor.Tell("unknown", TestActor);
        UnhandledMessage unhandled = await ExpectMsgAsync<UnhandledMessage>();
        Assert.Equal(("unknown", TestActor, actor), ((string)unhandled.Message, unhandled.Sender, unhandled.Recipient));
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Log_is_silent_after_ten_for_five_minutes_and_then_says_how_many_were_left_out()
    {
        using var log = new CollectingLog();
        ActorSystem system = ActorSystem.Create("log", new ActorSystemSettings { Time = Time, LoggerFactory = log });
        Lose(25);
        Assert.Equal(10, log.Count("Dead letter"));
        Assert.Equal(1, log.Count("silent now: True"));
        Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Lose(1);
        Assert.Equal(10, log.Count("Dead letter"));
        Time.Advance(TimeSpan.FromTicks(1));
        Lose(1);
        Assert.Equal(11, log.Count("Dead letter "));
        Assert.Equal(1, log.Count("16 dead letters were not logged"));
        Lose(20);
        Assert.Equal(20, log.Count("Dead letter "));
        await system.Terminate().WaitAsync(Patience);

        void Lose(int count)
        {
            for (int i = 0; i < count; i++)
            {
                system.DeadLetters.Tell("lost", ActorRefs.NoSender);
            }
        }
    }

    private async Task<IActorRef> DeadActor()
    {
        IActorRef actor = ActorOf(Act(_ => { }));
        Watch(actor);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(actor);
        return actor;
    }

    private sealed class Expected : IDeadLetterSuppression;
}

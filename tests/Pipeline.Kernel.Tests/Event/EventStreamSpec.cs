namespace Pipeline.Kernel.Tests.Event;

public sealed class EventStreamSpec : KernelSpec
{
    private interface IAnimal;

    [Fact]
    public async Task Subscription_matches_subtypes_and_interfaces_and_delivers_once()
    {
        Assert.True(Sys.EventStream.Subscribe<IAnimal>(TestActor));
        Assert.True(Sys.EventStream.Subscribe<Dog>(TestActor));
        Assert.True(Sys.EventStream.Subscribe<object>(TestActor));
        Assert.False(Sys.EventStream.Subscribe<Dog>(TestActor));
        Sys.EventStream.Publish(new Puppy());
        Sys.EventStream.Publish("text");
        await ExpectInOrderAsync(new Puppy(), "text");
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Unsubscribe_ends_one_subscription_or_all()
    {
        Sys.EventStream.Subscribe<Dog>(TestActor);
        Sys.EventStream.Subscribe<string>(TestActor);
        Sys.EventStream.Subscribe<int>(TestActor);
        Assert.True(Sys.EventStream.Unsubscribe<Dog>(TestActor));
        Assert.False(Sys.EventStream.Unsubscribe<Dog>(TestActor));
        Sys.EventStream.Publish(new Dog());
        Sys.EventStream.Publish("still");
        await ExpectMsgAsync("still");
        Assert.True(Sys.EventStream.Unsubscribe(TestActor));
        Sys.EventStream.Publish("gone");
        Sys.EventStream.Publish(1);
        await ExpectNoMsgAsync();
    }

    [Fact]
    public async Task Subscribing_and_unsubscribing_during_publishing_loses_nothing_of_the_others()
    {
        const int Events = 20_000;
        Sys.EventStream.Subscribe<int>(TestActor);
        IActorRef other = ActorOf(Act(a => a.On<int>(_ => { })));
        using var done = new CancellationTokenSource();
        Task churn = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                Sys.EventStream.Subscribe<int>(other);
                Sys.EventStream.Unsubscribe<int>(other);
            }
        });
        for (int n = 0; n < Events; n++)
        {
            Sys.EventStream.Publish(n);
        }

        await done.CancelAsync();
        await churn;
        Assert.Equal(Enumerable.Range(0, Events).Cast<object>(), await ReceiveAsync(Events));
    }

    [Fact]
    public async Task Dead_subscribers_are_removed_and_cause_no_dead_letters()
    {
        TestProbe letters = CreateTestProbe();
        IActorRef actor = ActorOf(Act(_ => { }));
        Sys.EventStream.Subscribe<string>(actor);
        Watch(actor);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(actor);
        Sys.EventStream.Subscribe<DeadLetter>(letters.Ref);
        Sys.EventStream.Publish("x");
        await letters.ExpectNoMsgAsync();
        Assert.False(Sys.EventStream.Unsubscribe<string>(actor));
    }

    private record Dog : IAnimal;

    private sealed record Puppy : Dog;
}

using System.Collections.Concurrent;

namespace Pipeline.Kernel.Tests;

/// <summary>A tree that is treated badly at random for some seconds, and must be whole afterwards.</summary>
public sealed class SoakSpec : KernelSpec
{
    private const int Target = 200;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    private readonly ConcurrentDictionary<IActorRef, byte> _living = new();

    [Fact]
    public async Task Random_tree_keeps_its_invariants()
    {
        const int Seed = 20301;
        var random = new Random(Seed);
        IActorRef root = ActorOf(Node(0));
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < Length)
        {
            IActorRef[] actors = [.. _living.Keys];
            for (int i = 0; i < 100 && actors.Length > 0; i++)
            {
                IActorRef actor = actors[random.Next(actors.Length)];
                switch (random.Next(20))
                {
                    case 0 or 1 or 2 or 3 or 4 or 5 when actors.Length < Target:
                        actor.Tell(new Grow());
                        break;
                    case 6 or 7:
                        actor.Tell(new Fail());
                        break;
                    case 8 when !actor.Equals(root):
                        Sys.Stop(actor);
                        break;
                    case 9 when !actor.Equals(root):
                        actor.Tell(PoisonPill.Instance);
                        break;
                    case 10 or 11 or 12:
                        actor.Tell(new WatchOne(actors[random.Next(actors.Length)]));
                        break;
                    case 13 or 14 or 15:
                        actor.Tell(random.Next(3));
                        break;
                    case 16:
                        Time.Advance(TimeSpan.FromMilliseconds(100));
                        break;
                    default:
                        actor.Tell(new Wait());
                        break;
                }
            }

            // Goes on when the root has got through its part, so that nobody's queue grows without end.
            root.Tell(new Ping(), TestActor);
            await FishForMessageAsync(static message => message is Pong, Patience);
        }

        // Every actor gets to the end of its queue or ends: none is stuck suspended, none waits for something that never comes.
        Sys.EventStream.Subscribe<DeadLetter>(TestActor);
        IActorRef[] asked = [.. _living.Keys];
        foreach (IActorRef actor in asked)
        {
            actor.Tell(new Ping(), TestActor);
        }

        for (int i = 0; i < asked.Length; i++)
        {
            await FishForMessageAsync(static message => message is Pong or DeadLetter { Message: Ping }, Patience);
        }

        Sys.EventStream.Unsubscribe(TestActor);

        // Nothing is told any more: the children of the cells are the living instances, and all may run.
        await AwaitAssertAsync(
            () =>
            {
                HashSet<IActorRef> reachable = [];
                Collect(root, reachable);
                Assert.Equal(_living.Keys.Order(ByUid), reachable.Order(ByUid));
                Assert.All(reachable, static actor => Assert.Equal(0, MailboxOf(actor).SuspendCount));
            },
            Patience);

        // The whole tree ends, whoever watches whom.
        Watch(root);
        Sys.Stop(root);
        await FishForMessageAsync(static message => message is Terminated, Patience);
        Assert.Empty(_living);
    }

    private static Comparer<IActorRef> ByUid { get; } = Comparer<IActorRef>.Create(
        static (left, right) => left.Path.Uid.CompareTo(right.Path.Uid));

    private static void Collect(IActorRef actor, HashSet<IActorRef> into)
    {
        into.Add(actor);
        foreach (ChildStats child in CellOf(actor).ChildrenSnapshot())
        {
            Collect(child.Ref, into);
        }
    }

    private Props Node(int depth) => Act(
        a =>
        {
            _living.TryAdd(a.Self, 0);
            a.PostStop = () => _living.TryRemove(a.Self, out _);
            a.PreRestart = (cause, message) =>
            {
                if (a.Self.Path.Uid % 2 == 0)
                {
                    a.BasePreRestart(cause, message);
                }
            };
            a.On<Grow>(_ =>
            {
                if (depth < 6)
                {
                    a.Context.ActorOf(Node(depth + 1));
                }
            });
            a.On<Fail>(_ => throw new InvalidOperationException("soak"));
            a.On<WatchOne>(watch => a.Context.Watch(watch.Subject));
            a.On<Terminated>(_ => { });
            a.On<int>(n =>
            {
                if (n == 0)
                {
                    a.Stash.UnstashAll();
                }
                else if (a.Stash.Count < 20)
                {
                    a.Stash.Stash();
                }
            });
            a.OnAsync<Wait>(async _ =>
            {
                await Task.Yield();
                a.Timers.StartSingleTimer("wake", 0, TimeSpan.FromMilliseconds(50));
                await Task.Yield();
            });
            a.On<Ping>(_ => a.Sender.Tell(new Pong()));
        },
        new OneForOneStrategy(cause => (cause.HResult + depth) % 3 == 0 ? Directive.Resume : Directive.Restart));

    private sealed record Grow;

    private sealed record Fail;

    private sealed record Wait;

    private sealed record WatchOne(IActorRef Subject);

    private sealed record Ping;

    private sealed record Pong;
}

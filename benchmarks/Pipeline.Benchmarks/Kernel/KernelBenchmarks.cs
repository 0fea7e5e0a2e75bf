using System.Diagnostics;
using Pipeline.Kernel.Actor;

namespace Pipeline.Benchmarks.Kernel;

/// <summary>What an actor costs: messages, questions, lives, and memory while idle. Best of several rounds, because other work only ever slows one down.</summary>
internal static class KernelBenchmarks
{
    public static async Task RunAsync()
    {
        Measure.PrintHeading();
        await Measure.RateAsync("tell, one sender to one actor", 4_000_000, ">= 8 M/s", n => TellAsync(1, n));
        await Measure.RateAsync("tell, four senders to one actor", 4_000_000, "", n => TellAsync(4, n));
        await Measure.RateAsync("ping-pong of one pair, messages", 2_000_000, "", PingPongAsync);
        await Measure.RateAsync("ask with a timeout, 16 concurrent", 800_000, ">= 1.5 M/s", n => AskAsync(16, n));
        await Measure.RateAsync("ask with a timeout, one after the other", 200_000, "", n => AskAsync(1, n));
        await Measure.DurationAsync("spawn, run and stop a supervisor of five", 50_000, "<= 12 us", TreeAsync);
        await IdleAsync();
    }

    private static async Task TellAsync(int senders, int operations)
    {
        ActorSystem system = ActorSystem.Create("bench");
        var done = new TaskCompletionSource();
        int each = operations / senders;
        IActorRef counter = system.ActorOf(Props.Create(() => new CountingActor(each * senders, done)));
        Task[] telling = new Task[senders];
        for (int i = 0; i < senders; i++)
        {
            telling[i] = Task.Run(() =>
            {
                for (int n = 0; n < each; n++)
                {
                    counter.Tell(CountingActor.Tick, ActorRefs.NoSender);
                }
            });
        }

        await Task.WhenAll(telling);
        await done.Task;
        await system.Terminate();
    }

    private static async Task PingPongAsync(int messages)
    {
        ActorSystem system = ActorSystem.Create("bench");
        var done = new TaskCompletionSource();
        IActorRef ping = system.ActorOf(Props.Create(() => new PingActor(messages / 2, done)));
        IActorRef pong = system.ActorOf(Props.Create<EchoActor>());
        ping.Tell(pong, ActorRefs.NoSender);
        await done.Task;
        await system.Terminate();
    }

    private static async Task AskAsync(int concurrent, int operations)
    {
        ActorSystem system = ActorSystem.Create("bench");
        IActorRef echo = system.ActorOf(Props.Create<EchoActor>());
        int each = operations / concurrent;
        Task[] asking = new Task[concurrent];
        for (int i = 0; i < concurrent; i++)
        {
            asking[i] = Task.Run(async () =>
            {
                for (int n = 0; n < each; n++)
                {
                    await echo.Ask<object>(CountingActor.Tick, TimeSpan.FromSeconds(30));
                }
            });
        }

        await Task.WhenAll(asking);
        await system.Terminate();
    }

    private static async Task TreeAsync(int trees)
    {
        ActorSystem system = ActorSystem.Create("bench");
        var done = new TaskCompletionSource();
        IActorRef forest = system.ActorOf(Props.Create(() => new ForestActor(trees, done)));
        forest.Tell(CountingActor.Tick, ActorRefs.NoSender);
        await done.Task;
        await system.Terminate();
    }

    private static async Task IdleAsync()
    {
        const int Actors = 100_000;
        ActorSystem system = ActorSystem.Create("bench");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        IActorRef[] idle = new IActorRef[Actors];
        for (int i = 0; i < Actors; i++)
        {
            idle[i] = system.ActorOf(Props.Create<EchoActor>());
        }

        foreach (IActorRef actor in idle)
        {
            await actor.Ask<object>(CountingActor.Tick, TimeSpan.FromSeconds(30));
        }

        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(idle);
        Measure.Print("idle actor that has handled a message", $"{(after - before) / (double)Actors:F0} B", "<= 1024 B", "");
        await system.Terminate();
    }
}

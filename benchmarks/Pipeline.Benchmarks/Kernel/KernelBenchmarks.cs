using System.Diagnostics;
using Pipeline.Kernel.Actor;

namespace Pipeline.Benchmarks.Kernel;

/// <summary>What an actor costs: messages, questions, lives, and memory while idle. Best of several rounds, because other work only ever slows one down.</summary>
internal static class KernelBenchmarks
{
    private const int Rounds = 5;

    public static async Task RunAsync()
    {
        Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, best of {Rounds} rounds");
        Console.WriteLine($"{"case",-44}{"result",16}  {"target",-14}{"allocated",12}");
        await Rate("tell, one sender to one actor", 4_000_000, ">= 8 M/s", n => TellAsync(1, n));
        await Rate("tell, four senders to one actor", 4_000_000, "", n => TellAsync(4, n));
        await Rate("ping-pong of one pair, messages", 2_000_000, "", PingPongAsync);
        await Rate("ask with a timeout, 16 concurrent", 800_000, ">= 1.5 M/s", n => AskAsync(16, n));
        await Rate("ask with a timeout, one after the other", 200_000, "", n => AskAsync(1, n));
        await Duration("spawn, run and stop a supervisor of five", 50_000, "<= 12 us", TreeAsync);
        await IdleAsync();
    }

    private static async Task Rate(string name, int operations, string target, Func<int, Task> run)
    {
        (TimeSpan best, double bytes) = await BestAsync(operations, run);
        Print(name, $"{operations / best.TotalSeconds / 1e6:F2} M/s", target, $"{bytes:F0} B");
    }

    private static async Task Duration(string name, int operations, string target, Func<int, Task> run)
    {
        (TimeSpan best, double bytes) = await BestAsync(operations, run);
        Print(name, $"{best.TotalMicroseconds / operations:F2} us", target, $"{bytes:F0} B");
    }

    private static async Task<(TimeSpan Best, double Bytes)> BestAsync(int operations, Func<int, Task> run)
    {
        await run(operations / 10);
        TimeSpan best = TimeSpan.MaxValue;
        double bytes = 0;
        for (int round = 0; round < Rounds; round++)
        {
            GC.Collect();
            long before = GC.GetTotalAllocatedBytes();
            long start = Stopwatch.GetTimestamp();
            await run(operations);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            best = elapsed < best ? elapsed : best;
            bytes = (GC.GetTotalAllocatedBytes() - before) / (double)operations;
        }

        return (best, bytes);
    }

    private static void Print(string name, string result, string target, string allocated) =>
        Console.WriteLine($"{name,-44}{result,16}  {target,-14}{allocated,12}");

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
        Print("idle actor that has handled a message", $"{(after - before) / (double)Actors:F0} B", "<= 1024 B", "");
        await system.Terminate();
    }
}

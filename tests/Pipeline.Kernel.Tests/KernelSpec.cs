using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Tests;

/// <summary>Base of the kernel's own tests, and the small actors most of them need.</summary>
public abstract class KernelSpec : Pipeline.Kernel.TestKit.TestKit
{
    protected KernelSpec()
    {
    }

    protected KernelSpec(ActorSystemSettings settings)
        : base(settings)
    {
    }

    protected static TimeSpan Second { get; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a test waits for something that must come; only a failing test waits it out.</summary>
    protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Tells the test something, in the name of the actor that runs.</summary>
    protected void Say(object message) => TestActor.Tell(message);

    /// <summary>A second system that runs on a given number of threads.</summary>
    protected ActorSystem SystemOn(int threads, int throughput = 30) => ActorSystem.Create(
        "threads",
        new ActorSystemSettings { Time = Time, Throughput = throughput, CreateDispatcher = limit => new ThreadsDispatcher(threads, limit) });

    internal static ActorCell CellOf(IActorRef actor) => ((LocalActorRef)actor).Cell;

    internal static Mailbox MailboxOf(IActorRef actor) => CellOf(actor).Mailbox;

    /// <summary>An actor whose behaviour is written where it is used.</summary>
    protected static Props Act(Action<Script> script, SupervisorStrategy? strategy = null) =>
        Props.Create(() => new ScriptedActor(script, strategy));

    protected async Task<List<object>> ReceiveAsync(int count)
    {
        List<object> messages = [];
        await foreach (object message in ReceiveNAsync(count))
        {
            messages.Add(message);
        }

        return messages;
    }

    protected async Task ExpectInOrderAsync(params object[] expected) => Assert.Equal(expected, await ReceiveAsync(expected.Length));
}

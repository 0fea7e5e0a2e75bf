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
}

using Pipeline.Kernel.Actor;

namespace Pipeline.Benchmarks.Kernel;

/// <summary>Completes when it has seen as many messages as it was told to.</summary>
internal sealed class CountingActor : UntypedActor
{
    public static readonly object Tick = new();

    private readonly TaskCompletionSource _done;
    private int _left;

    public CountingActor(int expected, TaskCompletionSource done)
    {
        _left = expected;
        _done = done;
    }

    protected override void OnReceive(object message)
    {
        if (--_left == 0)
        {
            _done.SetResult();
        }
    }
}

internal sealed class EchoActor : ReceiveActor
{
    public EchoActor() => ReceiveAny(message => Sender.Tell(message, Self));
}

internal sealed class PingActor : UntypedActor
{
    private readonly TaskCompletionSource _done;
    private int _left;

    public PingActor(int rounds, TaskCompletionSource done)
    {
        _left = rounds;
        _done = done;
    }

    protected override void OnReceive(object message)
    {
        if (message is IActorRef pong)
        {
            pong.Tell(CountingActor.Tick, Self);
        }
        else if (--_left == 0)
        {
            _done.SetResult();
        }
        else
        {
            Sender.Tell(message, Self);
        }
    }
}

/// <summary>Lets a number of trees grow and die, some at a time.</summary>
internal sealed class ForestActor : ReceiveActor
{
    private const int AtATime = 16;

    private readonly TaskCompletionSource _done;
    private int _toPlant;
    private int _toEnd;

    public ForestActor(int trees, TaskCompletionSource done)
    {
        _toPlant = trees;
        _toEnd = trees;
        _done = done;
        Receive<Terminated>(_ => Ended());
        ReceiveAny(_ =>
        {
            for (int i = 0; i < AtATime; i++)
            {
                Plant();
            }
        });
    }

    private void Plant()
    {
        if (_toPlant > 0)
        {
            _toPlant--;
            Context.Watch(Context.ActorOf(Props.Create<TreeActor>()));
        }
    }

    private void Ended()
    {
        if (--_toEnd == 0)
        {
            _done.SetResult();
        }

        Plant();
    }
}

/// <summary>A supervisor with five named children: tells each something, awaits their answers, stops.</summary>
internal sealed class TreeActor : ReceiveActor
{
    private static readonly string[] Names = ["spf", "dkim", "dmarc", "dcc", "route"];

    private int _answers;

    public TreeActor() => ReceiveAny(_ =>
    {
        if (++_answers == Names.Length)
        {
            Context.Stop(Self);
        }
    });

    protected override void PreStart()
    {
        foreach (string name in Names)
        {
            Context.ActorOf(Props.Create<EchoActor>(), name).Tell(CountingActor.Tick, Self);
        }
    }
}

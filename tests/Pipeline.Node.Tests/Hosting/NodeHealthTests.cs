using System.Reflection;
using Pipeline.Actors;
using Pipeline.Kernel.Actor;
using Pipeline.Node.Hosting;
using Pipeline.Node.Tests.Listeners;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Tests.Hosting;

public sealed class NodeHealthTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly IMessageStore _store = DispatchProxy.Create<IMessageStore, StubStore>();
    private readonly ActorSystem _system;
    private readonly IActorRef _pipeline;
    private readonly NodeHealth _health;

    public NodeHealthTests()
    {
        _system = ActorSystem.Create("health", new ActorSystemSettings { Time = _time });
        _pipeline = _system.ActorOf(Props.Create<Parent>(), ActorNames.Pipeline);
        _health = new NodeHealth("node", _store, _system, _time) { WhyClosed = () => null };
    }

    private StubStore Store => (StubStore)(object)_store;

    public async Task InitializeAsync() => Assert.Equal("made", await _pipeline.Ask<string>("make", TimeSpan.FromSeconds(30)));

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task Node_whose_store_writes_is_ready()
    {
        var report = await _health.LookAsync(CancellationToken.None);
        Assert.Equal(("node", true, true), (report.Name, report.Live, report.Ready));
        Assert.Empty(report.Problems);
        Assert.Null(await _health.WhyDeadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Store_that_cannot_write_makes_a_node_unready_and_leaves_it_alive()
    {
        Store.Write = Task.FromResult(WriteOutcome.Unavailable);
        var report = await _health.LookAsync(CancellationToken.None);
        Assert.Equal((true, false), (report.Live, report.Ready));
        Assert.Equal("the store cannot write now", Assert.Single(report.Problems));
        Assert.Null(await _health.WhyDeadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Store_that_does_not_answer_makes_a_node_dead()
    {
        Store.Write = new TaskCompletionSource<WriteOutcome>().Task;
        var look = _health.WhyDeadAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.Contains("the store did not answer", await look, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Supervisor_that_is_gone_makes_a_node_dead()
    {
        Assert.True(await _pipeline.Ask<bool>("stop", TimeSpan.FromSeconds(30)));
        Assert.Contains("supervisor of messages is gone", await _health.WhyDeadAsync(CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_that_drains_is_not_ready()
    {
        _health.WhyClosed = () => "draining";
        var report = await _health.LookAsync(CancellationToken.None);
        Assert.Equal((true, false, "draining"), (report.Live, report.Ready, Assert.Single(report.Problems)));
    }

    public class StubStore : DispatchProxy
    {
        public Task<WriteOutcome> Write { get; set; } = Task.FromResult(WriteOutcome.Durable);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IMessageStore.PutHintAsync)
                ? new ValueTask<WriteOutcome>(Write)
                : throw new NotSupportedException(targetMethod.Name);
    }

    private sealed class Parent : ReceiveActor
    {
        public Parent()
        {
            IActorRef? asker = null;
            Receive<string>(message => message == "make", _ =>
            {
                Context.Watch(Context.ActorOf(Props.Create<Child>(), ActorNames.Messages));
                Sender.Tell("made");
            });
            Receive<string>(_ =>
            {
                asker = Sender;
                Context.Stop(Context.Child(ActorNames.Messages));
            });
            Receive<Terminated>(_ => asker!.Tell(true));
        }
    }

    private sealed class Child : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }
}

using System.Collections.Concurrent;
using Pipeline.Actors.Delivery;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Messages;

/// <summary>Random aliases, cycles included, delivered by a node that dies now and then: every mailbox that can be reached has the message, once.</summary>
public sealed class AliasGraphTests : TestKit
{
    private const int Nodes = 6;
    private const int MaxRounds = 200;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    public async Task Every_reachable_mailbox_is_delivered_to_by_exactly_one_recipient(int seed, bool dies)
    {
        var random = new Random(seed);
        for (var i = 0; i < 25; i++)
        {
            var graph = new AliasGraph(random);
            await using var world = new MortalNode(graph, random, dies, Time);
            await RunAsync(world);
            Assert.Equal(graph.Reachable().Order(), world.Delivered.Select(delivered => delivered.Mailbox).Distinct().Order());
            Assert.All(
                world.Delivered.GroupBy(delivered => delivered.Mailbox),
                mailbox => Assert.True(mailbox.Select(delivered => delivered.Recipient).Distinct().Count() == 1, $"seed {seed}, graph {i}: {mailbox.Key} twice"));
            Assert.All(world.Recipients, recipient => Assert.NotEqual(RecipientStatus.Queued, recipient.Status));
            Assert.Equal(graph.Reachable().Count, world.Recipients.Count(recipient => recipient.Status == RecipientStatus.Delivered));
        }
    }

    private async Task RunAsync(MortalNode world)
    {
        for (var round = 0; !world.IsComplete; round++)
        {
            Assert.True(round < MaxRounds, "the message does not come to its end");
            var dead = world.Begin();
            var probe = CreateTestProbe();
            var delivery = ActorOf(DeliveryActor.CreateProps(world, new DeliveryLimits()));
            var message = ActorOf(MessageActor.CreateResumedProps(world.Stored(), MessageStart.Everything, world.Services(), delivery));
            probe.Watch(message);
            var ended = probe.ExpectTerminatedAsync(message).AsTask();
            if (await Task.WhenAny(ended, dead) == dead)
            {
                Sys.Stop(message);
            }

            await ended;
            Sys.Stop(delivery);
        }
    }

    /// <summary>Names that stand for others. One that stands for itself, over whatever way, is a mailbox there.</summary>
    private sealed class AliasGraph
    {
        private readonly int[][] _targets;

        public AliasGraph(Random random)
        {
            _targets = [.. Enumerable.Range(0, Nodes).Select(_ => Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(Nodes)).ToArray())];
            Envelope = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(Nodes))];
        }

        public int[] Envelope { get; }

        public static string Name(int node) => $"n{node}@to.example";

        public int[] Targets(string name, IEnumerable<string> ancestors) => ancestors.Contains(name) ? [] : _targets[name[1] - '0'];

        public HashSet<string> Reachable()
        {
            var found = new HashSet<string>();
            foreach (var node in Envelope)
            {
                Follow(node, []);
            }

            return found;

            void Follow(int node, int[] way)
            {
                if (way.Contains(node) || _targets[node].Length == 0)
                {
                    found.Add(Name(node));
                    return;
                }

                foreach (var target in _targets[node])
                {
                    Follow(target, [.. way, node]);
                }
            }
        }
    }

    /// <summary>Store, routers and deliveries of a node that dies at some write: what it wrote stays, what it did not is forgotten.</summary>
    private sealed class MortalNode : IRecipientRouter, IDeliveryAgent, IAsyncDisposable
    {
        private readonly AliasGraph _graph;
        private readonly Random _random;
        private readonly bool _dies;
        private readonly ManualTimeProvider _time;
        private readonly FakeStore _store = new();
        private readonly MessageId _id;
        private readonly SortedDictionary<int, RecipientState> _recipients = [];
        private TaskCompletionSource _death = new();
        private int _writesToLive;

        public MortalNode(AliasGraph graph, Random random, bool dies, ManualTimeProvider time)
        {
            (_graph, _random, _dies, _time) = (graph, new Random(random.Next()), dies, time);
            _id = new MessageIdSource(time).Next();
            _store.UpdateWith = UpdateAsync;
            foreach (var node in graph.Envelope)
            {
                _recipients.Add(_recipients.Count, TestMessages.Waiting(_recipients.Count, $"n{node}", DateTimeOffset.UnixEpoch));
            }
        }

        public ConcurrentQueue<(string Mailbox, int Recipient)> Delivered { get; } = new();

        public IReadOnlyCollection<RecipientState> Recipients => _recipients.Values;

        public bool IsComplete { get; private set; }

        public Task Begin()
        {
            _death = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _writesToLive = _dies ? Next(4) : int.MaxValue;
            return _death.Task;
        }

        public ValueTask DisposeAsync() => _store.DisposeAsync();

        public StoredMessage Stored() => TestMessages.Stored(_id, [.. _recipients.Values]);

        public MessageServices Services() => new()
        {
            Store = _store,
            Owner = TestMessages.Owner,
            Time = _time,
            Router = this,
            Retry = new FakeRetry(),
            Notifications = new FakeNotifications(new MessageIdSource(_time)),
        };

        public ValueTask<RoutingDecision> RouteAsync(RecipientToRoute recipient, CancellationToken cancellationToken)
        {
            if (Next(4) == 0)
            {
                _time.Advance(TimeSpan.FromMilliseconds(25)); // those routed so far begin without this one
            }

            var targets = _graph.Targets(recipient.Recipient.Address.ToString(), recipient.Ancestors.Select(ancestor => ancestor.Address.ToString()));
            return ValueTask.FromResult<RoutingDecision>(
                Next(8) == 0 ? new RoutingDecision.Defer([], "not now")
                : targets.Length == 0 ? FakeRouter.ToTransport(recipient)
                : new RoutingDecision.Redirect([], "aliases", [.. targets.Select(target => new ChildToRoute(TestMessages.To($"n{target}")))]));
        }

        public async ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken)
        {
            if (Next(4) == 0 || !await job.BeforeFinalStep!(cancellationToken))
            {
                return DeliveryReport.ForAll(job.Recipients, new DeliveryOutcome.Deferred(new DeliveryFailure { Class = FailureClass.Other, Reason = "later" }));
            }

            foreach (var recipient in job.Recipients)
            {
                Delivered.Enqueue((recipient.Address.ToString(), recipient.Index));
            }

            return DeliveryReport.ForAll(job.Recipients, new DeliveryOutcome.Delivered("host", null, 25, null, "", false));
        }

        private async Task<WriteOutcome> UpdateAsync(MessageUpdate update)
        {
            if (_writesToLive-- > 0)
            {
                Apply(update);
                return WriteOutcome.Durable;
            }

            if (Next(2) == 0)
            {
                Apply(update); // durable, but nobody is told any more
            }

            _death.TrySetResult();
            return await new TaskCompletionSource<WriteOutcome>().Task;
        }

        private void Apply(MessageUpdate update)
        {
            foreach (var recipient in update.Recipients)
            {
                _recipients[recipient.Index] = recipient;
            }

            IsComplete = update.Closing == UpdateClosing.Complete;
        }

        private int Next(int limit)
        {
            lock (_random)
            {
                return _random.Next(limit);
            }
        }
    }
}

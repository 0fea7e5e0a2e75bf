using System.Text.RegularExpressions;

namespace Pipeline.Kernel.Tests.Actor;

/// <summary>Where the kernel is stricter than Akka.NET and no other class has the test. See docs/adr/0001.</summary>
public sealed partial class StricterRulesSpec : KernelSpec
{
    [Fact]
    public void Null_is_refused_at_the_call_whatever_it_is_told_to()
    {
        // Akka.NET accepts it for an actor that has not started yet and then loses the whole system.
        IActorRef actor = ActorOf(Act(_ => { }));
        Assert.Throws<ArgumentNullException>(() => actor.Tell(null!, ActorRefs.NoSender));
        Assert.Throws<ArgumentNullException>(() => actor.Tell(null!));
        Assert.Throws<ArgumentNullException>(() => Sys.DeadLetters.Tell(null!, ActorRefs.NoSender));
        Assert.Throws<ArgumentNullException>(() => ActorRefs.Nobody.Tell(null!, ActorRefs.NoSender));
    }

    [Fact]
    public async Task PreRestart_gets_no_message_when_the_failure_came_from_a_child()
    {
        // Akka.NET passes its internal notice.
        IActorRef? child = null;
        ActorOf(Act(top => top.Context.ActorOf(Act(
            middle =>
            {
                middle.PreRestart = (cause, message) => Say($"{cause.Message} {message ?? "nothing"}");
                child ??= middle.Context.ActorOf(Act(c => c.On<int>(_ => throw new FormatException("child"))));
            },
            new OneForOneStrategy(_ => Directive.Escalate)))));
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref child) is not null));
        child!.Tell(1, ActorRefs.NoSender);
        await ExpectMsgAsync("child nothing");
    }

    [Fact]
    public async Task Props_that_hand_out_the_same_instance_twice_are_refused()
    {
        ScriptedActor? only = null;
        IActorRef actor = ActorOf(Props.Create(() => only ?? (only = new ScriptedActor(a => a.On<int>(_ => throw new FormatException()), null))));
        Watch(actor);
        actor.Tell(1);
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public void Props_in_actor_sources_are_a_bare_new()
    {
        // Akka.NET takes an expression tree there and accepts nothing else.
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "MailPipeline.sln")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        string[] folders = [Path.Combine(root, "src", "Pipeline.Actors"), Path.Combine(root, "tests", "Pipeline.Actors.AkkaPortability", "Samples")];
        string[] sources = [.. folders.SelectMany(static folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))];
        Assert.NotEmpty(sources);
        foreach (string source in sources)
        {
            Assert.All(PropsBody().Matches(File.ReadAllText(source)), match => Assert.StartsWith("new ", match.Groups["body"].Value, StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"Props\.Create\(\s*\(\)\s*=>\s*(?<body>.{4})", RegexOptions.Singleline)]
    private static partial Regex PropsBody();
}

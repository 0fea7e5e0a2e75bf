namespace Pipeline.Kernel.Tests.Event;

public sealed class LoggingSpec : KernelSpec
{
    [Fact]
    public async Task Actor_logs_with_its_path_and_arguments()
    {
        IActorRef actor = ActorOf(Act(a => a.On<string>(m => a.Context.GetLogger().Warning("got {0}", m))), "talker");
        await EventFilter.Warning("[/user/talker] got x").ExpectOneAsync(() => actor.Tell("x"));
    }

    [Fact]
    public async Task Exceptions_are_passed_on()
    {
        IActorRef actor = ActorOf(Act(a => a.On<string>(m => a.Context.GetLogger().Error(new FormatException(m), "failed"))));
        await EventFilter.Exception<FormatException>("why").ExpectOneAsync(() => actor.Tell("why"));
    }

    [Fact]
    public void Text_without_arguments_may_contain_braces()
    {
        using var log = new CollectingLog();
        new LoggerAdapter(log, "x").Info("{not a format}");
        Assert.Equal(1, log.Count("{not a format}"));
    }
}

namespace Pipeline.Kernel.Tests.Actor;

public sealed class PipeToSpec : KernelSpec
{
    [Fact]
    public async Task Result_comes_as_a_message_from_nobody()
    {
        await Task.FromResult("x").PipeTo(TestActor);
        await ExpectMsgAsync("x");
        Assert.True(LastSender.IsNobody());
    }

    [Fact]
    public async Task Result_and_sender_can_be_chosen()
    {
        IActorRef sender = ActorOf(Act(_ => { }));
        await Task.FromResult(2).PipeTo(TestActor, sender, n => $"two {n}");
        await ExpectMsgAsync("two 2");
        Assert.Equal(sender, LastSender);
    }

    [Fact]
    public async Task Failure_comes_as_status_or_as_what_it_is_made_into()
    {
        await Task.FromException<int>(new FormatException("no")).PipeTo(TestActor);
        await ExpectMsgAsync<Status.Failure>(failure => failure.Cause is FormatException);
        await Task.FromException<int>(new FormatException("no")).PipeTo(TestActor, failure: cause => cause.Message);
        await ExpectMsgAsync("no");
        await Task.FromCanceled<int>(new CancellationToken(true)).PipeTo(TestActor);
        await ExpectMsgAsync<Status.Failure>(failure => failure.Cause is OperationCanceledException);
    }

    [Fact]
    public async Task Task_without_a_result_tells_nothing_unless_asked_to()
    {
        await Task.CompletedTask.PipeTo(TestActor);
        await ExpectNoMsgAsync();
        await Task.CompletedTask.PipeTo(TestActor, success: () => "done");
        await ExpectMsgAsync("done");
        await Task.FromException(new FormatException("no")).PipeTo(TestActor);
        await ExpectMsgAsync<Status.Failure>();
    }

    [Fact]
    public async Task Mapper_that_throws_and_a_null_result_are_failures()
    {
        await Task.FromResult(1).PipeTo(TestActor, success: _ => throw new FormatException("mapper"));
        await ExpectMsgAsync<Status.Failure>(failure => failure.Cause is FormatException);
        await Task.FromResult<string?>(null).PipeTo(TestActor);
        await ExpectMsgAsync<Status.Failure>(failure => failure.Cause is ArgumentNullException);
    }
}

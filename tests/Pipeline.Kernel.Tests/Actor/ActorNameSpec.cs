namespace Pipeline.Kernel.Tests.Actor;

public sealed class ActorNameSpec : KernelSpec
{
    public static TheoryData<string> Accepted => ["a", "smtp-127.0.0.1:25", "x@y.z", "%41", "p-017", "a$b", "~x", "a(b)", "quote\"d", "%5B%3A%3A1%5D"];

    public static TheoryData<string> Rejected => ["", " ", "a b", "a/b", "/", "ä", "a%zz", "%4", "%", "$a", "[::1]", "a\n", "a?b", "a#b"];

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Name_is_accepted(string name) => Assert.Equal(name, ActorOf(Act(_ => { }), name).Path.Name);

    [Theory]
    [MemberData(nameof(Rejected))]
    public void Name_is_rejected(string name) => Assert.Throws<InvalidActorNameException>(() => ActorOf(Act(_ => { }), name));

    [Fact]
    public void Every_ASCII_character_is_accepted_or_rejected_as_the_rule_says()
    {
        for (char c = '\0'; c < 128; c++)
        {
            bool allowed = char.IsAsciiLetterOrDigit(c) || "-_.*$+:@&=,!~';()\"".Contains(c, StringComparison.Ordinal);
            Assert.Equal(allowed, ActorName.IsValid($"a{c}"));
        }
    }

    [Fact]
    public void Escaped_text_is_a_name_and_comes_back_unescaped()
    {
        string escaped = Uri.EscapeDataString("[::1] / ü%");
        Assert.Equal("[::1] / ü%", Uri.UnescapeDataString(ActorOf(Act(_ => { }), escaped).Path.Name));
    }

    [Fact]
    public void Anonymous_children_get_names_nobody_else_can_take()
    {
        Assert.Equal("$a", ActorName.Anonymous(0));
        Assert.Equal("$b", ActorName.Anonymous(1));
        Assert.Equal("$~", ActorName.Anonymous(63));
        Assert.Equal("$ab", ActorName.Anonymous(64));
        Assert.Equal(100_000, Enumerable.Range(0, 100_000).Select(ActorName.Anonymous).Distinct().Count());
    }

    [Fact]
    public async Task One_name_taken_from_sixteen_threads_is_given_once()
    {
        using var start = new Barrier(16);
        bool[] won = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                try
                {
                    ActorOf(Act(_ => { }), "one");
                    return true;
                }
                catch (InvalidActorNameException)
                {
                    return false;
                }
            },
            TaskCreationOptions.LongRunning)));
        Assert.Single(won, true);
    }

    [Fact]
    public async Task Name_is_free_inside_the_parents_Terminated_handler_and_the_new_reference_differs()
    {
        ActorOf(Act(a =>
        {
            a.PreStart = () => a.Context.Stop(a.Context.Watch(a.Context.ActorOf(Act(_ => { }), "child")));
            a.On<Terminated>(t =>
            {
                IActorRef second = a.Context.ActorOf(Act(_ => { }), "child");
                Say((second.Path == t.ActorRef.Path, second.Equals(t.ActorRef), a.Context.GetChildren().Count()));
            });
        }));
        await ExpectMsgAsync((true, false, 1));
    }

    [Fact]
    public async Task Name_of_a_child_that_is_still_stopping_is_taken()
    {
        using var release = new ManualResetEventSlim();
        ActorOf(Act(a => a.PreStart = () =>
        {
            IActorRef child = a.Context.ActorOf(Act(c => c.PostStop = () => release.Wait(Patience)), "child");
            a.Context.Stop(child);
            try
            {
                a.Context.ActorOf(Act(_ => { }), "child");
            }
            catch (InvalidActorNameException)
            {
                Say("taken");
            }
        }));
        await ExpectMsgAsync("taken");
        release.Set();
    }

    [Fact]
    public void Path_prints_its_place()
    {
        IActorRef actor = ActorOf(Act(_ => { }), "mail");
        Assert.Equal("akka://test/user/mail", actor.Path.ToString());
        Assert.Equal("/user/mail", actor.Path.ToStringWithoutAddress());
        Assert.Equal("user", actor.Path.Parent.Name);
        Assert.Equal("akka://test", actor.Path.Address.ToString());
        Assert.NotEqual(0, actor.Path.Uid);
    }

    [Fact]
    public async Task Child_of_no_such_name_is_nobody()
    {
        ActorOf(Act(a => a.PreStart = () => Say(a.Context.Child("none").IsNobody())));
        await ExpectMsgAsync(true);
    }
}

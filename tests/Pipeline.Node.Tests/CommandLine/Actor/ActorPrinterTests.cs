using Pipeline.Kernel.Inspection;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Actor;

namespace Pipeline.Node.Tests.CommandLine.Actor;

public sealed class ActorPrinterTests
{
    [Fact]
    public void Tree_shows_what_is_out_of_the_ordinary_and_how_much_is_left_out()
    {
        var tree = Make("/user", 2, [
            Make("/user/a", 5, [Make("/user/a/x"), Make("/user/a/y") with { State = ActorState.Awaiting, MailboxLength = 3, Restarts = 2 }]),
            Make("/user/b", 7)]);
        Assert.Equal(
            """
            /user  T
            ├─ a  T
            │  ├─ x  T
            │  ├─ y  T, awaiting, 3 waiting, 2 restarts
            │  └─ … and 3 more
            └─ b  T
               └─ … and 7 below

            """,
            Print(output => ActorPrinter.PrintTree(output, tree)));
    }

    [Fact]
    public void System_lists_types_the_most_first()
    {
        var types = new Dictionary<string, int> { ["Few"] = 1, ["Many"] = 20 };
        Assert.Equal(
            """
            system            mail
            uptime            1d 02:03:04
            actors            21 and more
            dispatcher queue  6
            dead letters      7

                  20  Many
                   1  Few

            """,
            Print(output => ActorPrinter.PrintSystem(output, new ActorSystemSnapshot("mail", new TimeSpan(1, 2, 3, 4), types, 21, true, 6, 7))));
    }

    [Theory]
    [InlineData("waits for the store", false, "says      waits for the store\n")]
    [InlineData(null, true, "says      nothing: it took no turn while it was asked; a handler does not end\n")]
    [InlineData(null, false, "children  0\n")]
    public void Inspected_actor_ends_with_what_it_says(string? description, bool silent, string end) => Assert.EndsWith(
        end, Print(output => ActorPrinter.PrintInspected(output, new InspectedActor(Make("/user/a"), description, silent))), StringComparison.Ordinal);

    [Fact]
    public void Mailbox_beyond_the_limit_is_at_least_so_long() => Assert.Contains(
        "mailbox   10000 or more\n",
        Print(output => ActorPrinter.PrintInspected(output, new InspectedActor(Make("/user/a") with { MailboxLength = 10_000 }, null, false))),
        StringComparison.Ordinal);

    private static string Print(Action<TextWriter> print)
    {
        using var output = new StringWriter { NewLine = "\n" };
        print(output);
        return output.ToString();
    }

    private static ActorSnapshot Make(string path, int childCount = 0, IReadOnlyList<ActorSnapshot>? children = null) => new()
    {
        Path = path,
        Name = path[(path.LastIndexOf('/') + 1)..],
        Type = "T",
        State = ActorState.Running,
        MailboxLength = 0,
        Restarts = 0,
        Age = TimeSpan.FromSeconds(1.25),
        ChildCount = childCount,
        Children = children ?? [],
    };
}

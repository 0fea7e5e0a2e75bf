using Pipeline.Actors.Messages;
using Pipeline.Actors.Routing;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Message;
using Pipeline.Mail.Reply;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;

namespace Pipeline.Actors.Tests.Routing;

/// <summary>syntax_errors_to and syntax_errors_text of redirect routers.</summary>
public sealed class SyntaxErrorNoteTests
{
    private readonly MessageId _id = new MessageIdSource(TimeProvider.System).Next();

    [Theory]
    [InlineData("ok@x.example, bad bad@@x", "Other addresses were processed normally.\n")]
    [InlineData("bad bad@@x", "No valid addresses were generated.\n")]
    public async Task Operator_is_told_of_addresses_that_were_skipped(string data, string end)
    {
        var note = Assert.Single((await RouteAsync(Policy(data, "syntax_errors_to = owner-$local_part@to.example, b@to.example\n  syntax_errors_text = Dear $local_part,\\nlook:"))).Notes);
        Assert.Equal(["owner-a@to.example", "b@to.example"], note.Recipients.Select(recipient => recipient.ToString()));
        Assert.Equal(
            ("Mail Delivery System <Mailer-Daemon@mx.test>", "owner-a@to.example, b@to.example", "error(s) in forwarding or filtering"), (note.From, note.To, note.Subject));
        Assert.StartsWith("Dear a,\nlook:\n\nThe list router encountered the following error(s):\n\n  ", note.Text, StringComparison.Ordinal);
        Assert.Contains(" in the address\n  \"bad bad@@x\"\n\n", note.Text, StringComparison.Ordinal);
        Assert.EndsWith(end, note.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ok@x.example", "syntax_errors_to = b@to.example", 0)]
    [InlineData("ok@x.example, bad bad@@x", "", 0)]
    [InlineData("ok@x.example, bad bad@@x", "syntax_errors_to =", 0)]
    [InlineData("ok@x.example, bad bad@@x", "syntax_errors_to = ${if eq{a}{b}{x@y}fail}", 0)]
    [InlineData("ok@x.example, bad bad@@x", "syntax_errors_to = ${nonsense", 1)]
    public async Task Nobody_is_told_where_nothing_was_skipped_or_nobody_is_named(string data, string options, int complaints)
    {
        var policy = Policy(data, options);
        Assert.Empty((await RouteAsync(policy)).Notes);
        Assert.Equal(complaints, policy.Lines.Count(line => line.StartsWith("failed to expand syntax_errors_to of list router: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nobody_is_told_when_an_address_is_verified()
    {
        var policy = Policy("ok@x.example, bad bad@@x", "syntax_errors_to = b@to.example");
        var scope = new EvaluationScope { Environment = policy.Current.Environment, Connection = new ConnectionScope(), Message = new MessageScope() };
        await policy.Current.Policy.Routers.RouteAsync(scope, RoutingAddress.Of(TestMessages.To("a")), RoutingMode.VerifyRecipient, CancellationToken.None);
        Assert.Empty(scope.Message.Notes);
    }

    private async Task<RoutingDecision> RouteAsync(TestPolicy policy)
    {
        var state = TestMessages.Waiting(0, "a", DateTimeOffset.UnixEpoch);
        return await new PolicyRecipientRouter(policy).RouteAsync(new RecipientToRoute(MessageFacts.Of(TestMessages.Stored(_id, state)), state, []), CancellationToken.None);
    }

    private static TestPolicy Policy(string data, string options) => new($"""
        begin routers
        list:
          driver = redirect
          domains = to.example
          skip_syntax_errors
          data = {data}
          {options}
        """, TimeProvider.System);
}

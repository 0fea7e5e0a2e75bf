using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Message;

namespace Pipeline.Actors.Tests.Messages;

public sealed class PolicyWaitingRulesTests
{
    [Fact]
    public async Task Times_are_those_of_the_options()
    {
        var rules = await RulesAsync("auto_thaw = 1h\ntimeout_frozen_after = 7d\ndelay_warning = 4h:8h");
        Assert.Equal((1, 168, "04:00:00 08:00:00"), ((int)rules.AutoThaw.TotalHours, (int)rules.TimeoutFrozenAfter.TotalHours, string.Join(' ', rules.DelayWarning)));
        rules = await RulesAsync("");
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero, "1.00:00:00"), (rules.AutoThaw, rules.TimeoutFrozenAfter, string.Join(' ', rules.DelayWarning)));
    }

    [Theory]
    [InlineData("", "Subject: x", true)]
    [InlineData("", "Precedence: bulk", false)]
    [InlineData("", "List-Id: <a.b>", false)]
    [InlineData("", "Auto-Submitted: auto-replied", false)]
    [InlineData("delay_warning_condition = no", "Subject: x", false)]
    [InlineData("delay_warning_condition = FALSE", "Subject: x", false)]
    [InlineData("delay_warning_condition = 0", "Subject: x", false)]
    [InlineData("delay_warning_condition = ${if eq{$domain}{to.example}{yes}{no}}", "Subject: x", true)]
    [InlineData("delay_warning_condition = ${if eq{$sender_address}{x@y}{yes}fail}", "Subject: x", false)]
    [InlineData("delay_warning_condition = ${nonsense", "Subject: x", true)]
    public async Task Warnings_are_for_people(string options, string field, bool may) => Assert.Equal(may, (await RulesAsync(options, field)).MayWarn);

    private static async Task<WaitingRulesOfPolicy> RulesAsync(string options, string field = "Subject: x")
    {
        var waiting = TestMessages.Waiting(0, "a", DateTimeOffset.UnixEpoch);
        var facts = MessageFacts.Of(TestMessages.Stored(new MessageIdSource(TimeProvider.System).Next(), waiting)) with
        {
            Content = new InMemoryMessageContent(Encoding.ASCII.GetBytes(field + "\r\n"), "body\r\n"u8.ToArray()),
        };
        return await new PolicyWaitingRules(new TestPolicy(options, TimeProvider.System)).OfAsync(facts, [waiting], CancellationToken.None);
    }
}

using Pipeline.Node.Logging;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Tests.Logging;

public sealed class LogFileNameTests
{
    [Theory]
    [InlineData("/var/log/exim/%slog", PolicyLogTarget.Main, "/var/log/exim/mainlog")]
    [InlineData("/var/log/exim/%slog", PolicyLogTarget.Reject, "/var/log/exim/rejectlog")]
    [InlineData("/var/log/exim_%s.log", PolicyLogTarget.Panic, "/var/log/exim_panic.log")]
    [InlineData("/l/%s-%D", PolicyLogTarget.Main, "/l/main-20300102")]
    [InlineData("/l/%M/%s", PolicyLogTarget.Main, "/l/203001/main")]
    [InlineData("/l/100%/%s%", PolicyLogTarget.Main, "/l/100%/main%")]
    public void Names_are_made_of_log_and_date(string template, PolicyLogTarget log, string name) =>
        Assert.Equal(name, LogFileName.Of(template, log, new DateTimeOffset(2030, 1, 2, 23, 0, 0, TimeSpan.Zero)));
}

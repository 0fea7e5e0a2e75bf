using Pipeline.Mail.Message;

namespace Pipeline.Mail.Tests.Message;

public sealed class MailDateTests
{
    [Theory]
    [InlineData(0, "Sun, 22 Nov 2026 05:48:08 +0000")]
    [InlineData(330, "Sun, 22 Nov 2026 05:48:08 +0530")]
    [InlineData(-210, "Sun, 22 Nov 2026 05:48:08 -0330")]
    public void A_date_carries_its_offset(int minutes, string expected) =>
        Assert.Equal(expected, MailDate.Format(new DateTimeOffset(2026, 11, 22, 5, 48, 8, TimeSpan.FromMinutes(minutes))));
}

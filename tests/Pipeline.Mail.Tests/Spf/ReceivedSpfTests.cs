using System.Net;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Tests.Spf;

public sealed class ReceivedSpfTests
{
    private static readonly SpfRequest Request = new()
    {
        Client = IPAddress.Parse("::ffff:192.0.2.1"),
        Helo = "mx.example.org",
        Sender = "user@example.com",
        Receiver = "mx.receiver.example",
    };

    [Fact]
    public void A_result_is_written_with_its_keys() => Assert.Equal(
        "Received-SPF: pass (mx.receiver.example: domain of example.com designates 192.0.2.1 as permitted sender) client-ip=192.0.2.1; "
        + "envelope-from=\"user@example.com\"; helo=mx.example.org; receiver=mx.receiver.example; identity=mailfrom; mechanism=\"ip4:192.0.2.1\";",
        ReceivedSpf.Format(Result(SpfVerdict.Pass, "ip4:192.0.2.1"), Request));

    [Fact]
    public void An_error_names_the_problem() => Assert.Contains(
        "problem=\"why it \\\"is\\\" so\"", ReceivedSpf.Format(Result(SpfVerdict.PermError, null) with { Reason = "why it \"is\" so" }, Request), StringComparison.Ordinal);

    [Fact]
    public void Nothing_a_peer_wrote_can_end_a_value_a_comment_or_the_field()
    {
        var hostile = Request with { Helo = "x\"\r\nEvil: 1\\", Receiver = "a) b(" };
        var field = ReceivedSpf.Format(Result(SpfVerdict.Fail, null), hostile);
        Assert.DoesNotContain('\r', field);
        Assert.DoesNotContain('\n', field);
        Assert.Contains("helo=\"x\\\"??Evil: 1\\\\\"", field, StringComparison.Ordinal);
        Assert.Contains("(a\\) b\\(: domain", field, StringComparison.Ordinal);
    }

    private static SpfResult Result(SpfVerdict verdict, string? mechanism) =>
        new(verdict, "example.com", "mailfrom", mechanism, null, "because") { CheckedDomain = "example.com" };
}

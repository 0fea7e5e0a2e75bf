using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Tests.Ports;

public sealed class StoredEnumTests
{
    [Fact]
    public void The_numbers_of_failure_classes_never_change() =>
        Assert.Equal(
            "Other=0 ConnectionRefused=1 ConnectionTimeout=2 Timeout=3 LostConnection=4 Lookup=5 TlsRequired=6 TlsFailed=7 AuthFailed=8 Mail4xx=9 "
            + "Rcpt4xx=10 Data4xx=11 Host4xx=12 Permanent=13 Quota=14 Local=15 TooBig=16 HostRetryTimeNotReached=17 Interrupted=18 InDoubt=19 "
            + "MissingExtension=20",
            string.Join(' ', Enum.GetValues<FailureClass>().Select(value => $"{value}={(int)value}")));

    [Fact]
    public void A_secret_is_not_printed()
    {
        var settings = new DkimSigningSettings { Domain = "d.test", Selector = "s", PrivateKey = new Secret("-----BEGIN PRIVATE KEY-----") };

        Assert.DoesNotContain("BEGIN", settings.ToString(), StringComparison.Ordinal);
    }
}

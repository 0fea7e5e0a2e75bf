using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Tests.Files;

public sealed class QuotaCheckTests : FileTestBase
{
    private const string Quota = "mailbox is full (MTA-imposed quota exceeded while writing to f)";
    private const string FileQuota = "mailbox is full (MTA-imposed filecount quota exceeded while writing to f)";

    public static TheoryData<MailboxQuota, long, long?, string?, bool> Cases { get; } = new()
    {
        { MailboxQuota.None, long.MaxValue / 2, 10, null, false },
        { new MailboxQuota { Limit = 100 }, 90, null, null, false },
        { new MailboxQuota { Limit = 100 }, 91, null, Quota, false },
        { new MailboxQuota { Limit = 100, IsAdvice = true }, 1000, null, null, false },
        { new MailboxQuota { Limit = 100, IsInclusive = false }, 100, null, null, false },
        { new MailboxQuota { Limit = 100, IsInclusive = false }, 101, null, Quota, false },
        { new MailboxQuota { Limit = 100, KnownSize = 91 }, 0, null, Quota, false },
        { new MailboxQuota { Limit = 100, KnownSize = 90 }, 1000, null, null, false },
        { new MailboxQuota { FileCount = 2 }, 0, 1, null, false },
        { new MailboxQuota { FileCount = 2 }, 0, 2, FileQuota, false },
        { new MailboxQuota { FileCount = 2, FileCountIsAdvice = true }, 0, 9, null, false },
        { new MailboxQuota { FileCount = 2, IsInclusive = false }, 0, 2, null, false },
        { new MailboxQuota { FileCount = 2, KnownFileCount = 2 }, 0, 0, FileQuota, false },
        { new MailboxQuota { FileCount = 2 }, 0, null, null, false },
        { new MailboxQuota { WarnThreshold = 100 }, 90, null, null, false },
        { new MailboxQuota { WarnThreshold = 100 }, 91, null, null, true },
        { new MailboxQuota { WarnThreshold = 100 }, 100, null, null, true },
        { new MailboxQuota { WarnThreshold = 100 }, 101, null, null, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mailbox_takes_what_its_quota_leaves(MailboxQuota quota, long used, long? files, string? failure, bool warns)
    {
        var verdict = QuotaCheck.Judge(quota, used, files, size: 10, "f");
        Assert.Equal((failure, warns), ((verdict.Failure as DeliveryOutcome.Deferred)?.Failure.Internal, verdict.Warns));
    }

    [Fact]
    public async Task A_mailbox_is_measured_with_all_its_folders_or_in_another_directory()
    {
        Directory.CreateDirectory($"{Root}/m/sub");
        await File.WriteAllTextAsync($"{Root}/m/a", "12345");
        await File.WriteAllTextAsync($"{Root}/m/sub/b", "123");
        var settings = new AppendfileTransportSettings("t") { Path = $"{Root}/m/", Format = MailboxFormat.Directory, Quota = new MailboxQuota { Limit = 1 } };
        Assert.Equal((8, 2), QuotaCheck.Measure(settings));
        Assert.Equal((3, 1), QuotaCheck.Measure(settings with { Quota = settings.Quota with { Directory = $"{Root}/m/sub" } }));
        Assert.Equal((0, 0), QuotaCheck.Measure(settings with { Quota = MailboxQuota.None }));
    }
}

using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Processes;
using Pipeline.Connectors.Tests.Files;
using Pipeline.Mail.Message;
using Pipeline.Tests.Support;

namespace Pipeline.Connectors.Tests.Processes;

public sealed class TransportFilterTests : FileTestBase
{
    [Fact]
    public async Task The_message_that_a_program_writes_is_delivered_and_edited_no_more()
    {
        var job = Job(Through("/usr/bin/tr", "a-z", "A-Z") with { HeadersAdd = ["X-Added: yes"], HeadersRemove = ["Subject"], ReturnPathAdd = true });

        var filtered = await ApplyAsync(job);

        Assert.Equal("RETURN-PATH: <ALICE@SENDER.TEST>\r\nRECEIVED: BY MX.TEST\r\n\tID 1XV0AA-00000000001-0001\r\nX-ADDED: YES\r\n", filtered.Header);
        Assert.Equal("FROM HERE\r\n.DOT\r\nEND\r\n", filtered.Body);
        Assert.Equal((0, 0, false, 0), (filtered.Transport.Filter.Length, filtered.Transport.HeadersAdd.Length, filtered.Transport.ReturnPathAdd, filtered.Transport.HeadersRemove.Length));
    }

    [Fact]
    public async Task A_program_that_changes_nothing_gives_the_same_message()
    {
        var filtered = await ApplyAsync(Job(Through("/bin/cat"), new StreamedContent(Header, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("line\r\n", 50_000))))));
        Assert.Equal((Header, 300_000), (filtered.Header, filtered.Body.Length));
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetTempPath()), path => path.Contains("mailpipeline-filter-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Subject: x\\n\\nbody\\n", "Subject: x\r\n", "body\r\n")]
    [InlineData("Subject: x\\r\\n\\r\\nbody\\r\\n", "Subject: x\r\n", "body\r\n")]
    [InlineData("\\nbody\\n", "", "body\r\n")]
    [InlineData("Subject: x\\n", "Subject: x\r\n", "")]
    [InlineData("", "", "")]
    public async Task What_comes_out_has_a_header_and_a_body(string written, string header, string body)
    {
        var filtered = await ApplyAsync(Job(Through("/bin/sh", "-c", $"cat > /dev/null; printf '{written}'")));
        Assert.Equal((header, body), (filtered.Header, filtered.Body));
    }

    [Fact]
    public async Task Of_a_body_alone_the_body_is_filtered()
    {
        var filtered = await ApplyAsync(Job(Through("/bin/cat") with { BodyOnly = true }));
        Assert.Equal(("", Body), (filtered.Header, filtered.Body));
    }

    [Fact]
    public async Task Headers_alone_are_filtered_without_the_body()
    {
        var filtered = await ApplyAsync(Job(Through("/bin/cat") with { HeadersOnly = true }));
        Assert.Equal((Header, "", false), (filtered.Header, filtered.Body, filtered.Transport.HeadersOnly));
    }

    [Fact]
    public async Task A_header_that_the_transport_has_rewritten_is_filtered_and_not_put_in_again()
    {
        var filtered = await ApplyAsync(Job(Through("/bin/cat") with { HeaderBlock = "Subject: rewritten\r\n"u8.ToArray() }));
        Assert.Equal("Subject: rewritten\r\n", filtered.Header);
        Assert.Null(filtered.Transport.HeaderBlock);
    }

    [Fact]
    public async Task What_a_program_says_on_standard_error_is_part_of_what_it_writes() =>
        Assert.Equal("said\r\n", (await ApplyAsync(Job(Through("/bin/sh", "-c", "cat > /dev/null; printf 'A: b\\n\\n'; echo said >&2")))).Body);

    [Theory]
    [InlineData("exit 3", "transport filter process failed (3)")]
    [InlineData("kill -9 $$", "transport filter process failed (signal 9)")]
    [InlineData("yes", "transport filter wrote too much")]
    public async Task A_program_that_fails_puts_the_delivery_off(string script, string reason)
    {
        var failure = await FailAsync(Job(Through("/bin/sh", "-c", script)), Time);
        Assert.Equal((FailureClass.Local, reason), (failure.Class, failure.Internal));
    }

    [Fact]
    public async Task A_program_that_is_not_there_puts_the_delivery_off() =>
        Assert.StartsWith("transport filter process failed (127): unable to execute command: /nonexistent: ", (await FailAsync(Job(Through("/nonexistent")), Time)).Internal, StringComparison.Ordinal);

    [Fact]
    public async Task A_program_that_takes_too_long_puts_the_delivery_off()
    {
        var time = new ManualTime();
        var started = Path.Combine(Root, "started");
        var failing = FailAsync(Job(Through("/bin/sh", "-c", $"touch {started}; exec sleep 1000")), time);
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(File.Exists(started)), TimeSpan.FromSeconds(30)));

        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("transport filter timed out", (await failing).Internal);
    }

    /// <summary>The job that the transport gets, with its message as it is while it has it.</summary>
    private async Task<(TransportSettings Transport, string Header, string Body)> ApplyAsync(DeliveryJob job)
    {
        (TransportSettings, string, string)? seen = null;
        var report = await new TransportFilter(Time).DeliverAsync(job, SeeAsync, CancellationToken.None);
        Assert.IsType<DeliveryOutcome.Delivered>(Assert.Single(report.Recipients).Outcome);
        return seen!.Value;

        async ValueTask<DeliveryReport> SeeAsync(DeliveryJob filtered, CancellationToken cancellationToken)
        {
            seen = (filtered.Transport, Encoding.Latin1.GetString(filtered.Content.HeaderBlock.Span), await BodyOfAsync(filtered.Content));
            return DeliveryReport.ForAll(filtered.Recipients, DeliveryOutcome.Delivered.Locally(""));
        }
    }

    private static async Task<DeliveryFailure> FailAsync(DeliveryJob job, TimeProvider time)
    {
        var report = await new TransportFilter(time).DeliverAsync(job, (_, _) => throw new InvalidOperationException("delivered"), CancellationToken.None);
        return Assert.IsType<DeliveryOutcome.Deferred>(Assert.Single(report.Recipients).Outcome).Failure;
    }

    private static async Task<string> BodyOfAsync(IMessageContent content)
    {
        await using var body = content.OpenBody();
        var octets = new MemoryStream();
        await body.CopyToAsync(octets);
        Assert.Equal(content.BodySize, octets.Length);
        if (content.TryGetBody(out var whole))
        {
            Assert.Equal(octets.ToArray(), whole.ToArray());
        }

        return Encoding.Latin1.GetString(octets.ToArray());
    }

    private static AppendfileTransportSettings Through(params string[] command) => new("t") { Path = "/nowhere", Filter = [.. command] };
}

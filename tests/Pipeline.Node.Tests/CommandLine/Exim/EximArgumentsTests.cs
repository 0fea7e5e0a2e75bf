using System.Net;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Message;
using Pipeline.Node.CommandLine.Exim;
using Pipeline.Node.CommandLine.Queue;

namespace Pipeline.Node.Tests.CommandLine.Exim;

public sealed class EximArgumentsTests
{
    [Theory]
    [InlineData("-bV", nameof(EximMode.Version))]
    [InlineData("--version", nameof(EximMode.Version))]
    [InlineData("-be", nameof(EximMode.Expand))]
    [InlineData("-bt", nameof(EximMode.AddressTest))]
    [InlineData("-brw", nameof(EximMode.RewriteTest))]
    [InlineData("-bd", nameof(EximMode.Daemon))]
    [InlineData("-bdf", nameof(EximMode.ForegroundDaemon))]
    [InlineData("-bs", nameof(EximMode.Session))]
    [InlineData("-bp", nameof(EximMode.QueueList))]
    [InlineData("-bpc", nameof(EximMode.QueueCount))]
    [InlineData("-bpr", nameof(EximMode.QueueList))]
    [InlineData("-bpu", nameof(EximMode.QueueList))]
    [InlineData("-bpa", nameof(EximMode.QueueList))]
    [InlineData("-bpru", nameof(EximMode.QueueList))]
    [InlineData("-bpra", nameof(EximMode.QueueList))]
    [InlineData("-q", nameof(EximMode.QueueRun))]
    [InlineData("-qq", nameof(EximMode.QueueRun))]
    [InlineData("-bi", nameof(EximMode.AliasFile))]
    [InlineData("-bI:dscp", nameof(EximMode.Information))]
    [InlineData("-pd -ps -L tag -bV", nameof(EximMode.Version))]
    [InlineData("-bpi", nameof(EximMode.QueueList))]
    [InlineData("-R x", nameof(EximMode.QueueRun))]
    [InlineData("-Sx", nameof(EximMode.QueueRun))]
    [InlineData("-qqff", nameof(EximMode.QueueRun))]
    [InlineData("-qi", nameof(EximMode.QueueRun))]
    [InlineData("-q30m", nameof(EximMode.Daemon))]
    [InlineData("-bd -q30m", nameof(EximMode.Daemon))]
    [InlineData("-q1h30m -bdf", nameof(EximMode.ForegroundDaemon))]
    [InlineData("-oi -odb -oem -bs", nameof(EximMode.Session))]
    [InlineData("-bm user@example.com", nameof(EximMode.Message))]
    [InlineData("-i user@example.com", nameof(EximMode.Message))]
    [InlineData("-t", nameof(EximMode.Message))]
    [InlineData("-bS", nameof(EximMode.Batch))]
    [InlineData("-oMr split -bS", nameof(EximMode.Batch))]
    [InlineData("-bt -bV", nameof(EximMode.Version))]
    [InlineData("-h", nameof(EximMode.Usage))]
    public void Option_chooses_the_mode(string arguments, string mode) => Assert.Equal(mode, Read(arguments.Split(' ')).Mode.ToString());

    [Theory]
    [InlineData("-odb a@b", LocalDelivery.AtOnce)]
    [InlineData("-odf a@b", LocalDelivery.AtOnce)]
    [InlineData("-odi a@b", LocalDelivery.AtOnce)]
    [InlineData("-odq a@b", LocalDelivery.Queue)]
    [InlineData("-odqs a@b", LocalDelivery.QueueRemote)]
    [InlineData("-odq -odi a@b", LocalDelivery.AtOnce)]
    [InlineData("a@b", LocalDelivery.Unsaid)]
    public void Program_says_when_its_message_is_delivered(string arguments, LocalDelivery delivery) => Assert.Equal(delivery, Read(arguments.Split(' ')).Delivery);

    [Theory]
    [InlineData("-qGslow", nameof(EximMode.QueueRun), "slow", null, false)]
    [InlineData("-qffGslow", nameof(EximMode.QueueRun), "slow", null, true)]
    [InlineData("-qGslow/15m", nameof(EximMode.Daemon), "slow", "15m", false)]
    [InlineData("-bp -qGslow", nameof(EximMode.QueueList), "slow", null, false)]
    [InlineData("-qG -bp", nameof(EximMode.QueueList), "", null, false)]
    public void Named_queue_stands_behind_the_flags(string arguments, string mode, string queue, string? interval, bool force)
    {
        var command = Read(arguments.Split(' '));
        Assert.Equal((mode, queue, interval, force), (command.Mode.ToString(), command.Queue, command.QueueInterval, command.Selection.NotDue));
    }

    [Fact]
    public void Name_mailq_lists_the_queue()
    {
        Assert.Equal(EximMode.QueueList, EximArguments.Read([], "mailq").Command!.Mode);
        Assert.Equal(EximMode.QueueCount, EximArguments.Read(["-bpc"], "mailq").Command!.Mode);
    }

    [Theory]
    [InlineData("-bV", "-C", "/etc/a")]
    [InlineData("-C/etc/a", "-bV")]
    public void Configuration_file_is_glued_or_separate(params string[] arguments) => Assert.Equal("/etc/a", Read(arguments).ConfigurationFiles);

    [Fact]
    public void Of_several_configuration_files_the_first_that_exists_counts()
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.Equal(file, Read("-bV", "-C", $"/nonexistent/a:{file}:/nonexistent/b").Choose().Choice!.PolicyFile);
            Assert.Equal("/nonexistent/b", Read("-bV", "-C", "/nonexistent/a:/nonexistent/b").Choose().Choice!.PolicyFile);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Macros_are_collected_and_the_last_of_a_name_counts()
    {
        var macros = Read("-DA=1", "-DB_2 = x = y", "-DEMPTY", "-DA=2", "-bV").Macros;
        Assert.Equal(["A", "B_2", "EMPTY"], macros.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("2", "x = y", ""), (macros["A"], macros["B_2"], macros["EMPTY"]));
    }

    [Theory]
    [InlineData("-fa@b.example", "a@b.example")]
    [InlineData("-f a@b.example", "a@b.example")]
    [InlineData("-f <a@b.example>", "a@b.example")]
    [InlineData("-f <>", "")]
    [InlineData("-r a", "a")]
    public void Sender_is_glued_or_separate_with_or_without_brackets(string arguments, string sender) =>
        Assert.Equal(sender, Read(["-be", .. arguments.Split(' ')]).Sender);

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", 0)]
    [InlineData("192.0.2.1.1234", "192.0.2.1", 1234)]
    [InlineData("[192.0.2.1]:25", "192.0.2.1", 25)]
    [InlineData("2001:db8::1", "2001:db8::1", 0)]
    [InlineData("2001:db8::1.65535", "2001:db8::1", 65535)]
    [InlineData("[2001:db8::1]:25", "2001:db8::1", 25)]
    [InlineData("[2001:db8::1]", "2001:db8::1", 0)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.1", 0)]
    [InlineData("::ffff:192.0.2.1.25", "::ffff:192.0.2.1", 25)]
    public void Client_address_may_have_a_port(string text, string address, int port) =>
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), Read("-be", "-oMa", text).Client);

    [Fact]
    public void Facts_of_the_client_are_read()
    {
        var command = Read("-oMs", "host.example", "-oMr", "esmtp", "-oMt", "joe", "-oMaa", "plain", "-oMai", "me", "-oMi", "192.0.2.9.25", "-be");
        Assert.Equal(("host.example", "esmtp", "joe", "plain", "me"), (command.ClientName, command.Protocol, command.Ident, command.Authenticator, command.AuthenticatedId));
        Assert.Equal(25, command.Interface!.Port);
        Assert.Empty(command.Operands);
    }

    [Fact]
    public void Options_end_at_the_first_operand_or_at_two_hyphens()
    {
        Assert.Equal("a@b|-bV", Operands("-bt", "a@b", "-bV"));
        Assert.Equal("-x", Operands("-be", "--", "-x"));
        Assert.Equal("-", Operands("-be", "-"));
        Assert.Equal("|x", Operands("-be", "", "x"));
    }

    [Fact]
    public void Queue_options_say_what_is_shown_and_forced()
    {
        Assert.Equal(QueueRecipients.Undelivered, Read("-bpu").Show);
        Assert.Equal(QueueRecipients.WithDeliveredChildren, Read("-bpra").Show);
        Assert.Equal(QueueRecipients.Envelope, Read("-bpu", "-bp").Show);
        Assert.Equal(QueueRecipients.None, Read("-bpri").Show);
        Assert.True(Read("-q").Selection.IsDue);
        Assert.Equal(new QueueSelection { Untried = true }, Read("-qqi").Selection);
        Assert.Equal(new QueueSelection { NotDue = true }, Read("-qf").Selection);
        Assert.Equal(new QueueSelection { NotDue = true, Frozen = true, Untried = true }, Read("-qqiff").Selection);
        Assert.True(Read("-q30m").WithoutListeners);
        Assert.True(Read("-q", "30m").WithoutListeners);
        Assert.False(Read("-bd", "-q30m").WithoutListeners);
    }

    [Theory]
    [InlineData("mailq", nameof(EximMode.QueueList))]
    [InlineData("rsmtp", nameof(EximMode.Batch))]
    [InlineData("runq", nameof(EximMode.QueueRun))]
    [InlineData("newaliases", nameof(EximMode.AliasFile))]
    public void Name_of_the_program_may_stand_for_an_option(string name, string mode)
    {
        var (command, error) = EximArguments.Read(["-C", "f"], name);
        Assert.Null(error);
        Assert.Equal(mode, command!.Mode.ToString());
    }

    [Fact]
    public void Bad_regular_expression_is_refused() =>
        Assert.StartsWith("exim: -Rr: regular expression error in \"(\": ", EximArguments.Read(["-Rr", "("], null).Error, StringComparison.Ordinal);

    [Fact]
    public void Queue_run_is_about_messages_by_id_recipient_and_sender()
    {
        var (first, last) = (MessageId.Create("1xV0aA-0001ab-Cd"), MessageId.Create("1xV0aB-0001ab-Cd"));
        Assert.Equal(new QueueSelection { First = first }, Read("-q", first.ToString()).Selection);
        Assert.Equal(new QueueSelection { First = first, Last = last, NotDue = true }, Read("-qf", first.ToString(), last.ToString()).Selection);
        foreach (var (arguments, fits, fails, frozen) in new[]
        {
            ("-R text", "A@TEXT.example", "a@b", false), ("-Rtext", "text@b", "a@b", false), ("-Rf text", "text@b", "a@b", false), ("-Rff text", "text@b", "a@b", true),
            ("-Rr ^a.c@", "ABC@d", "xabc@d", false), ("-Rrf ^a", "a@b", "ba@b", false), ("-Rrff ^a", "a@b", "ba@b", true),
        })
        {
            var read = Read(arguments.Split(' '));
            Assert.Equal(EximMode.QueueRun, read.Mode);
            Assert.Equal((true, frozen), (read.Selection.NotDue, read.Selection.Frozen));
            Assert.True(read.Selection.Recipient!.Fits(fits), arguments);
            Assert.False(read.Selection.Recipient!.Fits(fails), arguments);
            var sender = Read(arguments.Replace("-R", "-S", StringComparison.Ordinal).Split(' ')).Selection;
            Assert.Null(sender.Recipient);
            Assert.True(sender.Sender!.Fits(fits), arguments);
        }

        var both = Read("-R", "a", "-Sff", "b").Selection;
        Assert.Equal(("a", "b", true), (both.Recipient?.Text, both.Sender?.Text, both.Frozen));
    }

    [Theory]
    [InlineData("exim: string expected after -R", "-R")]
    [InlineData("exim: string expected after -Srff", "-Srff")]
    [InlineData("exim: incompatible command-line options or arguments", "-bd", "-R", "x")]
    [InlineData("exim: bad time value x: abandoned", "-q", "x")]
    [InlineData("exim: bad time value -qfi: abandoned", "-qfi")]
    [InlineData("exim: -bw is not available: a node opens its ports itself, or has them from systemd (socket activation)", "-bw")]
    [InlineData("exim: -N is not available: use -bt to see where a message would go, or -d with it to see why", "-N", "x@y.example")]
    [InlineData("exim abandoned: unknown, malformed, or incomplete option -L", "-L")]
    [InlineData("exim: -ql is not available: a message is delivered whole: where its recipients go shows when they are routed", "-ql")]
    [InlineData("exim abandoned: unknown, malformed, or incomplete option -bzz", "-bzz")]
    [InlineData("exim abandoned: unknown, malformed, or incomplete option -Z", "-Z")]
    [InlineData("exim abandoned: unknown, malformed, or incomplete option -C", "-bV", "-C")]
    [InlineData("exim abandoned: unknown, malformed, or incomplete option -oX", "-bd", "-oX")]
    [InlineData("exim: bad time value -q30x: abandoned", "-q30x")]
    [InlineData("exim: bad time value -qfq: abandoned", "-qfq")]
    [InlineData("exim: -MG is not available: the queue has no parts with names", "-MG", "q", "1")]
    [InlineData("exim: incompatible command-line options or arguments", "-Mset", "1xVGvF-0000Zy-0H")]
    [InlineData("exim: incompatible command-line options or arguments", "-Mset", "1xVGvF-0000Zy-0H", "-bem", "f")]
    [InlineData("exim abandoned: unknown, malformed, or incomplete option -Mset", "-be", "-Mset")]
    [InlineData("exim: -oMa 1.2.3: not an IP address, with or without a port", "-be", "-oMa", "1.2.3")]
    [InlineData("exim: -oMa 192.0.2.1.65536: not an IP address, with or without a port", "-be", "-oMa", "192.0.2.1.65536")]
    [InlineData("exim: nothing can be done with \"x\" here", "-bs", "x")]
    [InlineData("exim: the options of \"run\" come after it: mailpipeline run -C f", "-C", "f", "run")]
    [InlineData("exim: of the -oM options, -bh takes -oMi only", "-bh", "192.0.2.1", "-oMs", "h")]
    [InlineData("exim: -t and another mode do not go together", "-t", "-bs")]
    public void What_cannot_be_done_is_named(string error, params string[] arguments)
    {
        var read = EximArguments.Read(arguments, null);
        Assert.Null(read.Command);
        Assert.Equal(error, read.Error);
    }

    [Theory]
    [InlineData("-Dlower=1")]
    [InlineData("-D=1")]
    [InlineData("-D")]
    [InlineData("-DA-B=1")]
    public void Bad_macro_name_is_refused(string option) => Assert.Contains(option, EximArguments.Read([option, "-bV"], null).Error, StringComparison.Ordinal);

    [Fact]
    public void Command_line_without_a_mode_is_refused_with_a_way_out()
    {
        Assert.Contains("-bs", EximArguments.Read([], "exim").Error, StringComparison.Ordinal);
        Assert.Contains("-bs", EximArguments.Read(["-bm"], "sendmail").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_arguments_are_read_or_refused()
    {
        var random = new Random(4711);
        string[] parts = ["-", "b", "q", "f", "o", "M", "X", "C", "D", "A", "=", "30m", "192.0.2.1", "[", "]", ":", ".", "\"", " ", "é", "run"];
        for (var i = 0; i < 20_000; i++)
        {
            var arguments = Enumerable.Range(0, random.Next(5))
                .Select(_ => (random.Next(3) > 0 ? "-" : "") + string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => parts[random.Next(parts.Length)])))
                .ToArray();
            var (command, error) = EximArguments.Read(arguments, random.Next(2) == 0 ? "exim" : null);
            Assert.True(command is null != (error is null), string.Join(' ', arguments));
        }
    }

    [Fact]
    public void Options_of_a_message_say_how_it_ends_for_whom_it_is_and_who_writes()
    {
        var command = Read("-ti", "-F", "Full Name", "-fa@b.example", "x@y.example");
        Assert.Equal((true, true, "Full Name", "a@b.example"), (command.RecipientsInHeader, command.IgnoresDot, command.RealName, command.Sender));
        Assert.Equal("x@y.example", Assert.Single(command.Operands));
        Assert.True(Read("-oi", "x").IgnoresDot);
        Assert.False(Read("-bm", "x").IgnoresDot);
    }

    private static string Operands(params string[] arguments) => string.Join('|', Read(arguments).Operands);

    private static EximCommand Read(params string[] arguments)
    {
        var (command, error) = EximArguments.Read(arguments, null);
        Assert.Null(error);
        return command!;
    }
}

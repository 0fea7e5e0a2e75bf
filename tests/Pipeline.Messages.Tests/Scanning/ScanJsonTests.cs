using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Scanning;
using Pipeline.Messages.Scanning;

namespace Pipeline.Messages.Tests.Scanning;

/// <summary>What nodes of different versions say to each other: these octets do not change.</summary>
public sealed class ScanJsonTests
{
    private const string Question =
        """{"form":1,"message":"1xV3ze-IUvupnsd1MR-393w","user":"joe","servers":"127.0.0.1 783","size":1234,"deadlineMs":60000}""" + "\n";

    [Fact]
    public void Question_has_this_form()
    {
        var question = new ScanQuestion(ScanQuestion.CurrentForm, "1xV3ze-IUvupnsd1MR-393w", "joe", "127.0.0.1 783", 1234, 60_000);
        Assert.Equal(Question, Encoding.UTF8.GetString(ScanJson.Write(question)));
        Assert.Equal(question, ScanJson.ReadQuestion(Encoding.UTF8.GetBytes(Question), out _));
    }

    [Fact]
    public void Question_with_an_envelope_has_this_form()
    {
        var envelope = new ScanEnvelope("a@b.test", ["c@d.test", "\u00E9@d.test"], 3, "client.test", null, "192.0.2.1", null);
        var question = new ScanQuestion(ScanQuestion.CurrentForm, "1xV3ze-IUvupnsd1MR-393w", "joe", "127.0.0.1 783", 1234, 60_000, envelope);
        var expected = Question.Replace(
            "}",
            ""","envelope":{"sender":"a@b.test","recipients":["c@d.test","\u00E9@d.test"],"recipientCount":3,"helo":"client.test","clientAddress":"192.0.2.1"}}""",
            StringComparison.Ordinal);
        Assert.Equal(expected, Encoding.UTF8.GetString(ScanJson.Write(question)));
        var read = ScanJson.ReadQuestion(Encoding.UTF8.GetBytes(expected), out _)!.Envelope!;
        Assert.Equal<string[]>([.. envelope.Recipients], [.. read.Recipients]);
        Assert.Equal(envelope with { Recipients = default }, read with { Recipients = default });
    }

    [Fact]
    public void Longest_envelope_fits_into_a_question()
    {
        var recipients = ScanEnvelope.Named(Enumerable.Repeat(new string('\u00FF', 300), 10_000), ScanEnvelope.RecipientRoom);
        Assert.Equal(ScanEnvelope.RecipientRoom / 300, recipients.Length);
        var longest = new string('\u00FF', 256);
        var envelope = new ScanEnvelope(longest, recipients, 10_000, longest, longest, longest, longest);
        Assert.InRange(ScanJson.Write(new ScanQuestion(ScanQuestion.CurrentForm, "m", longest, "h 1", 1, 1, envelope)).Length, ScanEnvelope.RecipientRoom, ScanQuestion.MaxLineBytes);
    }

    [Fact]
    public void Answers_have_these_forms()
    {
        ScanOutcome scanned = new ScanOutcome.Scanned(new SpamVerdict(7.50m, 5.0m, "a\n\u00E9"), "127.0.0.1 783");
        Assert.Equal(
            """{"form":1,"by":"n2, 127.0.0.1 783","score":7.50,"threshold":5.0,"report":"a\n\u00E9"}""", Encoding.UTF8.GetString(ScanJson.Write(scanned, "n2")));
        Assert.Equal(
            new ScanOutcome.Scanned(new SpamVerdict(7.50m, 5.0m, "a\n\u00E9"), "n2, 127.0.0.1 783"), ScanJson.ReadAnswer(ScanJson.Write(scanned, "n2"), "n2"));

        ScanOutcome proposed = new ScanOutcome.Scanned(new SpamVerdict(7, 15, "", "add header"), "n2, 127.0.0.1 11333");
        Assert.Equal(
            """{"form":1,"by":"n2, 127.0.0.1 11333","score":7,"threshold":15,"report":"","proposal":"add header"}""",
            Encoding.UTF8.GetString(ScanJson.Write(new ScanOutcome.Scanned(new SpamVerdict(7, 15, "", "add header"), "127.0.0.1 11333"), "n2")));
        Assert.Equal(proposed, ScanJson.ReadAnswer("""{"form":1,"by":"n2, 127.0.0.1 11333","score":7,"threshold":15,"report":"","proposal":"add header"}"""u8, "n2"));

        ScanOutcome failed = new ScanOutcome.Failed("it is down");
        Assert.Equal("""{"form":1,"by":"n2","reason":"it is down"}""", Encoding.UTF8.GetString(ScanJson.Write(failed, "n2")));
        Assert.Equal(new ScanOutcome.Failed("n2: it is down"), ScanJson.ReadAnswer(ScanJson.Write(failed, "n2"), "n2"));
    }

    [Fact]
    public void Members_of_a_newer_program_are_passed_over() =>
        Assert.NotNull(ScanJson.ReadQuestion(Encoding.UTF8.GetBytes(Question.Replace("{", """{"new":[1],""", StringComparison.Ordinal)), out _));

    [Theory]
    [InlineData("", "not a question")]
    [InlineData("null", "not a question")]
    [InlineData("[]", "not a question")]
    [InlineData("{\"form\":2}", "a question in form 2; this program understands 1")]
    [InlineData("{\"form\":1}", "a question without all that it needs")]
    [InlineData("{\"form\":1,\"message\":\"m\",\"user\":\"u\",\"servers\":\"s\",\"size\":-1,\"deadlineMs\":1}", "a question without all that it needs")]
    [InlineData("{\"form\":1,\"message\":\"m\",\"user\":\"u\",\"servers\":\"s\",\"size\":1,\"deadlineMs\":0}", "a question without all that it needs")]
    [InlineData("{\"form\":1,\"message\":\"m\",\"user\":\"u\",\"servers\":\"s\",\"size\":1,\"deadlineMs\":1,\"envelope\":{}}", "a question without all that it needs")]
    [InlineData("{\"form\":1,\"message\":\"m\",\"user\":\"u\",\"servers\":\"s\",\"size\":1,\"deadlineMs\":1,\"envelope\":{\"sender\":\"\",\"recipients\":[null]}}", "a question without all that it needs")]
    public void What_is_no_question_is_said(string line, string problem)
    {
        Assert.Null(ScanJson.ReadQuestion(Encoding.UTF8.GetBytes(line), out var said));
        Assert.StartsWith(problem, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"form\":2,\"score\":1,\"threshold\":2}")]
    [InlineData("{\"form\":1,\"score\":1}")]
    [InlineData("{\"form\":1,\"score\":\"x\",\"threshold\":1}")]
    public void What_is_no_answer_is_a_failure(string answer) => Assert.IsType<ScanOutcome.Failed>(ScanJson.ReadAnswer(Encoding.UTF8.GetBytes(answer), "n2"));

    [Fact]
    public void Longest_report_fits_into_an_answer()
    {
        var report = new string('\u00FF', 64 * 1024);
        Assert.InRange(ScanJson.Write(new ScanOutcome.Scanned(new SpamVerdict(1, 5, report), "x"), "n2").Length, report.Length, ScanAnswer.MaxBytes);
    }

    [Fact]
    public void Count_of_DCC_has_its_forms()
    {
        Assert.Equal(ScanKind.Dcc, ScanJson.KindOf(new ScanQuestion(ScanQuestion.CurrentForm, "m", "header", "/dccifd", 1, 1, Kind: ScanJson.NameOf(ScanKind.Dcc))));
        var counted = new ScanOutcome.Counted(new DccVerdict('R', "X-DCC-x: \u00E9\n", "R"), "dccifd");
        const string Answer = """{"form":1,"by":"n2, dccifd","dcc":{"overall":"R","header":"X-DCC-x: \u00E9\n","reply":"R"}}""";
        Assert.Equal(Answer, Encoding.UTF8.GetString(ScanJson.Write(counted, "n2")));
        Assert.Equal(counted with { By = "n2, dccifd" }, ScanJson.ReadAnswer(Encoding.UTF8.GetBytes(Answer), "n2"));
        Assert.IsType<ScanOutcome.Failed>(ScanJson.ReadAnswer("""{"form":1,"by":"n2","dcc":{"overall":"R"}}"""u8, "n2"));
    }

    [Fact]
    public void Virus_scan_has_its_forms()
    {
        var question = new ScanQuestion(ScanQuestion.CurrentForm, "1xV3ze-IUvupnsd1MR-393w", "", "clamd:127.0.0.1 3310", 1234, 60_000, Kind: ScanJson.NameOf(ScanKind.Malware));
        var line = """{"form":1,"message":"1xV3ze-IUvupnsd1MR-393w","user":"","servers":"clamd:127.0.0.1 3310","size":1234,"deadlineMs":60000,"kind":"malware"}""" + "\n";
        Assert.Equal(line, Encoding.UTF8.GetString(ScanJson.Write(question)));
        Assert.Equal(ScanKind.Malware, ScanJson.KindOf(ScanJson.ReadQuestion(Encoding.UTF8.GetBytes(line), out _)!));
        Assert.Equal("""{"form":1,"by":"n2, clamd","malware":"X"}""", Encoding.UTF8.GetString(ScanJson.Write(new ScanOutcome.Examined("X", "clamd", "[::1]:1"), "n2")));
        foreach (var malware in (string?[])["X", null])
        {
            Assert.Equal(new ScanOutcome.Examined(malware, "n2, clamd"), ScanJson.ReadAnswer(ScanJson.Write(new ScanOutcome.Examined(malware, "clamd"), "n2"), "n2"));
        }
    }

    [Fact]
    public void Scan_of_a_kind_that_is_not_known_is_refused()
    {
        var line = """{"form":1,"message":"m","user":"","servers":"x","size":1,"deadlineMs":1,"kind":"worms"}"""u8;
        Assert.Null(ScanJson.ReadQuestion(line, out var problem));
        Assert.Equal("a scan for worms, which is not done here", problem);
    }

    [Fact]
    public void Verdicts_about_recipients_have_this_form()
    {
        var envelope = new ScanEnvelope("", ["b@c.test"], 1, null, null, null, null) { OptIns = ImmutableDictionary<string, string>.Empty.Add("b@c.test", "spam") };
        var question = new ScanQuestion(ScanQuestion.CurrentForm, "m", "", "h:1", 1, 1, envelope, ScanJson.NameOf(ScanKind.Bmi));
        const string Asked =
            """{"form":1,"message":"m","user":"","servers":"h:1","size":1,"deadlineMs":1,"envelope":{"sender":"","recipients":["b@c.test"],"recipientCount":1,"optIns":{"b@c.test":"spam"}},"kind":"bmi"}""";
        Assert.Equal(Asked + "\n", Encoding.UTF8.GetString(ScanJson.Write(question)));
        var read = ScanJson.ReadQuestion(Encoding.UTF8.GetBytes(Asked), out _)!;
        Assert.Equal((ScanKind.Bmi, "spam"), (ScanJson.KindOf(read), read.Envelope!.OptIns!["b@c.test"]));

        const string Answered = """{"form":1,"by":"n2, h:1","bmi":[{"recipients":["b@c.test"],"deliver":false,"rules":[5]}]}""";
        Assert.Equal(Answered, Encoding.UTF8.GetString(ScanJson.Write(new ScanOutcome.Judged([new BmiVerdict(["b@c.test"], false, null, [5])], "h:1"), "n2")));
        var judged = Assert.IsType<ScanOutcome.Judged>(ScanJson.ReadAnswer(Encoding.UTF8.GetBytes(Answered), "n2"));
        Assert.Equal(("n2, h:1", false, 5), (judged.By, judged.Verdicts[0].Deliver, judged.Verdicts[0].Rules[0]));
        Assert.IsType<ScanOutcome.Failed>(ScanJson.ReadAnswer("""{"form":1,"by":"n2","bmi":[{"deliver":false}]}"""u8, "n2"));
        Assert.IsType<ScanOutcome.Failed>(ScanJson.ReadAnswer("""{"form":1,"by":"n2","bmi":[null]}"""u8, "n2"));
    }
}

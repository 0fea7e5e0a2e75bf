using System.Collections.Immutable;
using System.Text.Json;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Node.Logging;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Tests.Logging;

public sealed class JsonLogFormTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, 250, TimeSpan.Zero);

    private readonly JsonLogForm _form = new(TimeProvider.System);
    private readonly LogBatch _batch = new();

    [Fact]
    public void Each_event_is_an_object_on_a_line_of_its_own()
    {
        Assert.True(MessageId.TryCreate("1vMabc-00000000001-0abc", out var id));
        ImmutableArray<JournalEntry> journal = [new(3, Noon, new RecipientDelivered(0, "smtp", "mx", "192.0.2.4", "250 OK", "C=\"250 OK\"", Port: 25)), new(4, Noon, new MessageCompleted())];
        _form.Add(new MailLogEntry.Changed(id, journal, [], Ends: true, []), _batch);
        Assert.Equal(
            """
            {"at":"2030-01-02T12:00:00.25Z","id":"1vMabc-00000000001-0abc","event":"delivered","detail":{"transport":"smtp","host":"mx","address":"192.0.2.4","reply":"250 OK","detail":"C=\"250 OK\"","port":25,"r":0}}
            {"at":"2030-01-02T12:00:00.25Z","id":"1vMabc-00000000001-0abc","event":"done","detail":{}}

            """,
            _batch[PolicyLogTarget.Main].ToString());
        Assert.Equal(2, _batch.MainLines);
    }

    [Fact]
    public void Text_of_a_peer_stays_on_its_line_and_the_header_is_in_the_reject_log_alone()
    {
        _form.Add(
            new MailLogEntry.Line(
                Noon, "a\r\nb\u001b\u2028", PolicyLogTarget.Main | PolicyLogTarget.Reject, new RejectedContent("a@x", ["b@x"], "Subject: \xC3\xA9\r\n"u8.ToArray())),
            _batch);
        var main = JsonDocument.Parse(_batch[PolicyLogTarget.Main].ToString().TrimEnd('\n')).RootElement;
        var reject = JsonDocument.Parse(_batch[PolicyLogTarget.Reject].ToString().TrimEnd('\n')).RootElement;
        Assert.Equal("a\r\nb\u001b\u2028", main.GetProperty("text").GetString());
        Assert.False(main.TryGetProperty("header", out _));
        Assert.Equal(("a@x", "b@x"), (reject.GetProperty("sender").GetString(), reject.GetProperty("recipients")[0].GetString()));
        Assert.StartsWith("Subject: ", reject.GetProperty("header").GetString(), StringComparison.Ordinal);
        Assert.Single(_batch[PolicyLogTarget.Main].ToString(), character => character < ' ');
    }

    [Fact]
    public void Header_is_left_out_when_rejected_header_is_off()
    {
        _form.Use(new LogPlan(LogSelection.Parse("-rejected_header"), WithZone: false));
        _form.Add(new MailLogEntry.Line(Noon, "no", PolicyLogTarget.Reject, new RejectedContent("a@x", [], default)), _batch);
        Assert.Equal("""{"at":"2030-01-02T12:00:00.25Z","text":"no"}""" + "\n", _batch[PolicyLogTarget.Reject].ToString());
    }

    [Fact]
    public void Loss_is_a_line()
    {
        _form.AddLoss(3, _batch);
        Assert.Contains("\"text\":\"3 entries are missing here", _batch[PolicyLogTarget.Main].ToString(), StringComparison.Ordinal);
    }
}

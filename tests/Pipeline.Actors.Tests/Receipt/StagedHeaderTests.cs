using System.Buffers;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Message;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Tests.Receipt;

public sealed class StagedHeaderTests
{
    private const string Original = "Received: old\r\nReply-To: x@y\r\nFrom: a\r\n b\r\nSubject: s\r\n";

    private readonly MessageScope _message = new();

    [Theory]
    [InlineData("subject", "Received: old\r\nReply-To: x@y\r\nFrom: a\r\n b\r\n")]
    [InlineData("re*", "From: a\r\n b\r\nSubject: s\r\n")]
    [InlineData("sub", Original)]
    [InlineData("subjects*", Original)]
    [InlineData("*", "")]
    public void Removed_names_go_whatever_their_case(string name, string rest)
    {
        var header = Receive(Original);
        _message.RemovedHeaders.Add(name);

        header.Received = "Received: new";
        header.EndStage(_message);

        Assert.Equal(rest, Text(_message.HeaderBlock));
        Assert.Equal("Received: new\r\n" + rest, Encoding.Latin1.GetString(header.Compose()));
    }

    [Fact]
    public void A_removal_does_not_touch_what_its_own_stage_adds()
    {
        var header = Receive(Original);
        _message.AddedHeaders.Add(new AddedHeader("Subject: other", HeaderPosition.AtEnd));
        _message.RemovedHeaders.Add("subject");

        header.EndStage(_message);

        Assert.Equal("Received: old\r\nReply-To: x@y\r\nFrom: a\r\n b\r\nSubject: other\r\n", Text(_message.HeaderBlock));
    }

    [Theory]
    [InlineData("x-mark")]
    [InlineData("X-M*")]
    public void A_removal_takes_what_an_earlier_stage_added(string name)
    {
        var header = Receive(Original);
        _message.AddedHeaders.Add(new AddedHeader("X-Mark : 1", HeaderPosition.AtStart));
        header.EndStage(_message);
        Assert.Equal("X-Mark : 1\r\n" + Original, Text(_message.HeaderBlock));
        _message.RemovedHeaders.Add(name);

        header.EndStage(_message);

        Assert.Equal(Original, Text(_message.HeaderBlock));
    }

    [Fact]
    public void Nothing_is_pending_behind_a_stage_and_the_same_line_may_be_added_again_by_the_next()
    {
        var header = Receive(Original);
        for (var i = 0; i < 2; i++)
        {
            _message.AddedHeaders.Add(new AddedHeader("X-Mark: 1", HeaderPosition.AtEnd));
            header.EndStage(_message);
            Assert.Empty(_message.AddedHeaders);
        }

        Assert.Equal(Original + "X-Mark: 1\r\nX-Mark: 1\r\n", Text(_message.HeaderBlock));
    }

    [Fact]
    public void What_is_not_changed_is_not_copied()
    {
        var scanned = Scan(Original);
        var header = new StagedHeader(scanned, Options(""), "mx.test");

        header.EndStage(_message);

        Assert.True(scanned.Bytes.Equals(_message.HeaderBlock));
    }

    [Theory]
    [InlineData("", "From: a\r\n")]
    [InlineData("return_path_remove = false", "Return-Path: <x@y>\r\nFrom: a\r\n")]
    [InlineData("envelope_to_remove = false", "Envelope-To: b\r\nFrom: a\r\n")]
    [InlineData("delivery_date_remove = false", "Delivery-Date: now\r\nFrom: a\r\n")]
    public void Fields_of_final_delivery_and_claims_to_be_our_verdict_are_not_even_seen(string option, string seen)
    {
        var header = new StagedHeader(
            Scan("Return-Path: <x@y>\r\nEnvelope-To: b\r\nDelivery-Date: now\r\nAuthentication-Results: mx.test; spf=pass\r\nFrom: a\r\n"), Options(option), "mx.test");

        header.EndStage(_message);

        Assert.Equal(seen, Text(_message.HeaderBlock));
    }

    [Fact]
    public void Every_name_that_we_vouch_under_is_ours_when_it_comes_from_outside()
    {
        const string Original =
            "Authentication-Results: mx.test; spf=pass\r\nAuthentication-Results: \"ADMD.test\" 1; arc=pass\r\nAuthentication-Results: used.test; dkim=pass\r\n"
            + "Authentication-Results: admd.test.evil; spf=pass\r\nFrom: a\r\n";
        var header = new StagedHeader(Scan(Original), Options(""), "mx.test", "admd.test");
        _message.AuthServIds.Add("used.test");
        _message.AddedHeaders.Add(new AddedHeader("Authentication-Results: used.test; none", HeaderPosition.AtStart));

        header.EndStage(_message);

        Assert.Equal(
            "Authentication-Results: used.test; none\r\nAuthentication-Results: admd.test.evil; spf=pass\r\nFrom: a\r\n", Text(_message.HeaderBlock));
    }

    private static string Text(ReadOnlyMemory<byte> block) => Encoding.Latin1.GetString(block.Span);

    private static Policy.Configuration.MainOptions Options(string options) => new TestPolicy(options, TimeProvider.System).Current.Policy.MainOptions;

    private static StagedHeader Receive(string original) => new(Scan(original), Options(""), "mx.test");

    private static HeaderBlock Scan(string original)
    {
        var scanner = new HeaderScanner();
        Assert.Equal(OperationStatus.Done, scanner.Append(Encoding.Latin1.GetBytes(original + "\r\n"), out _));
        return scanner.Header;
    }
}

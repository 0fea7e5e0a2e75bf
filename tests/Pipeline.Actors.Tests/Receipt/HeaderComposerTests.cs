using System.Buffers;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Message;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Tests.Receipt;

public sealed class HeaderComposerTests
{
    private const string Original = "Received: old\r\nReturn-Path: <x@y>\r\nFrom: a\r\n b\r\nSubject: s\r\n";

    [Fact]
    public void Each_position_has_its_place_and_the_fields_as_received_stay_octet_for_octet() => Assert.Equal(
        "X-Start: 2\r\nX-Start: 1\r\nReceived: new\r\nX-After: 2\r\nX-After: 1\r\nReceived: old\r\nReturn-Path: <x@y>\r\n"
        + "X-Rfc: 1\r\nX-Rfc: 2\r\nFrom: a\r\n b\r\nSubject: s\r\nX-End: 1\r\nX-End: 2\r\n",
        Compose(
            Original,
            added:
            [
                new("X-End: 1", HeaderPosition.AtEnd),
                new("X-Start: 1", HeaderPosition.AtStart),
                new("X-After: 1", HeaderPosition.AfterReceived),
                new("X-Rfc: 1", HeaderPosition.AtStartOfRfcHeaders),
                new("X-End: 2", HeaderPosition.AtEnd),
                new("X-Start: 2", HeaderPosition.AtStart),
                new("X-After: 2", HeaderPosition.AfterReceived),
                new("X-Rfc: 2", HeaderPosition.AtStartOfRfcHeaders),
            ]));

    [Theory]
    [InlineData("")]
    [InlineData("Received: old\r\n")]
    [InlineData("Resent-From: x\r\nReceived: old\r\n")]
    public void Without_other_fields_what_goes_before_them_is_behind_the_trace(string original) => Assert.Equal(
        $"Received: new\r\n{original}X-Rfc: 1\r\n",
        Compose(original, added: [new("X-Rfc: 1", HeaderPosition.AtStartOfRfcHeaders)]));

    [Theory]
    [InlineData("X: 1\n\nbody")]
    [InlineData("X: 1\r\n\r\nbody")]
    [InlineData("X: 1\n \t\nbody")]
    [InlineData("\nX: 1\nbody\n")]
    [InlineData("X: 1\n\r\n\r\nbody")]
    public void An_added_field_cannot_end_the_header(string text)
    {
        var composed = Compose(Original, added: [new(text, HeaderPosition.AtStart)]);

        Assert.DoesNotContain("\r\n\r\n", composed, StringComparison.Ordinal);
        Assert.False(composed.StartsWith("\r\n", StringComparison.Ordinal));
        Assert.Equal(composed.Count(c => c == '\n'), composed.Split("\r\n").Length - 1);
    }

    [Fact]
    public void Folds_of_added_fields_become_CRLF() => Assert.Equal(
        "X: 1\r\n\t2\r\nReceived: new\r\n\tby us\r\n" + Original,
        Compose(Original, received: "Received: new\n\tby us", added: [new("X: 1\n\t2", HeaderPosition.AtStart)]));

    [Theory]
    [InlineData("X: a\rY: injected")]
    [InlineData("X: a\r\r\n b")]
    public void A_bare_carriage_return_does_not_get_in(string text) =>
        Assert.DoesNotContain('\r', Compose("", added: [new(text, HeaderPosition.AtEnd)]).Replace("\r\n", "", StringComparison.Ordinal));

    private static string Compose(string original, AddedHeader[]? added = null, string received = "Received: new")
    {
        var scanner = new HeaderScanner();
        Assert.Equal(OperationStatus.Done, scanner.Append(Encoding.Latin1.GetBytes(original + "\r\n"), out _));
        return Encoding.Latin1.GetString(HeaderComposer.Compose(scanner.Header, received, added ?? []));
    }
}

using System.Buffers;
using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Tests.Dkim;

public sealed class HeaderCanonicalizerTests
{
    [Theory]
    [InlineData("A: X", "a:X")]
    [InlineData("B : Y\t\r\n\tZ  ", "b:Y Z")]
    [InlineData("SUBJect:AbC", "subject:AbC")]
    [InlineData("Subject:", "subject:")]
    [InlineData("Subject: \r\n \t", "subject:")]
    [InlineData("X:a\r\n b\r\n\t c", "x:a b c")]
    [InlineData("X: a\rb \nc", "x:a\rb \nc")]
    public void A_field_in_relaxed_form_is_unfolded_and_has_single_blanks(string field, string relaxed)
    {
        Assert.Equal(relaxed + "\r\n", Write(field, CanonicalForm.Relaxed));
        Assert.Equal(field + "\r\n", Write(field, CanonicalForm.Simple));
    }

    [Fact]
    public void Without_its_line_end_a_part_of_the_value_can_be_left_out()
    {
        var output = new ArrayBufferWriter<byte>();
        var field = Parse("DKIM-Signature: a=1; b=xyz\r\n abc; c=2");
        HeaderCanonicalizer.WriteWithoutLineEnd(field, CanonicalForm.Relaxed, 8..17, output);
        Assert.Equal("dkim-signature:a=1; b=; c=2", Encoding.ASCII.GetString(output.WrittenSpan));
    }

    private static string Write(string field, CanonicalForm form)
    {
        var output = new ArrayBufferWriter<byte>();
        HeaderCanonicalizer.Write(Parse(field), form, output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }

    private static HeaderField Parse(string field)
    {
        HeaderBlock.Parse(Encoding.ASCII.GetBytes(field + "\r\n\r\n"), HeaderLimits.Default, out var header, out _, out _);
        return header[0];
    }
}

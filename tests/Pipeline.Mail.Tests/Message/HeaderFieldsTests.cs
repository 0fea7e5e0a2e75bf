using System.Text;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Tests.Message;

public sealed class HeaderFieldsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("A: 1\r\n", "A|1")]
    [InlineData("A: 1\r\nB : 2\r\n\t3\r\nC:\r\n", "A|1;B|2\r\n\t3;C|")]
    [InlineData("A: x\ny\r\nB: 2", "A|x\ny;B|2")]
    [InlineData("no colon\r\n", "|no colon")]
    public void Fields_come_one_by_one(string block, string expected)
    {
        var found = new List<string>();
        foreach (var field in new HeaderFields(Encoding.ASCII.GetBytes(block)))
        {
            found.Add($"{Encoding.ASCII.GetString(field.Name)}|{Encoding.ASCII.GetString(field.Text)}");
        }

        Assert.Equal(expected, string.Join(';', found));
    }

    [Theory]
    [InlineData("A: 1\r\nB : 2\r\n\t3\r\nC:\r\n", "A: 1|B : 2\r\n\t3|C:")]
    [InlineData("A: 1\r\nB: 2", "A: 1|B: 2")]
    [InlineData("A: 1\nB: 2\r\n", "A: 1\nB: 2")]
    [InlineData("A: 1\r\n\r\nB: 2\r\n", "A: 1||B: 2")]
    public void The_lines_of_all_fields_are_the_whole_block(string block, string expected)
    {
        var raw = new List<string>();
        var lines = new StringBuilder();
        var fields = new HeaderFields(Encoding.ASCII.GetBytes(block));
        while (fields.MoveNext())
        {
            raw.Add(fields.Current.ToString());
            lines.Append(Encoding.ASCII.GetString(fields.CurrentLines.Span));
        }

        Assert.Equal(expected, string.Join('|', raw));
        Assert.Equal(block, lines.ToString());
    }

    [Fact]
    public void A_field_is_found_by_its_name_in_any_case()
    {
        var block = "X: 1\r\nSUBJECT : a\r\n b\r\nSubject: c\r\n"u8.ToArray();

        Assert.Equal("a\r\n b", Encoding.ASCII.GetString(HeaderFields.FindText(block, "Subject"u8)));
        Assert.True(HeaderFields.FindText(block, "Date"u8).IsEmpty);
    }
}

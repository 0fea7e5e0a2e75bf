using System.Text;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Tests.Message;

public sealed class StoredHeaderFieldsTests
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
        var fields = new StoredHeaderFields(Encoding.ASCII.GetBytes(block));
        while (fields.MoveNext())
        {
            found.Add($"{Encoding.ASCII.GetString(fields.Name)}|{Encoding.ASCII.GetString(fields.Body)}");
        }

        Assert.Equal(expected, string.Join(';', found));
    }

    [Fact]
    public void A_field_is_found_by_its_name_in_any_case()
    {
        var block = "X: 1\r\nSUBJECT : a\r\n b\r\nSubject: c\r\n"u8;

        Assert.Equal("a\r\n b", Encoding.ASCII.GetString(StoredHeaderFields.FindBody(block, "Subject"u8)));
        Assert.True(StoredHeaderFields.FindBody(block, "Date"u8).IsEmpty);
    }
}

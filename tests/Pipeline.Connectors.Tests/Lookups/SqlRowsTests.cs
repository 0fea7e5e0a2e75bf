using Pipeline.Connectors.Lookups;

namespace Pipeline.Connectors.Tests.Lookups;

/// <summary>The forms are those that Exim 4.96 gives.</summary>
public sealed class SqlRowsTests
{
    [Fact]
    public void Without_rows_there_is_nothing() => Assert.Null(new SqlRows().Text);

    [Fact]
    public void One_column_is_its_value_and_rows_are_lines()
    {
        var rows = new SqlRows();
        rows.Add([("v", "two words")]);
        rows.Add([("v", "")]);
        rows.Add([("v", "quo\"te")]);
        Assert.Equal("two words\n\nquo\"te", rows.Text);
    }

    [Theory]
    [InlineData("one", "k=a v=one ")]
    [InlineData("two words", "k=a v=\"two words\" ")]
    [InlineData("quo\"te", "k=a v=quo\"te ")]
    [InlineData("\"quoted", "k=a v=\"\\\"quoted\" ")]
    [InlineData("b\\s", "k=a v=b\\s ")]
    [InlineData("b\\ s", "k=a v=\"b\\\\ s\" ")]
    [InlineData("a\nb", "k=a v=\"a\nb\" ")]
    [InlineData("a=b", "k=a v=a=b ")]
    [InlineData("", "k=a v=\"\" ")]
    [InlineData(" lead", "k=a v=\" lead\" ")]
    public void Several_columns_are_named_and_quoted_where_needed(string value, string expected)
    {
        var rows = new SqlRows();
        rows.Add([("k", "a"), ("v", value)]);
        Assert.Equal(expected, rows.Text);
    }
}

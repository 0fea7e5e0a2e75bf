using System.Text;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Tests.Lists;

public sealed class ListSyntaxTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData(" a : b ", "a|b")]
    [InlineData("a::b", "a:b")]
    [InlineData("a: :b", "a||b")]
    [InlineData(":", "")]
    [InlineData("a:", "a")]
    [InlineData("a: :", "a|")]
    [InlineData("<; a ; b:c", "a|b:c")]
    [InlineData("<;a;;b;c", "a;b|c")]
    [InlineData("<\na\n\nb", "a||b")]
    [InlineData("< a:b", "< a|b")]
    public void List_splits_into_items(string list, string expected) => Assert.Equal(expected, string.Join('|', ListSyntax.Split(list)));

    [Fact]
    public void List_of_one_separator_has_one_empty_item() => Assert.Equal([""], ListSyntax.Split(":"));

    [Fact]
    public void Appended_items_are_read_back()
    {
        string[] items = ["a", "", ":x", "b:c", "::"];
        var list = new StringBuilder();
        for (var i = 0; i < items.Length; i++)
        {
            ListSyntax.Append(list, items[i], ':', i == 0);
        }

        Assert.Equal(items, ListSyntax.Split(list.ToString()));
    }
}

using Pipeline.Tests.Support.Yaml;

namespace Pipeline.Mail.Tests.Support;

/// <summary>The reader of test suites is itself tested: a suite that is misread proves nothing.</summary>
public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("a: 1", "{a=1}")]
    [InlineData("a:\n- b\n- c", "{a=[b,c]}")]
    [InlineData("a:\n  - b\n  -   - c\n      - d", "{a=[b,[c,d]]}")]
    [InlineData("- - x\n  - y\n-\n  z: 1", "[[x,y],{z=1}]")]
    [InlineData("- a: 1\n  b: 2\n- c", "[{a=1,b=2},c]")]
    [InlineData("a: 'it''s  x: y'\nb: \"q\\x41\\n\\u00e9\\0\"", "{a=it's  x: y,b=qA\n\u00e9\0}")]
    [InlineData("a: 'one\n\n  two'\nb: \"x\\\n   y z\n  w\"", "{a=one\ntwo,b=xy z w}")]
    [InlineData("a: plain text\n  goes on\nb: c # comment\n# another\nc: d#e", "{a=plain text goes on,b=c,c=d#e}")]
    [InlineData("a: &x\n  - 1\nb: *x\nc:\n- *x", "{a=[1],b=[1],c=[[1]]}")]
    [InlineData("? long key\n: - v", "{long key=[v]}")]
    [InlineData("a: []\nb: [1, 'two', [3]]\nc: {d: e}", "{a=[],b=[1,two,[3]],c={d=e}}")]
    [InlineData("a: |\n  one\n   two\n\n  three\nb: >-\n  one\n  two\n\n  three", "{a=one\n two\n\nthree\n,b=one two\nthree}")]
    [InlineData("a:\nb: ''", "{a=,b=}")]
    [InlineData("foo:bar/baz.x:\n- A: 1.2.3.4", "{foo:bar/baz.x=[{A=1.2.3.4}]}")]
    public void Text_of_each_style_is_read(string text, string expected) => Assert.Equal(expected, Show(YamlReader.ReadDocuments(text)[0]));

    [Fact]
    public void Documents_are_separated_by_their_mark() =>
        Assert.Equal(["{a=1}", "{b=2}"], YamlReader.ReadDocuments("---\na: 1\n---\nb: 2\n...\n").Select(Show));

    private static string Show(YamlNode node) => node switch
    {
        YamlMap map => $"{{{string.Join(',', map.Pairs.Select(p => $"{p.Key}={Show(p.Value)}"))}}}",
        YamlList list => $"[{string.Join(',', list.Values.Select(Show))}]",
        _ => node.Text,
    };
}

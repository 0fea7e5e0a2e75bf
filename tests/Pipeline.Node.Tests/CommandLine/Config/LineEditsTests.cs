using Pipeline.Node.CommandLine.Config;

namespace Pipeline.Node.Tests.CommandLine.Config;

public sealed class LineEditsTests
{
    [Fact]
    public void The_edits_make_the_new_text_of_the_old_one()
    {
        var random = new Random(5);
        for (var round = 0; round < 3_000; round++)
        {
            var (from, to) = (Any(random), Any(random));

            var edits = LineEdits.Between(from, to);

            Assert.Equal(to, edits.Where(edit => edit.Kind != EditKind.Removed).Select(edit => edit.Kind == EditKind.Same ? from[edit.From] : to[edit.To]));
            Assert.Equal(from, edits.Where(edit => edit.Kind != EditKind.Added).Select(edit => from[edit.From]));
        }
    }

    [Fact]
    public void There_are_no_more_edits_than_needed()
    {
        var edits = LineEdits.Between([.. "abcabba".Select(c => $"{c}")], [.. "cbabac".Select(c => $"{c}")]);

        Assert.Equal(5, edits.Count(edit => edit.Kind != EditKind.Same));
    }

    [Fact]
    public void Texts_that_have_next_to_nothing_in_common_are_told_as_a_replacement()
    {
        string[] from = [.. Enumerable.Range(0, 3_000).Select(i => $"a{i}")], to = [.. Enumerable.Range(0, 3_000).Select(i => $"b{i}")];

        var edits = LineEdits.Between(["first", .. from, "last"], ["first", .. to, "last"]);

        Assert.Equal(6_002, edits.Count);
        Assert.Equal((EditKind.Same, EditKind.Removed, EditKind.Added, EditKind.Same), (edits[0].Kind, edits[3_000].Kind, edits[3_001].Kind, edits[^1].Kind));
    }

    private static string[] Any(Random random) => [.. Enumerable.Range(0, random.Next(12)).Select(_ => $"{(char)('a' + random.Next(4))}")];
}

using System.Reflection;
using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd.Tests.SeedText;

public sealed partial class FragmentTests
{
    [SeedFact]
    public async Task Fragments_are_those_of_the_text()
    {
        var text = Plain(await File.ReadAllTextAsync(SeedFactAttribute.Path!));
        var fragments = typeof(Fragments).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (field.Name, Text: (string)field.GetRawConstantValue()!)).ToList();
        Assert.NotEmpty(fragments);
        Assert.Empty(fragments.Where(fragment => !text.Contains(Plain(fragment.Text), StringComparison.Ordinal)).Select(fragment => fragment.Name));
    }

    private static string Plain(string text) => Blanks().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}

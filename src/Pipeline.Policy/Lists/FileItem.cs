using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Lists;

/// <summary><c>/path</c>: the lines of a file are items; nothing in them is expanded.</summary>
internal sealed class FileItem(ListKind kind, string path) : ListItem
{
    private static readonly LookupFiles<ListProgram>[] FilesByKind =
        [.. Enum.GetValues<ListKind>().Select(k => new LookupFiles<ListProgram>(octets => ListProgram.OfLines(k, Lines(k, OctetString.FromBytes(octets)))))];

    public override async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        if (context.Refusal("Tainted filename", path) is { } refusal)
        {
            return ListMatchResult.Defer(refusal);
        }

        var (program, error) = await FilesByKind[(int)kind].ReadAsync(path, context.CancellationToken);
        if (program is null)
        {
            return ListMatchResult.Defer($"failed to open {path} when checking {NamedListItem.Describe(kind)} list: {error}");
        }

        var result = await program.TryItemsAsync(context);
        if (result is { Outcome: ListMatchOutcome.NoMatch })
        {
            // A negated line has matched: that ends the list the file is in, too.
            context.Stop();
        }

        return result ?? ListMatchResult.NoMatch;
    }

    /// <summary>In an address list a comment begins at the start of a line or behind a blank, since <c>#</c> may be in a local part; else anywhere.</summary>
    private static IEnumerable<string> Lines(ListKind kind, string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var comment = line.IndexOf('#', StringComparison.Ordinal);
            while (kind == ListKind.Address && comment > 0 && !ListSyntax.IsBlank(line[comment - 1]))
            {
                comment = line.IndexOf('#', comment + 1);
            }

            var item = (comment < 0 ? line : line[..comment]).Trim();
            if (item.Length > 0)
            {
                yield return item;
            }
        }
    }
}

namespace Pipeline.EndToEnd.Tests.Expansion;

/// <summary>Expressions that are asked for together: all that need no message, or those for one message.</summary>
/// <param name="Message">The file of the message beside the configuration; null for none.</param>
internal sealed record CorpusPart(string? Message, IReadOnlyList<CorpusFile> Files, IReadOnlyDictionary<string, AcceptedDifference> Accepted)
{
    public string Name => Message is null ? "without a message" : $"with {Message}";

    public IReadOnlyList<CorpusEntry> Entries { get; } = [.. Files.SelectMany(file => file.Entries)];

    public IEnumerable<string> Expressions => Entries.Select(entry => entry.Expression);

    /// <summary>Where a corpus has its messages, and the expressions for them.</summary>
    public static string MessagesOf(string folder) => Path.Combine(folder, "messages");

    public static IReadOnlyList<CorpusPart> All(string folder)
    {
        var messages = MessagesOf(folder);
        var accepted = AcceptedDifferences.Read(messages);
        return
        [
            new CorpusPart(null, CorpusFile.All(folder), AcceptedDifferences.Read(folder)),
            .. CorpusFile.All(messages).Select(file => new CorpusPart(
                $"{file.Name}.eml", [file], accepted.Where(a => file.Entries.Any(e => e.Expression == a.Key)).ToDictionary(StringComparer.Ordinal))),
        ];
    }

    /// <summary>Writes its files again.</summary>
    /// <param name="answers">One for each expression, in order.</param>
    public void Write(IReadOnlyList<string> answers)
    {
        var byExpression = Expressions.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        foreach (var file in Files)
        {
            file.Write(byExpression);
        }
    }
}

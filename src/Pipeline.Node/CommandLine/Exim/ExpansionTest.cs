using System.Text;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-be</c>: expands the strings of the command line, or else lines from the input.</summary>
internal static class ExpansionTest
{
    /// <returns>Always 0, as Exim's.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> strings, EvaluationScope scope, EximStreams streams, CancellationToken cancellationToken)
    {
        await using var output = new StreamWriter(streams.Output, Encoding.Latin1, leaveOpen: true) { NewLine = "\n" };
        foreach (var text in strings)
        {
            await output.WriteLineAsync(await ExpandAsync(OctetString.FromText(text), scope, cancellationToken));
        }

        if (strings.Count > 0)
        {
            return ExitCodes.Success;
        }

        using var input = new StreamReader(streams.Input, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var lines = new PromptedLines(input, output);
        while (await lines.ReadAsync(cancellationToken) is { } line)
        {
            await output.WriteLineAsync(await ExpandAsync(line, scope, cancellationToken));
        }

        return ExitCodes.Success;
    }

    private static async Task<string> ExpandAsync(string text, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var result = await StringExpansion.Compile(text).ExpandAsync(scope, cancellationToken);
        return result.IsSuccess ? result.Value : $"Failed: {result.Message}";
    }
}

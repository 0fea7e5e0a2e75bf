using System.Text;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>Reads lines from a person or a pipe, with Exim's prompt <c>&gt; </c> before each; a backslash at the end continues a line on the next.</summary>
/// <remarks>Text is octets: one char for each.</remarks>
internal sealed class PromptedLines(TextReader input, TextWriter output)
{
    /// <summary>Continuations that one line may have.</summary>
    private const int MaxContinuations = 10_000;

    /// <returns>Null at the end of the input.</returns>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        await output.WriteAsync("> ");
        await output.FlushAsync(cancellationToken);
        var text = new StringBuilder();
        for (var i = 0; i <= MaxContinuations; i++)
        {
            if (await input.ReadLineAsync(cancellationToken) is not { } line)
            {
                if (i == 0)
                {
                    await output.WriteAsync('\n');
                    return null;
                }

                break;
            }

            line = line.TrimEnd();
            text.Append(i == 0 ? line : line.TrimStart());
            if (!line.EndsWith('\\'))
            {
                break;
            }

            text.Length--;
        }

        return text.ToString();
    }
}

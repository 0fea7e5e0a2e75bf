using System.Text;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-brw</c>: shows what the rewriting rules make of an address, wherever it may stand.</summary>
internal static class RewriteTest
{
    /// <returns>1 without an address, else 0, as Exim's.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> addresses, EvaluationScope scope, EximStreams streams, CancellationToken cancellationToken)
    {
        if (addresses.Count == 0)
        {
            await streams.Errors.WriteLineAsync("-brw needs an address argument");
            return ExitCodes.Failure;
        }

        await using var output = new StreamWriter(streams.Output, Encoding.Latin1, leaveOpen: true) { NewLine = "\n" };
        foreach (var line in await RewriteTestLines.OfAsync(scope, OctetString.FromText(addresses[0]), cancellationToken))
        {
            await output.WriteLineAsync(line);
        }

        return ExitCodes.Success;
    }
}

using System.Text;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>Addresses to test: those of the command line, or else one for each line of the input, behind a prompt.</summary>
internal static class AddressOperands
{
    /// <param name="test">Tests one address, writes what it came to, and gives the exit code.</param>
    /// <returns>The worst exit code.</returns>
    public static async Task<int> TestAsync(
        IReadOnlyList<string> addresses, EximStreams streams, Func<string, TextWriter, Task<int>> test, CancellationToken cancellationToken)
    {
        await using var output = new StreamWriter(streams.Output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        var exitCode = 0;
        foreach (var address in addresses)
        {
            exitCode = Math.Max(exitCode, await test(address, output));
        }

        if (addresses.Count > 0)
        {
            return exitCode;
        }

        using var input = new StreamReader(streams.Input, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var lines = new PromptedLines(input, output);
        while (await lines.ReadAsync(cancellationToken) is { } line)
        {
            if (line.Trim() is { Length: > 0 } address)
            {
                exitCode = Math.Max(exitCode, await test(address, output));
            }
        }

        return exitCode;
    }
}

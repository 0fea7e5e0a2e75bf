using System.Text;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Retry;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-brt</c>: shows the retry rule for an address or domain, perhaps for a host too, perhaps for an error.</summary>
internal static class RetryTest
{
    public static async Task<int> RunAsync(IReadOnlyList<string> operands, EvaluationScope scope, EximStreams streams, CancellationToken cancellationToken)
    {
        if (operands.Count is 0 or > 3)
        {
            await streams.Errors.WriteLineAsync("exim: -brt needs a domain or address argument, and takes a host and an error");
            return ExitCodes.Failure;
        }

        // A host has a dot; an error has none.
        var host = operands.Count > 1 && operands[1].Contains('.', StringComparison.Ordinal) ? operands[1] : null;
        var word = operands.Count > (host is null ? 1 : 2) ? operands[^1] : null;
        RetryFailure? failure = null;
        if (word is not null && (failure = RetryFailure.Parse(word)) is null)
        {
            await streams.Errors.WriteLineAsync($"exim: unknown or malformed retry error \"{word}\"");
            return ExitCodes.Failure;
        }

        var at = operands[0].LastIndexOf('@');
        var subject = new RetrySubject(operands[0][(at + 1)..], at < 0 ? null : operands[0][..at], host);
        var rule = await scope.Environment.Policy.Retry.DescribeAsync(scope, subject, failure, cancellationToken);
        await streams.Output.WriteAsync(Encoding.UTF8.GetBytes($"{rule}\n"), cancellationToken);
        return ExitCodes.Success;
    }
}

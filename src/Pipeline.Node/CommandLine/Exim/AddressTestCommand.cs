using Pipeline.Policy.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;
using Pipeline.Policy.Routers;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bt</c>: shows how the addresses of the command line, or else of the input, are routed.</summary>
internal static class AddressTestCommand
{
    private const int Undeliverable = 2;

    /// <returns>2 when an address is undeliverable, else 1 when one cannot be resolved now, else 0.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> addresses, EvaluationScope scope, EximStreams streams, CancellationToken cancellationToken) =>
        AddressOperands.TestAsync(addresses, streams, (text, output) => TestAsync(text, scope, output, cancellationToken), cancellationToken);

    private static async Task<int> TestAsync(string text, EvaluationScope scope, TextWriter output, CancellationToken cancellationToken)
    {
        if (CommandLineScope.Address(text, scope.Environment.QualifyRecipient, scope.Environment.Policy.MainOptions.PathForms, out var error) is not { } address)
        {
            await output.WriteLineAsync($"syntax error: {error}");
            return Undeliverable;
        }

        var rewritten = await EnvelopeRewriting.RewriteTextAsync(scope, address, RewritePlaces.EnvelopeTo, cancellationToken);
        if (!rewritten.Steps.IsEmpty)
        {
            address = rewritten.Address;
            await output.WriteLineAsync($"Address rewritten as: {address}");
        }

        var test = await new AddressTestPrinter(scope.Environment.Policy.Routers).TestAsync(scope, RoutingAddress.Of(address), cancellationToken);
        await output.WriteAsync(test.Text);
        return test.ExitCode;
    }
}

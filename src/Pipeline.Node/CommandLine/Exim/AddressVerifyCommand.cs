using Pipeline.Policy.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bv</c> and <c>-bvs</c>: verifies addresses as recipients, or as senders, by the routers.</summary>
internal static class AddressVerifyCommand
{
    private const int Failed = 2;
    private const int NotNow = 1;

    /// <returns>2 when an address does not verify, else 1 when that cannot be said now for one, else 0.</returns>
    public static Task<int> RunAsync(
        IReadOnlyList<string> addresses, bool asSender, EvaluationScope scope, EximStreams streams, CancellationToken cancellationToken) =>
        AddressOperands.TestAsync(addresses, streams, (text, output) => VerifyAsync(text, asSender, scope, output, cancellationToken), cancellationToken);

    private static async Task<int> VerifyAsync(string text, bool asSender, EvaluationScope scope, TextWriter output, CancellationToken cancellationToken)
    {
        var environment = scope.Environment;
        if (CommandLineScope.Address(text, asSender ? environment.QualifyDomain : environment.QualifyRecipient, environment.Policy.MainOptions.PathForms, out var error) is not { } address)
        {
            await output.WriteLineAsync($"syntax error: {error}");
            return Failed;
        }

        var verified = await environment.Verifier!.VerifyAsync(scope, address, asSender, successOnRedirect: false, cancellationToken);
        var (exitCode, result) = verified.Outcome switch
        {
            VerificationOutcome.Verified => (0, "verified"),
            VerificationOutcome.Failed => (Failed, $"failed to verify: {verified.Message}"),
            _ => (NotNow, $"cannot be resolved at this time: {verified.Message}"),
        };
        await output.WriteLineAsync($"{address} {result}");
        return exitCode;
    }
}

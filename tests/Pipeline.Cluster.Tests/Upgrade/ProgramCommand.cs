using System.Diagnostics;

namespace Pipeline.Cluster.Tests.Upgrade;

/// <summary>What a command of one of the programs did.</summary>
internal sealed record ProgramCommand(int Code, string Output, string Errors)
{
    /// <param name="program">The path of a <c>mailpipeline.dll</c>.</param>
    public static async Task<ProgramCommand> RunAsync(string program, CancellationToken cancellationToken, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return new ProgramCommand(process.ExitCode, await output, await errors);
    }

    public override string ToString() => $"exit code {Code}\n{Output}{Errors}";
}

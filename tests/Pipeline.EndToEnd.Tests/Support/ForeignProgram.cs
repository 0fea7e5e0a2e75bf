using System.Diagnostics;
using System.Text;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>Programs of other authors that tests check ours against.</summary>
internal static class ForeignProgram
{
    /// <summary>The distribution's Python: the one that has its modules.</summary>
    public const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static bool Exists(string name) =>
        Path.IsPathRooted(name)
            ? File.Exists(name)
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <param name="input">Octets for its standard input, one character each.</param>
    /// <returns>Its exit code, and its standard output with errors behind it; Latin-1.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string name, IEnumerable<string> arguments, string input = "")
    {
        using var patience = new CancellationTokenSource(Patience);
        using var process = Process.Start(new ProcessStartInfo(name, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = Encoding.Latin1,
            StandardOutputEncoding = Encoding.Latin1,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{name} did not end within {Patience}");
        }
    }
}

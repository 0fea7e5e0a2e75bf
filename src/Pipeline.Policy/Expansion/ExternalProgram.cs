using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Pipeline.Policy.Expansion;

/// <summary>How a program has ended.</summary>
/// <param name="Failure">Why there is no status: it took too long, say; else null.</param>
internal readonly record struct ProgramRun(int Status, string Output, string? Failure = null);

/// <summary>Runs a program with nothing on its standard input, for a bounded time and a bounded amount of output.</summary>
internal static class ExternalProgram
{
    private const int NotFoundStatus = 127;
    private const int MaxOutput = 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <param name="arguments">The program's path and its arguments. There is no search for a program without a slash.</param>
    /// <param name="environment">All that the program sees of the environment.</param>
    public static async ValueTask<ProgramRun> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, TimeProvider time, CancellationToken cancellationToken)
    {
        var path = OctetString.ToText(arguments.Count == 0 ? "" : arguments[0]);
        if (!path.Contains('/', StringComparison.Ordinal) || FilePath.Refuse(path) is not null || !File.Exists(path))
        {
            return new ProgramRun(NotFoundStatus, "");
        }

        using var process = new Process { StartInfo = Describe(path, arguments, environment) };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return new ProgramRun(NotFoundStatus, "");
        }

        using var limit = new CancellationTokenSource(Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            process.StandardInput.Close();
            var error = ReadAsync(process.StandardError, stop.Token);
            var output = await ReadAsync(process.StandardOutput, stop.Token) + await error;
            await process.WaitForExitAsync(stop.Token);
            return output.Length > MaxOutput
                ? new ProgramRun(0, "", $"command wrote more than {MaxOutput} octets")
                : new ProgramRun(process.ExitCode, output);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProgramRun(0, "", "command timed out");
        }
        catch (IOException problem)
        {
            return new ProgramRun(0, "", $"error reading output of command: {problem.Message}");
        }
        finally
        {
            Kill(process);
        }
    }

    private static ProcessStartInfo Describe(string path, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
            StandardErrorEncoding = Encoding.Latin1,
            WorkingDirectory = "/",
        };
        foreach (var argument in arguments.Skip(1))
        {
            start.ArgumentList.Add(OctetString.ToText(argument));
        }

        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = OctetString.ToText(value);
        }

        return start;
    }

    /// <summary>Reads to the end, and keeps a little more than is allowed so that the excess shows.</summary>
    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[16 * 1024];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken)) > 0 && text.Length <= MaxOutput)
        {
            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception problem) when (problem is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
    }
}

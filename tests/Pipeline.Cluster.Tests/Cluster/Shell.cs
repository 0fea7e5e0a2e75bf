using System.Diagnostics;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What only the machine's own programs can do: mounts, links, signals.</summary>
internal static class Shell
{
    /// <param name="script">For sh; ends at its first failure. The arguments are $1 and so on.</param>
    /// <returns>Null, or what it said when it failed.</returns>
    public static async Task<string?> RunAsync(string script, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-e", "-c", script, "sh", .. arguments]) { RedirectStandardError = true })!;
        var said = (await process.StandardError.ReadToEndAsync(cancellationToken)).Trim();
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? null : said.Length > 0 ? said : $"exit code {process.ExitCode}";
    }
}

using System.Collections;
using System.ComponentModel;
using System.Diagnostics;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Cluster.Tests.Upgrade;

/// <summary>The program of the release before this one, built from the history of this repository.</summary>
/// <remarks>
/// Which commit that is stands in <c>previous-release.txt</c>. It is built once in a checkout, in a folder of its own: its sources, its intermediate files and its output
/// are not those of this version.
/// </remarks>
internal static class PreviousRelease
{
    private static readonly TimeSpan GitPatience = TimeSpan.FromSeconds(30);

    private static readonly string Home = TestFolders.Repository(Path.Combine("tests", "Pipeline.Cluster.Tests", "Upgrade"));

    private static readonly string Root = Path.GetFullPath(Path.Combine(Home, "..", "..", ".."));

    private static readonly Lazy<Task<string>> Built = new(BuildAsync);

    public static string Commit { get; } = File.ReadAllText(Path.Combine(Home, "previous-release.txt")).Trim();

    /// <summary>Why it cannot be built here; null when it can.</summary>
    public static string? WhyNot { get; } = Look();

    /// <summary>The path of <c>mailpipeline.dll</c>.</summary>
    public static Task<string> ProgramAsync() => Built.Value;

    private static string? Look()
    {
        try
        {
            using var git = Start("git", "-C", Root, "cat-file", "-e", Commit + "^{commit}");
            return git.WaitForExit(GitPatience) && git.ExitCode == 0
                ? null
                : $"the history of this checkout does not have the previous release ({Commit[..12]}): it is shallow, or no git repository";
        }
        catch (Win32Exception)
        {
            return "git is not installed";
        }
    }

    private static async Task<string> BuildAsync()
    {
        var folder = Path.Combine(Home, "..", "obj", "previous-release", Commit);
        var program = Path.Combine(folder, "mailpipeline.dll");
        if (File.Exists(program))
        {
            return program;
        }

        var work = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(folder)!, Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            await RunAsync("git", "-C", Root, "archive", "--output", Path.Combine(work, "source.tar"), Commit);
            var source = Directory.CreateDirectory(Path.Combine(work, "source")).FullName;
            await RunAsync("tar", "-xf", Path.Combine(work, "source.tar"), "-C", source);
            await RunAsync("dotnet", "publish", Path.Combine(source, "src", "Pipeline.Node"), "-c", "Release", "-o", Path.Combine(work, "out"), "-v", "quiet", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false");
            try
            {
                Directory.Move(Path.Combine(work, "out"), folder);
            }
            catch (IOException) when (File.Exists(program))
            {
                // Another run has built it meanwhile.
            }

            return program;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the previous release ({Commit}) cannot be built: {program} ended with {process.ExitCode}\n{await output}\n{await errors}");
        }
    }

    private static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        // A test host that was started by a build must not hand that build's tools and properties on to this one.
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static entry => (string)entry.Key)
            .Where(static name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)))
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start)!;
    }
}

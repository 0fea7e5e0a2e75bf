using System.Diagnostics;

namespace Pipeline.Connectors.Tests.Lookups;

/// <summary>Makes databases with LMDB's own program.</summary>
internal static class LmdbDatabase
{
    public const string Loader = "/usr/bin/mdb_load";

    public static async Task WriteAsync(string path, params (string Key, string Value)[] entries)
    {
        using var loader = Process.Start(new ProcessStartInfo(Loader, ["-n", "-T", path]) { RedirectStandardInput = true })!;
        foreach (var (key, value) in entries)
        {
            await loader.StandardInput.WriteAsync($"{key}\n{value}\n");
        }

        loader.StandardInput.Close();
        await loader.WaitForExitAsync();
        Assert.Equal(0, loader.ExitCode);
    }
}

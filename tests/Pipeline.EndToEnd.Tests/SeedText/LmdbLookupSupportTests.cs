using System.Runtime.Versioning;

namespace Pipeline.EndToEnd.Tests.SeedText;

/// <summary>"LMDB Lookup support".</summary>
[UnsupportedOSPlatform("windows")]
public sealed class LmdbLookupSupportTests
{
    private const string Loader = "/usr/bin/mdb_load";

    [ProgramFact(Loader)]
    public async Task Lookups_find_what_the_file_has()
    {
        using var host = new PolicyHost("primary_hostname = mx.mydomain.com");
        var (code, output) = await ForeignProgram.RunAsync(Loader, ["-n", "-T", host.Folder.Of("relaydomains.mdb")], "known.example\nyes: relay\n");
        Assert.True(code == 0, output);
        Assert.Equal(["yes: relay", "yes: relay", "yes: relay"], await ExpandAsync(host, "a@known.example"));
        Assert.Equal(["", "Failed: \"lookup\" failed and \"fail\" requested", ""], await ExpandAsync(host, "a@other.example"));
    }

    private static async Task<string[]> ExpandAsync(PolicyHost host, string sender)
    {
        var lookups = Fragments.LmdbLookups.Replace("/var/lib/baruwa/data/db/", host.Folder.Path + "/", StringComparison.Ordinal).ReplaceLineEndings("\n").Split('\n');
        var (output, _) = await host.RunAsync("", ["-f", sender, "-be", .. lookups]);
        return output.TrimEnd('\n').Split('\n') is { Length: 2 } two ? [.. two, ""] : output.Split('\n')[..3];
    }
}

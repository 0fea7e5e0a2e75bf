using System.Runtime.Versioning;
using System.Text;
using Pipeline.EndToEnd.Tests.Expansion;
using Pipeline.Node.CommandLine.Exim;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.EndToEnd.Tests.Sessions;

/// <summary>The configurations and the files of the corpus in a folder of their own, and the two programs that hold sessions there.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class SessionFolder : IDisposable
{
    private static readonly string Examples = TestFolders.Repository(Path.Combine("cluster-config", "examples"));

    private readonly Folder _folder = new();

    /// <param name="corpus">The folder of the corpus, which has the configurations and <c>files</c>.</param>
    public SessionFolder(string corpus)
    {
        foreach (var path in Directory.GetFiles(corpus, "*.conf").Concat(Directory.GetFiles(Path.Combine(corpus, "files"))))
        {
            _folder.Write(Path.GetFileName(path), File.ReadAllText(path).Replace("DIR", _folder.Path, StringComparison.Ordinal));
        }

        _folder.Write("example.conf", File.ReadAllText(Path.Combine(Examples, "default", "mailpipeline.conf")));
        _folder.Write("zone.json", "{}");
        _folder.Write("node.json", $$$"""{"Dns":{"ZoneFile":"{{{_folder.Of("zone.json")}}}"}}""");
        Directory.CreateDirectory(_folder.Of("spool"));
    }

    /// <summary>What Exim replies.</summary>
    public async Task<IReadOnlyList<string>> AskEximAsync(SessionFile file, TestedSession session)
    {
        var (_, output) = await ForeignProgram.RunAsync(ExpansionFolder.Exim, ["-C", Configuration(file), "-bh", session.Client], session.Input);
        return Replies.Of(output);
    }

    /// <summary>What we reply.</summary>
    public async Task<IReadOnlyList<string>> AskOursAsync(SessionFile file, TestedSession session)
    {
        using var output = new MemoryStream();
        await using var errors = new StringWriter();
        using var input = new MemoryStream(Encoding.Latin1.GetBytes(session.Input));
        var code = await EximProgram.RunAsync(
            ["-C", Configuration(file), "--node", _folder.Of("node.json"), "-bh", session.Client],
            null,
            new EximStreams(input, output, errors),
            TimeProvider.System,
            CancellationToken.None);
        Assert.True(code == 0, $"{session.Name}: {errors}");
        return Replies.Of(Encoding.Latin1.GetString(output.ToArray()));
    }

    public void Dispose() => _folder.Dispose();

    private string Configuration(SessionFile file) => _folder.Of($"{file.Name}.conf");
}

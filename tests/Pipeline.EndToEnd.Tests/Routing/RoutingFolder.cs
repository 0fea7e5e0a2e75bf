using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Pipeline.EndToEnd.Tests.Expansion;
using Pipeline.Node.CommandLine.Exim;

namespace Pipeline.EndToEnd.Tests.Routing;

/// <summary>The configurations and the files of the corpus in a folder of their own, and the two programs that route addresses there.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class RoutingFolder : IDisposable
{
    /// <summary>Stands for the folder in configurations, files and answers.</summary>
    private const string Place = "DIR";

    private const UnixFileMode PublicFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode PublicFolder = PublicFile | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly Folder _folder = new();

    /// <param name="corpus">The folder of the corpus: a configuration for each file of addresses, and <c>files</c>.</param>
    public RoutingFolder(string corpus)
    {
        File.SetUnixFileMode(_folder.Path, PublicFolder);
        foreach (var path in Directory.GetFiles(corpus, "*.conf").Concat(Directory.GetFiles(Path.Combine(corpus, "files"))))
        {
            _folder.Write(Path.GetFileName(path), File.ReadAllText(path).Replace(Place, _folder.Path, StringComparison.Ordinal));
            File.SetUnixFileMode(_folder.Of(Path.GetFileName(path)), PublicFile);
        }

        _folder.Write("zone.json", "{}");
        _folder.Write("node.json", $$$"""{"Dns":{"ZoneFile":"{{{_folder.Of("zone.json")}}}"}}""");
    }

    /// <summary>What Exim prints for each address; what it writes to its log is left out.</summary>
    public async Task<IReadOnlyList<string>> AskEximAsync(CorpusFile file)
    {
        var answers = new List<string>();
        foreach (var entry in file.Entries)
        {
            var (status, output) = await ForeignProgram.RunAsync(
                "/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>/dev/null", ExpansionFolder.Exim, "-C", _folder.Of($"{file.Name}.conf"), "-bt", entry.Expression]);
            answers.Add(Answer(output, status));
        }

        return answers;
    }

    /// <summary>What we print for each address.</summary>
    public async Task<IReadOnlyList<string>> AskOursAsync(CorpusFile file)
    {
        var answers = new List<string>();
        foreach (var entry in file.Entries)
        {
            using var output = new MemoryStream();
            await using var errors = new StringWriter();
            using var input = new MemoryStream();
            var status = await EximProgram.RunAsync(
                ["-C", _folder.Of($"{file.Name}.conf"), "--node", _folder.Of("node.json"), "-bt", entry.Expression],
                null,
                new EximStreams(input, output, errors),
                TimeProvider.System,
                CancellationToken.None);
            answers.Add(Answer(Encoding.Latin1.GetString(output.ToArray()), status));
        }

        return answers;
    }

    public void Dispose() => _folder.Dispose();

    private string Answer(string output, int status) =>
        string.Create(CultureInfo.InvariantCulture, $"{output.Replace(_folder.Path, Place, StringComparison.Ordinal)}[{status}]");
}

using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Pipeline.Node.CommandLine.Exim;

namespace Pipeline.EndToEnd.Tests.Expansion;

/// <summary>The configuration and the files of the corpus in a folder of their own, and the two programs that expand strings there.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class ExpansionFolder : IDisposable
{
    /// <summary>Debian's Exim.</summary>
    public const string Exim = "/usr/sbin/exim4";

    private const UnixFileMode PublicFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode PublicFolder = PublicFile | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly Folder _folder = new();

    /// <param name="corpus">The folder of the corpus, which has <c>main.conf</c> and <c>files</c>.</param>
    public ExpansionFolder(string corpus)
    {
        // Exim reads as a user of its own.
        File.SetUnixFileMode(_folder.Path, PublicFolder);
        Copy(Path.Combine(corpus, "files"), _folder.Path);
        Copy(CorpusPart.MessagesOf(corpus), _folder.Path);
        _folder.Write("main.conf", Named(File.ReadAllText(Path.Combine(corpus, "main.conf"))));
        _folder.Write("zone.json", "{}");
        _folder.Write("node.json", $$$"""{"Dns":{"ZoneFile":"{{{_folder.Of("zone.json")}}}"}}""");
        Environment.SetEnvironmentVariable("CORPUS_KEPT", "kept value");
    }

    /// <summary>What Exim prints for each expression.</summary>
    public async Task<IReadOnlyList<string>> AskEximAsync(CorpusPart part)
    {
        var (_, output) = await ForeignProgram.RunAsync(Exim, ["-C", _folder.Of("main.conf"), .. Mode(part)], Input(part));
        return Answers("Exim", part, output);
    }

    /// <summary>What we print for each expression.</summary>
    public async Task<IReadOnlyList<string>> AskOursAsync(CorpusPart part)
    {
        using var output = new MemoryStream();
        await using var errors = new StringWriter();
        using var input = new MemoryStream(Encoding.Latin1.GetBytes(Input(part)));
        var streams = new EximStreams(input, output, errors);
        await EximProgram.RunAsync(
            ["-C", _folder.Of("main.conf"), "--node", _folder.Of("node.json"), .. Mode(part)], null, streams, TimeProvider.System, CancellationToken.None);
        return Answers("mailpipeline", part, Encoding.Latin1.GetString(output.ToArray()));
    }

    public void Dispose() => _folder.Dispose();

    // Results may have several lines: each expression is followed by one that says which it was.
    private static string Sign(int number) => string.Create(CultureInfo.InvariantCulture, $"@@{number}@@");

    private string Named(string text) => text.Replace("DIR", _folder.Path, StringComparison.Ordinal);

    private string[] Mode(CorpusPart part) => part.Message is null ? ["-be"] : ["-bem", _folder.Of(part.Message)];

    private string Input(CorpusPart part) => string.Concat(part.Expressions.Select((text, i) => $"{Named(text)}\n{Sign(i)}\n"));

    private List<string> Answers(string program, CorpusPart part, string output)
    {
        const string Prompt = "\n> ";
        var answers = new List<string>(part.Entries.Count);
        var text = "\n" + output;
        var position = 0;
        for (var i = 0; i < part.Entries.Count; i++)
        {
            var end = text.IndexOf(Prompt + Sign(i), position, StringComparison.Ordinal);
            Assert.True(end >= 0, $"{program} has ended at {part.Entries[i].Expression}: {text[position..][..Math.Min(text.Length - position, 500)]}");
            answers.Add(text[(position + Prompt.Length)..end].Replace(_folder.Path, "DIR", StringComparison.Ordinal));
            position = end + Prompt.Length + Sign(i).Length;
        }

        return answers;
    }

    private void Copy(string from, string to)
    {
        foreach (var path in Directory.GetFiles(from))
        {
            var copy = Path.Combine(to, Path.GetFileName(path));
            var octets = File.ReadAllBytes(path);
            File.WriteAllBytes(copy, Encoding.Latin1.GetBytes(Named(Encoding.Latin1.GetString(octets))));
            File.SetUnixFileMode(copy, PublicFile);
        }

        foreach (var path in Directory.GetDirectories(from))
        {
            var copy = Directory.CreateDirectory(Path.Combine(to, Path.GetFileName(path)));
            File.SetUnixFileMode(copy.FullName, PublicFolder);
            Copy(path, copy.FullName);
        }
    }
}

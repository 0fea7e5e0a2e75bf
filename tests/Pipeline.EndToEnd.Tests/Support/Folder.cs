namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>A folder for one test, gone afterwards. Its path is short: a Unix socket below it must fit into 107 octets.</summary>
internal sealed class Folder : IDisposable
{
    public Folder() => Path = Directory.CreateTempSubdirectory("mp-").FullName;

    public string Path { get; }

    /// <summary>Files in the mailboxes of Maildirs, oldest name first.</summary>
    public IReadOnlyList<string> Mail(string mailbox)
    {
        var folder = Of("mail", mailbox, "new");
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)] : [];
    }

    public string Of(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>The names of the files that fit, in order.</summary>
    public IReadOnlyList<string> Names(string pattern) =>
        [.. Directory.GetFiles(Path, pattern).Select(static path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public string Write(string name, string content)
    {
        var path = Of(name);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

using System.Diagnostics.CodeAnalysis;
using System.Text;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Tests.Configuration;

/// <summary>Configuration files that a test makes up; the main one is <c>/etc/x/main.conf</c>.</summary>
internal sealed class MemoryFiles : IFileSource
{
    public const string MainPath = "/etc/x/main.conf";

    private readonly Dictionary<string, byte[]> _files = [];

    public MemoryFiles(string main) => Add(MainPath, main);

    public MemoryFiles Add(string path, string text)
    {
        _files[path] = Encoding.Latin1.GetBytes(text);
        return this;
    }

    public bool Exists(string path) => _files.ContainsKey(path);

    public bool TryRead(string path, [NotNullWhen(true)] out byte[]? content, out string error)
    {
        error = "No such file or directory";
        return _files.TryGetValue(path, out content);
    }

    public ConfigurationReadResult Read(IReadOnlyDictionary<string, string>? macros = null) => ConfigurationFile.Read(MainPath, macros, this);
}

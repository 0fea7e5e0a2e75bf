using System.Diagnostics.CodeAnalysis;
using Pipeline.Policy.Configuration;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting.Policies;

/// <summary>Passes on the files of a configuration and remembers what it passed on. A file that is asked for again is the same again.</summary>
internal sealed class RecordingFileSource(IFileSource files) : IFileSource
{
    private readonly Dictionary<string, byte[]?> _seen = new(StringComparer.Ordinal);

    /// <summary>Each with its content, or as one that was not there.</summary>
    public IEnumerable<PolicyFile> Files => _seen.Select(file => file.Value is null ? new PolicyFile(file.Key, null) : new PolicyFile(file.Key, file.Value));

    public bool Exists(string path)
    {
        if (_seen.TryGetValue(path, out var content))
        {
            return content is not null;
        }

        var exists = files.Exists(path);
        if (!exists)
        {
            _seen[path] = null;
        }

        return exists;
    }

    public bool TryRead(string path, [NotNullWhen(true)] out byte[]? content, out string error)
    {
        if (_seen.TryGetValue(path, out content))
        {
            error = content is null ? "No such file or directory" : "";
            return content is not null;
        }

        if (!files.TryRead(path, out content, out error))
        {
            return false;
        }

        _seen[path] = content;
        return true;
    }
}

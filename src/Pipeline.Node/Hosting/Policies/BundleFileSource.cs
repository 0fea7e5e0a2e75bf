using System.Diagnostics.CodeAnalysis;
using Pipeline.Policy.Configuration;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting.Policies;

/// <summary>The files of a bundle, and no others: the disk of the node that compiles has no say.</summary>
internal sealed class BundleFileSource(PolicyBundle bundle) : IFileSource
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>?> _files = bundle.Files.ToDictionary(file => file.Name, file => file.Content, StringComparer.Ordinal);

    /// <remarks>
    /// A name that nobody looked for at the publication is said to exist, so that reading it fails: a version that takes another branch of the
    /// configuration must refuse the policy rather than compile another text than its peers.
    /// </remarks>
    public bool Exists(string path) => !_files.TryGetValue(path, out var content) || content is not null;

    public bool TryRead(string path, [NotNullWhen(true)] out byte[]? content, out string error)
    {
        content = _files.GetValueOrDefault(path)?.ToArray();
        error = content is null ? "not published with the policy" : "";
        return content is not null;
    }
}

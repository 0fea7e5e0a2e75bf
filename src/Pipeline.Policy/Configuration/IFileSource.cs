using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Policy.Configuration;

/// <summary>Where configuration files are read from: the disk, or what a test says.</summary>
public interface IFileSource
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="error">Why it could not be read, in the words of the operating system.</param>
    /// <returns>False when it could not be read.</returns>
    bool TryRead(string path, [NotNullWhen(true)] out byte[]? content, out string error);

    bool Exists(string path);
}

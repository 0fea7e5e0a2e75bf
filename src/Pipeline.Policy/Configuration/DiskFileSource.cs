using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Policy.Configuration;

/// <summary>Configuration files on the disk.</summary>
public sealed class DiskFileSource : IFileSource
{
    public static DiskFileSource Instance { get; } = new();

    public bool Exists(string path) => File.Exists(path);

    public bool TryRead(string path, [NotNullWhen(true)] out byte[]? content, out string error)
    {
        try
        {
            content = File.ReadAllBytes(path);
            error = "";
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            content = null;
            error = FileErrors.Describe(problem);
            return false;
        }
    }
}

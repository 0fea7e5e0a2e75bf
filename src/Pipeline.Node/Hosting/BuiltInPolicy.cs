using System.Diagnostics.CodeAnalysis;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Hosting;

/// <summary>A configuration that is part of the program; files it includes come from the disk.</summary>
internal sealed class BuiltInPolicy(string resource) : IFileSource
{
    /// <summary>How messages about the built-in configuration call it.</summary>
    public const string Name = "(built-in configuration)";

    /// <summary>A gateway for trying things out: takes mail for this host and keeps it in Maildirs.</summary>
    public const string Default = "Pipeline.Node.Policies.default.conf";

    public static byte[] Read(string resource)
    {
        using var stream = typeof(BuiltInPolicy).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"resource {resource} is missing");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    public bool Exists(string path) => path == Name || DiskFileSource.Instance.Exists(path);

    public bool TryRead(string path, [NotNullWhen(true)] out byte[]? content, out string error)
    {
        if (path != Name)
        {
            return DiskFileSource.Instance.TryRead(path, out content, out error);
        }

        content = Read(resource);
        error = "";
        return true;
    }
}

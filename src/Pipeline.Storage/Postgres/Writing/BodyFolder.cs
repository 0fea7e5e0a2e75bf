using Microsoft.Extensions.Logging;
using Pipeline.Storage.Bodies;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Where large bodies wait on this machine until the database has them. Nothing in it is of use to another process.</summary>
internal sealed class BodyFolder : IDisposable
{
    private readonly string? _temporary;

    /// <param name="folder">Of this store alone: what is in it was left by a process that died. Null: one of the system's temporary folder.</param>
    public BodyFolder(string? folder, ILogger logger)
    {
        if (folder is null)
        {
            folder = _temporary = Directory.CreateTempSubdirectory("mailpipeline-bodies-").FullName;
        }
        else
        {
            Directory.CreateDirectory(folder);
            Sweep(folder);
        }

        Files = new BodyFiles(new SpoolFiles(), folder, Random.Shared.NextInt64(), logger);
    }

    public BodyFiles Files { get; }

    public void Dispose()
    {
        Files.Dispose();
        if (_temporary is not null)
        {
            Directory.Delete(_temporary, recursive: true);
        }
    }

    /// <summary>Deletes what a process has left that ended in the midst of messages: a node that dies often must not fill its disk with them.</summary>
    private static void Sweep(string folder)
    {
        foreach (var left in new DirectoryInfo(folder).EnumerateFiles())
        {
            left.Delete();
        }
    }
}

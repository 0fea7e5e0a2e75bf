using Microsoft.Extensions.Logging;
using Pipeline.Storage.Bodies;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Where large bodies wait on this machine until the database has them. Nothing in it outlives its process.</summary>
internal sealed class BodyFolder : IDisposable
{
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly string? _temporary;

    /// <param name="folder">Null: one of the system's temporary folder, for this process alone.</param>
    public BodyFolder(string? folder, TimeProvider time, ILogger logger)
    {
        if (folder is null)
        {
            folder = _temporary = Directory.CreateTempSubdirectory("mailpipeline-bodies-").FullName;
        }
        else
        {
            Directory.CreateDirectory(folder);
            Sweep(folder, time.GetUtcNow() - Abandoned);
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

    /// <summary>Deletes what a process has left that ended in the midst of a message.</summary>
    private static void Sweep(string folder, DateTimeOffset before)
    {
        foreach (var left in new DirectoryInfo(folder).EnumerateFiles().Where(f => f.LastWriteTimeUtc < before))
        {
            left.Delete();
        }
    }
}

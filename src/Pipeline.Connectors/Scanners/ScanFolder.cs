using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Scanners;

/// <summary>Where messages lie as files for scanners that read them: <c>ID/ID.eml</c>, for as long as the scan takes. The owner writes, the group reads.</summary>
public sealed class ScanFolder
{
    private const UnixFileMode FolderMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private const UnixFileMode MessageMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly string _path;
    private long _scans;

    private ScanFolder(string path) => _path = path;

    /// <summary>Takes a folder that nobody else uses: what an earlier process left in it is removed. It is made when the first message comes.</summary>
    public static ScanFolder Prepare(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        return new ScanFolder(path);
    }

    /// <exception cref="IOException">The message cannot be read, or not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not let this process write.</exception>
    public async Task<ScannedFile> WriteAsync(ScanJob job, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("scanners that read files are asked on systems with Unix permissions only");
        }

        // The id may have come from another node; and one message may be scanned twice at a time.
        var id = job.Message.Length > 0 && job.Message.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') ? job.Message : "message";
        var folder = Path.Combine(_path, $"{id}.{Interlocked.Increment(ref _scans)}");
        Directory.CreateDirectory(_path, FolderMode);
        Directory.CreateDirectory(folder, FolderMode);
        var written = new ScannedFile(folder, Path.Combine(folder, $"{id}.eml"));
        try
        {
            await using var file = new FileStream(written.File, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
                UnixCreateMode = MessageMode,
            });
            await job.Content.CopyToAsync(file, cancellationToken);
            return written;
        }
        catch
        {
            written.Dispose();
            throw;
        }
    }
}

/// <summary>A message in a file, until this is disposed of.</summary>
public sealed class ScannedFile(string folder, string file) : IDisposable
{
    public string Folder => folder;

    public string File => file;

    public void Dispose()
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start removes it.
        }
    }
}

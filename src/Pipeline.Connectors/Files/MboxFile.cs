using Microsoft.Win32.SafeHandles;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Expansion;

namespace Pipeline.Connectors.Files;

/// <summary>Opens the file of an mbox, once it has been looked at (Exim specification, "Operational details for appending").</summary>
internal static class MboxFile
{
    private const UnixFileMode AllRights = (UnixFileMode)0x1FF;

    /// <returns>Null when it has come or gone meanwhile: the next try sees it as it is.</returns>
    /// <exception cref="IOException">It may not be written to; the message has Exim's words for why.</exception>
    public static SafeFileHandle? Open(AppendfileTransportSettings settings, out bool isNew)
    {
        isNew = false;
        var path = settings.Path;
        if (OpenExisting(settings) is { } existing)
        {
            try
            {
                Check(existing, settings);
                return existing;
            }
            catch
            {
                existing.Dispose();
                throw;
            }
        }

        if (!settings.CreateFile)
        {
            throw new IOException($"No such file or directory: mailbox {path} does not exist, but file_must_exist is set");
        }

        if (!settings.MayCreate)
        {
            throw new IOException($"mailbox {path} does not exist, but creation outside the home directory is not permitted");
        }

        try
        {
            var created = Posix.CreateNew(path, settings.Mode);
            isNew = true;
            return created;
        }
        catch (PosixException exception) when (exception.Errno == PosixException.Exists)
        {
            return null;
        }
    }

    private static SafeFileHandle? OpenExisting(AppendfileTransportSettings settings)
    {
        try
        {
            return Posix.OpenExisting(settings.Path, settings.AllowSymlink);
        }
        catch (PosixException exception) when (exception.Errno is PosixException.TooManyLinks or PosixException.IsDirectory)
        {
            throw new IOException($"mailbox {settings.Path} is not a regular file");
        }
    }

    private static void Check(SafeFileHandle file, AppendfileTransportSettings settings)
    {
        var (path, (user, group)) = (settings.Path, Posix.Identity);
        if (!FileStatus.TryRead(Posix.PathOf(file), out var facts, out var error))
        {
            throw new IOException($"stat {path}: {error}");
        }

        var mode = (UnixFileMode)facts.Mode & AllRights;
        var problem =
            !facts.IsRegular ? $"mailbox {path} is not a regular file"
            : facts.Links > 1 ? $"mailbox {path} has too many links ({facts.Links})"
            : settings.CheckOwner && facts.UserId != user ? $"mailbox {path} has wrong uid ({facts.UserId} != {user})"
            : settings.CheckGroup && facts.GroupId != group ? $"mailbox {path} has wrong gid ({facts.GroupId} != {group})"
            : settings.ModeFailNarrower && (settings.Mode & ~mode) != 0 ? $"mailbox {path} has the wrong mode {Octal(mode)} ({Octal(settings.Mode)} expected)"
            : null;
        if (problem is not null)
        {
            throw new IOException(problem);
        }

        if ((mode & ~settings.Mode) != 0)
        {
            Posix.SetMode(file, mode & settings.Mode, path);
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8);
}

using System.Globalization;
using System.Text;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Files;

/// <summary>The file <c>maildirsize</c> of a Maildir++: the quota in its first line, then a line with octets and messages for each change.</summary>
/// <remarks>
/// A cache that other programs write as well, without locks: a line is appended in one write, and what is doubtful is counted anew. It is not flushed, since a
/// count that was lost is made again. Blocks.
/// </remarks>
internal sealed class MaildirSizeFile(string maildir, MailboxQuota quota)
{
    // Maildir++: a longer file is counted anew, so that it is short again.
    private const int MaxLength = 5120;

    private readonly string _path = $"{maildir}/maildirsize";

    /// <summary>What the mailbox holds, counted anew when the file does not say it.</summary>
    /// <param name="mode">Of a file that is made.</param>
    public (long Used, long Files) Read(UnixFileMode mode)
    {
        if (TryRead() is { } known)
        {
            return known;
        }

        var (used, files) = Count();
        Write(used, files, mode);
        return (used, files);
    }

    /// <summary>Tells of a message that was added.</summary>
    public void Add(long size)
    {
        using var file = Posix.OpenToAppend(_path);
        if (file is not null)
        {
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{size} 1\n")), 0);
        }
    }

    private string FirstLine => string.Create(CultureInfo.InvariantCulture, $"{quota.Limit}S,{quota.FileCount}C");

    private (long Used, long Files)? TryRead()
    {
        using var file = Posix.OpenToRead(_path);
        if (file is null || RandomAccess.GetLength(file) is > MaxLength or 0)
        {
            return null;
        }

        var octets = new byte[MaxLength];
        var length = RandomAccess.Read(file, octets, 0);
        var lines = Encoding.Latin1.GetString(octets, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0].Trim() != FirstLine)
        {
            return null;
        }

        var (used, files) = (0L, 0L);
        foreach (var line in lines.Skip(1))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var octetsOf, var filesOf]
                || !long.TryParse(octetsOf, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size)
                || !long.TryParse(filesOf, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count))
            {
                return null;
            }

            used += size;
            files += count;
        }

        // What says that the mailbox is full may be old: readers that know nothing of the file remove messages without a line.
        var isFull = (quota.Limit > 0 && used > quota.Limit) || (quota.FileCount > 0 && files > quota.FileCount);
        return used < 0 || files < 0 || isFull ? null : (used, files);
    }

    private (long Used, long Files) Count()
    {
        var (used, files) = (0L, 0L);
        var pending = new Stack<DirectoryInfo>([new DirectoryInfo(maildir)]);
        while (files < MailboxDirectory.MaxFiles && pending.TryPop(out var directory))
        {
            foreach (var folder in directory.EnumerateDirectories().Where(folder => quota.CountedFolders?.Matches(folder.Name) != false))
            {
                if (folder.Name is not ("cur" or "new"))
                {
                    pending.Push(folder);
                    continue;
                }

                foreach (var file in folder.EnumerateFiles().Take(MailboxDirectory.MaxFiles))
                {
                    used += quota.SizeInName?.NumberIn(file.Name) ?? file.Length;
                    files++;
                }
            }
        }

        return (used, files);
    }

    private void Write(long used, long files, UnixFileMode mode)
    {
        var temporary = MessageFile.TemporaryName($"{_path}.tmp");
        try
        {
            using (var file = Posix.CreateNew(temporary, mode))
            {
                RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{FirstLine}\n{used} {files}\n")), 0);
            }

            File.Move(temporary, _path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}

using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Files;

/// <summary>The directory of a mailbox with a file for each message.</summary>
internal static class MailboxDirectory
{
    /// <summary>Bounds every look at a mailbox.</summary>
    public const int MaxFiles = 1_000_000;

    private const string FolderMark = "maildirfolder";

    /// <summary>Makes what is missing, where that is allowed.</summary>
    /// <param name="folders">Paths to be there.</param>
    public static DeliveryOutcome? Prepare(AppendfileTransportSettings settings, params ReadOnlySpan<string> folders)
    {
        var mailbox = settings.Path.TrimEnd('/');
        if (!Directory.Exists(mailbox))
        {
            if (!settings.CreateDirectory)
            {
                return FileFailure.Local("mailbox does not exist", $"No such file or directory: stat() error for {mailbox}: No such file or directory");
            }

            if (!settings.MayCreate)
            {
                return FileFailure.Local("mailbox does not exist", $"tried to create file in {mailbox}, but file creation outside the home directory is not permitted");
            }
        }

        foreach (var folder in folders)
        {
            DurableDirectory.Create(folder, settings.DirectoryMode);
        }

        if (settings.MakesMaildirFolder && !File.Exists($"{mailbox}/{FolderMark}"))
        {
            MarkAsFolder(mailbox, settings.Mode);
        }

        return null;
    }

    /// <summary>Whose size counts for a quota: the folder of a Maildir belongs to the mailbox above it.</summary>
    public static string QuotaDirectory(AppendfileTransportSettings settings)
    {
        var mailbox = settings.Path.TrimEnd('/');
        return settings.Quota.Directory?.TrimEnd('/')
            ?? (settings.Format == MailboxFormat.Maildir && File.Exists($"{mailbox}/{FolderMark}") ? DurableDirectory.Parent(mailbox) : mailbox);
    }

    private static void MarkAsFolder(string mailbox, UnixFileMode mode)
    {
        try
        {
            Posix.CreateNew($"{mailbox}/{FolderMark}", mode).Dispose();
        }
        catch (PosixException exception) when (exception.Errno == PosixException.Exists)
        {
            // Another delivery was quicker.
        }
    }
}

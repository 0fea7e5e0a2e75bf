using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Transports;

/// <summary>The option <c>file_format</c>: what an existing mailbox begins with decides which transport appends to it.</summary>
internal sealed class FileFormats
{
    private readonly List<(byte[] Start, string Transport)> _formats = [];

    private FileFormats()
    {
    }

    public static FileFormats? Of(DriverOptions options)
    {
        if (options.GetString("file_format") is not { } list)
        {
            return null;
        }

        var items = ListSyntax.Split(list);
        var formats = new FileFormats();
        for (var i = 0; i + 1 < items.Count; i += 2)
        {
            formats._formats.Add((OctetString.ToBytes(items[i]), items[i + 1]));
        }

        if (items.Count == 0 || items.Count % 2 != 0)
        {
            options.Report($"error for {options.Name} transport: file_format must have an even number of items", "file_format");
        }

        return formats;
    }

    /// <summary>What the mailboxes of a transport begin with.</summary>
    public string StartOf(string transport) => OctetString.FromBytes(_formats.Find(format => format.Transport == transport).Start);

    /// <returns>The transport for what the file holds; null for a new or empty file, or when it is none of these.</returns>
    public async ValueTask<(string? Transport, bool Unrecognized)> FindAsync(string path, CancellationToken cancellationToken)
    {
        if (FileStatus.TryRead(OctetString.FromText(path), out var status, out _) && !status.IsRegular)
        {
            return (null, false); // to be told of when it is opened
        }

        var start = new byte[_formats.Max(format => format.Start.Length)];
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        if (length == 0)
        {
            return (null, false);
        }

        foreach (var (test, transport) in _formats)
        {
            if (start.AsSpan(0, length).StartsWith(test))
            {
                return (transport, false);
            }
        }

        return (null, true);
    }
}

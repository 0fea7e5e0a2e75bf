using System.Globalization;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Files;

/// <summary>The file that keeps an automatic reply from being sent to an address again (option <c>once</c>).</summary>
/// <remarks>
/// A text file of lines <c>seconds identifier address</c>, oldest first: when, for which message, to whom. It is replaced as a whole, by a rename, and
/// flushed. An entry that a message made itself does not count against it: its reply may not have been sent when the node died.
/// </remarks>
internal sealed class OnceRecord(BlockingIoPool io, TimeProvider time)
{
    private const int MaxSize = 64 * 1024 * 1024;

    private readonly PathGate _gate = new();

    /// <summary>Notes that a reply goes to the addresses now. False when one of them has had one, so that none is to be sent.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public async ValueTask<bool> TryNoteAsync(AutoreplyTransportSettings settings, MessageId message, CancellationToken cancellationToken)
    {
        var path = settings.Once!;
        using var turn = await _gate.EnterAsync(path, cancellationToken);
        return await io.RunAsync(() => TryNote(path, settings, message), cancellationToken);
    }

    private bool TryNote(string path, AutoreplyTransportSettings settings, MessageId message)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var entries = Read(path);
        if (entries.Exists(entry => settings.OnceAddresses.Contains(entry.Address) && entry.Message != message.ToString()
            && (settings.OnceRepeat <= TimeSpan.Zero || now - entry.At < settings.OnceRepeat.TotalSeconds)))
        {
            return false;
        }

        entries.RemoveAll(entry => settings.OnceAddresses.Contains(entry.Address));
        entries.AddRange(settings.OnceAddresses.Select(address => new Entry(now, message.ToString(), address)));
        Write(path, settings, entries);
        return true;
    }

    private static List<Entry> Read(string path)
    {
        using var handle = Posix.OpenToRead(path);
        if (handle is null)
        {
            return [];
        }

        if (RandomAccess.GetLength(handle) > MaxSize)
        {
            throw new IOException($"{path}: larger than {MaxSize} octets; set once_file_size");
        }

        using var stream = new FileStream(handle, FileAccess.Read);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var entries = new List<Entry>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Split(' ', 3) is [var at, var message, var address] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                entries.Add(new Entry(seconds, message, address));
            }
        }

        return entries;
    }

    private static void Write(string path, AutoreplyTransportSettings settings, List<Entry> entries)
    {
        var lines = entries.Select(entry => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{entry.At} {entry.Message} {entry.Address}\n"))).ToList();
        var size = lines.Sum(line => (long)line.Length);
        var first = 0;
        while (settings.OnceFileSize > 0 && size > settings.OnceFileSize && first < lines.Count)
        {
            size -= lines[first++].Length;
        }

        var temporary = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using (var file = Posix.CreateNew(temporary, settings.Mode))
            {
                RandomAccess.Write(file, lines.Skip(first).SelectMany(line => line).ToArray(), 0);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(temporary, path, overwrite: true);
            Posix.FlushDirectory(DurableDirectory.Parent(path) is { Length: > 0 } parent ? parent : "/");
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private readonly record struct Entry(long At, string Message, string Address);
}

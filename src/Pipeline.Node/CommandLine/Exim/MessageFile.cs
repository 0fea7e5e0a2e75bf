using Pipeline.Node.CommandLine.Verify;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>The message of <c>-bem FILE</c>: it is there for its variables, as it is in the file; nothing is added to it.</summary>
internal static class MessageFile
{
    private const int MaxSize = 64 * 1024 * 1024;

    /// <returns>False when it cannot be read; that has been written to <paramref name="errors"/>.</returns>
    public static async Task<bool> ReadAsync(string path, MessageScope message, TextWriter errors, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            await errors.WriteLineAsync($"exim: failed to open {path}: No such file or directory");
            return false;
        }

        if (new FileInfo(path).Length > MaxSize)
        {
            await errors.WriteLineAsync($"exim: {path} is larger than {MaxSize} octets");
            return false;
        }

        ReadOnlyMemory<byte> text = LineEnds.ToWireForm(await File.ReadAllBytesAsync(path, cancellationToken));

        // A line that separates messages in a mailbox is no part of the message.
        if (text.Span.StartsWith("From "u8) && text.Span.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            text = text[(end + 2)..];
        }

        var header = HeaderLength(text.Span);
        Fill(message, text[..header], text[Math.Min(header + 2, text.Length)..]);

        // Exim keeps and counts lines without CR.
        message.Size = text.Length - text.Span.Count("\r\n"u8);
        message.ReceivedAt = time.GetUtcNow();
        return true;
    }

    /// <summary>Has the variables of a message tell of this content.</summary>
    /// <param name="header">All fields, CRLF line ends, without the empty line.</param>
    public static void Fill(MessageScope message, ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> body)
    {
        message.HeaderBlock = header;
        message.BodyStart = body;
        message.BodyEnd = body;
        message.BodyLineCount = body.Span.Count((byte)'\n') + (body.IsEmpty || body.Span.EndsWith("\n"u8) ? 0 : 1);
        message.BodyZeroCount = body.Span.Count((byte)0);
        message.BodySize = body.Length - body.Span.Count("\r\n"u8);
        message.MaxReceivedLineLength = Math.Max(LongestLine(header.Span), LongestLine(body.Span));
    }

    /// <summary>Octets of the header with the end of its last line, without the empty line.</summary>
    private static int HeaderLength(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\r\n"u8))
        {
            return 0;
        }

        var end = text.IndexOf("\r\n\r\n"u8);
        return end < 0 ? text.Length : end + 2;
    }

    private static int LongestLine(ReadOnlySpan<byte> text)
    {
        var longest = 0;
        foreach (var line in text.Split("\r\n"u8))
        {
            longest = Math.Max(longest, line.End.Value - line.Start.Value);
        }

        return longest;
    }
}

using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Connectors.Files;

/// <summary>What an earlier attempt has left in an mbox.</summary>
internal enum MboxTrace
{
    /// <summary>Nothing, or something that is not at the end of the file and is left alone.</summary>
    None = 0,

    /// <summary>The first part of the record, up to the end of the file.</summary>
    Partial = 1,

    Complete = 2,
}

/// <summary>Looks for a record in an mbox, octet for octet, except for the date of an earlier attempt.</summary>
/// <remarks>
/// Found by its first line, which holds sender and second of receipt, and then compared. One that a mail reader has edited since is not found.
/// </remarks>
internal sealed class MboxSearch(BlockingIoPool io, SafeFileHandle file, MailboxRecord record)
{
    private const int WindowSize = 1 << 20;

    /// <summary>The trace and where it begins.</summary>
    public async ValueTask<(MboxTrace Trace, long Offset)> FindAsync(CancellationToken cancellationToken)
    {
        var head = record.Head;
        var probe = head[..(head.Span.IndexOf((byte)'\n') + 1)];
        for (var from = 0L; ;)
        {
            var candidate = await io.RunAsync(() => FindLine(probe.Span, from), cancellationToken);
            if (candidate < 0)
            {
                return (MboxTrace.None, 0);
            }

            var trace = await CompareAsync(candidate, cancellationToken);
            if (trace != MboxTrace.None)
            {
                return (trace, candidate);
            }

            from = candidate + 1;
        }
    }

    /// <summary>Whether the record is the whole file.</summary>
    public async ValueTask<bool> IsWholeFileAsync(CancellationToken cancellationToken)
    {
        var length = 0L;
        await foreach (var piece in record.ReadAsync(cancellationToken))
        {
            length += piece.Length;
        }

        return length == RandomAccess.GetLength(file) && await CompareAsync(0, cancellationToken) == MboxTrace.Complete;
    }

    // The first place at or after an offset where a line begins with these octets, or -1.
    private long FindLine(ReadOnlySpan<byte> probe, long from)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(WindowSize);
        try
        {
            // Windows begin one octet early, for the line end before the match, and overlap by a probe.
            for (var start = Math.Max(0, from - 1); ;)
            {
                var length = ReadFully(buffer.AsSpan(0, WindowSize), start);
                var window = buffer.AsSpan(0, length);
                for (var i = (int)Math.Max(0, from - start); i + probe.Length <= length; i++)
                {
                    var next = window[i..].IndexOf(probe);
                    if (next < 0)
                    {
                        break;
                    }

                    i += next;
                    if (start + i == 0 || window[i - 1] == '\n')
                    {
                        return start + i;
                    }
                }

                if (length < WindowSize)
                {
                    return -1;
                }

                start += WindowSize - probe.Length - 1;
                from = Math.Max(from, start + 1);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<MboxTrace> CompareAsync(long offset, CancellationToken cancellationToken)
    {
        var (dateStart, dateLength) = record.Date.GetOffsetAndLength(record.Head.Length);
        var position = offset;
        await foreach (var piece in record.ReadAsync(cancellationToken))
        {
            var isHead = position == offset;
            var compared = await io.RunAsync(
                () => Compare(piece.Span, position, isHead ? dateStart : 0, isHead ? dateLength : 0), cancellationToken);
            if (compared != MboxTrace.Complete)
            {
                return compared;
            }

            position += piece.Length;
        }

        return MboxTrace.Complete;
    }

    private MboxTrace Compare(ReadOnlySpan<byte> piece, long offset, int maskStart, int maskLength)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(piece.Length);
        try
        {
            var length = ReadFully(buffer.AsSpan(0, piece.Length), offset);
            if (maskStart < length)
            {
                var mask = piece.Slice(maskStart, Math.Min(maskLength, length - maskStart));
                mask.CopyTo(buffer.AsSpan(maskStart));
            }

            return !piece[..length].SequenceEqual(buffer.AsSpan(0, length)) ? MboxTrace.None
                : length == piece.Length ? MboxTrace.Complete
                : MboxTrace.Partial;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int ReadFully(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length && RandomAccess.Read(file, buffer[total..], offset + total) is > 0 and var read)
        {
            total += read;
        }

        return total;
    }
}

using System.Buffers;
using System.IO.Pipelines;

namespace Pipeline.Node.Admin;

/// <summary>Reads the line of JSON that stands before the message in the body of a request.</summary>
internal static class FirstLine
{
    /// <param name="maxBytes">Octets it may have, its LF counted.</param>
    /// <returns>The line without its LF; null, with the problem, when there is none. What follows it has not been read.</returns>
    public static async Task<(byte[]? Line, string Problem)> ReadAsync(PipeReader body, int maxBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var end = read.Buffer.PositionOf((byte)'\n');
            var length = end is { } found ? read.Buffer.Slice(0, found).Length : read.Buffer.Length;
            if (length >= maxBytes)
            {
                body.AdvanceTo(read.Buffer.End);
                return (null, $"the first line is longer than {maxBytes} octets");
            }

            if (end is { } position)
            {
                var line = read.Buffer.Slice(0, position).ToArray();
                body.AdvanceTo(read.Buffer.GetPosition(1, position));
                return (line, "");
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return (null, "the request ends in its first line");
            }
        }
    }
}

using System.Buffers;
using System.IO.Pipelines;
using Pipeline.Connectors.Ports;

namespace Pipeline.Node.Scanning;

/// <summary>A message that another node is just sending. It is passed on as it comes, once.</summary>
internal sealed class RequestedMessage(PipeReader body, long size) : IScannedMessage
{
    public long Size => size;

    public bool CanRepeat => false;

    public async Task CopyToAsync(Stream destination, CancellationToken cancellationToken)
    {
        for (var left = size; ;)
        {
            var read = await body.ReadAsync(cancellationToken);
            if (read.Buffer.Length > left || (read.IsCompleted && read.Buffer.Length < left))
            {
                body.AdvanceTo(read.Buffer.Start);
                throw new IOException($"the message that was sent has not the {size} octets that were announced");
            }

            foreach (var piece in read.Buffer)
            {
                await destination.WriteAsync(piece, cancellationToken);
            }

            left -= read.Buffer.Length;
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}

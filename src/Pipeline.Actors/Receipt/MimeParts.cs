using System.Buffers;
using Pipeline.Mail.Message;
using Pipeline.Mail.Mime;
using Pipeline.Policy.Acl.Mime;

namespace Pipeline.Actors.Receipt;

/// <summary>The MIME parts of a message in the order in which an ACL sees them: first all of the message itself, then those of each message inside it.</summary>
/// <remarks>The message is read once to find its parts, and a part again when somebody asks for its content; nothing is kept in memory but their headers.</remarks>
internal sealed class MimeParts(HeaderBlock header, Func<Stream> openBody, DecodeFolder folder)
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Parts of the message and of those inside it.</summary>
    private readonly MimeLimits _limits = MimeLimits.Default;

    private readonly Queue<string> _attached = [];

    /// <exception cref="IOException">The message cannot be read, or a message inside it not be decoded.</exception>
    public async IAsyncEnumerable<ShownPart> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = _limits.MaxParts;
        var scanner = new MimeScanner(header, _limits);
        var open = openBody;
        var isAttached = false;
        while (true)
        {
            await using (var content = open())
            {
                await ScanAsync(scanner, content, cancellationToken);
            }

            foreach (var part in scanner.Parts)
            {
                var shown = new PartContent(part, open, folder);
                yield return new ShownPart(part, isAttached, shown);
                if (part.Header.IsMessage)
                {
                    _attached.Enqueue(await shown.DecodeMessageAsync(cancellationToken));
                }
            }

            left -= scanner.Parts.Count;
            if (left <= 0 || !_attached.TryDequeue(out var file))
            {
                yield break;
            }

            open = () => File.OpenRead(file);
            scanner = MimeScanner.OfMessage(_limits with { MaxParts = left });
            isAttached = true;
        }
    }

    private static async ValueTask ScanAsync(MimeScanner scanner, Stream content, CancellationToken cancellationToken)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int read;
            while ((read = await content.ReadAsync(chunk, cancellationToken)) > 0)
            {
                scanner.Append(chunk.AsSpan(0, read));
            }

            scanner.Complete();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private sealed class PartContent(MimePart part, Func<Stream> open, DecodeFolder folder) : IMimePartContent
    {
        public async ValueTask<DecodedPart> DecodeAsync(string? target, CancellationToken cancellationToken)
        {
            await using var raw = OpenRaw();
            return await folder.DecodeAsync(raw, part.Header.TransferEncoding, target, cancellationToken);
        }

        public async ValueTask<string> DecodeMessageAsync(CancellationToken cancellationToken)
        {
            await using var raw = OpenRaw();
            return (await folder.DecodeMessageAsync(raw, part.Header.TransferEncoding, cancellationToken)).Path;
        }

        public Stream OpenRaw() => new PartialStream(open(), part.Start, part.End);
    }
}

/// <param name="IsAttached">Of a message inside the message.</param>
internal sealed record ShownPart(MimePart Part, bool IsAttached, IMimePartContent Content);

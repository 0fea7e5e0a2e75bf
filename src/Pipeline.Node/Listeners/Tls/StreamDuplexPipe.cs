using System.IO.Pipelines;

namespace Pipeline.Node.Listeners.Tls;

/// <summary>Pipe ends over a stream. Waits for octets without holding a buffer; leaves the stream open.</summary>
internal sealed class StreamDuplexPipe(Stream stream, Stream? output = null) : IDuplexPipe
{
    public PipeReader Input { get; } =
        PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 4096, leaveOpen: true, useZeroByteReads: true));

    public PipeWriter Output { get; } = PipeWriter.Create(output ?? stream, new StreamPipeWriterOptions(leaveOpen: true));
}

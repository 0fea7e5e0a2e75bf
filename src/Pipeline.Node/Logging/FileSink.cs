using System.Text;

namespace Pipeline.Node.Logging;

/// <summary>A file that is opened for each batch of lines: whoever rotates logs may move or delete it at any time.</summary>
internal sealed class FileSink(string path) : ILogSink
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false);

    public void Write(string lines)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file.Write(Encoding.GetBytes(lines));
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }
}

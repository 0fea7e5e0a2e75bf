using System.Text;

namespace Pipeline.Node.Logging;

/// <summary>A file that is opened for each batch of lines: whoever rotates logs may move or delete it at any time, and its name may hold the date.</summary>
/// <param name="path">The file to append to now; its folder is there.</param>
internal sealed class FileSink(Func<string> path) : ILogSink
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false);

    public FileSink(string path)
        : this(() => path)
    {
    }

    public void Write(string lines)
    {
        try
        {
            using var file = new FileStream(path(), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file.Write(Encoding.GetBytes(lines));
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }
}

using Pipeline.Mail.Message;

namespace Pipeline.Storage.Bodies;

/// <summary>The content of a stored message whose body is in a file.</summary>
internal sealed class StoredContent(ReadOnlyMemory<byte> headerBlock, long bodySize, string path) : IMessageContent
{
    private const int ReadBuffer = 32 * 1024;

    public ReadOnlyMemory<byte> HeaderBlock => headerBlock;

    public long BodySize => bodySize;

    public bool TryGetBody(out ReadOnlyMemory<byte> body)
    {
        body = default;
        return false;
    }

    /// <exception cref="FileNotFoundException">The message is complete and its body deleted.</exception>
    public Stream OpenBody() => OpenFile(path);

    public static FileStream OpenFile(string path) => new(
        path,
        FileMode.Open,
        FileAccess.Read,
        FileShare.ReadWrite | FileShare.Delete,
        ReadBuffer,
        FileOptions.Asynchronous | FileOptions.SequentialScan);
}

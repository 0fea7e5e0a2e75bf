using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.State;

/// <summary>Octets of everything that is stored as JSON, the same for every engine.</summary>
internal static class StoredForm
{
    private const int LargestBufferKept = 64 * 1024;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public static byte[] Of(MessageDocument document) => Write(document, StorageJsonContext.Default.MessageDocument);

    public static byte[] Of(ImmutableArray<RecipientState> recipients) => Write(recipients, StorageJsonContext.Default.ImmutableArrayRecipientState);

    public static byte[] Of(RecipientState[] recipients) => Write(recipients, StorageJsonContext.Default.RecipientStateArray);

    public static byte[] Of(RetryHint hint) => Write(hint, StorageJsonContext.Default.RetryHint);

    public static byte[] Of(ImmutableArray<JournalEntry> entries)
    {
        var buffer = TakeBuffer();
        JournalJson.Write(buffer, entries.AsSpan());
        return Finish(buffer);
    }

    public static MessageDocument Document(ReadOnlySpan<byte> json) => Read(json, StorageJsonContext.Default.MessageDocument);

    public static RecipientState[] Recipients(ReadOnlySpan<byte> json) => Read(json, StorageJsonContext.Default.RecipientStateArray);

    public static RetryHint Hint(ReadOnlySpan<byte> json) => Read(json, StorageJsonContext.Default.RetryHint);

    /// <summary>Octets that the stored document of a message holds if, and only if, the message is in the named queue; with an empty name, in any named queue.</summary>
    /// <remarks>A quotation mark inside of a value is escaped in JSON, so that no value looks like this.</remarks>
    public static byte[] QueueMark(string queue) =>
        Encoding.UTF8.GetBytes(queue.Length == 0 ? $"\"{NewMessage.QueueProperty}\":\"" : $"\"{NewMessage.QueueProperty}\":\"{JsonEncodedText.Encode(queue, WriterOptions.Encoder)}\"");

    private static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new JsonException($"{typeof(T).Name} is null");

    private static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = TakeBuffer();
        var writer = _writer ??= new Utf8JsonWriter(buffer, WriterOptions);
        writer.Reset(buffer);
        JsonSerializer.Serialize(writer, value, type);
        writer.Flush();
        return Finish(buffer);
    }

    private static ArrayBufferWriter<byte> TakeBuffer()
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        return buffer;
    }

    private static byte[] Finish(ArrayBufferWriter<byte> buffer)
    {
        var octets = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > LargestBufferKept)
        {
            _buffer = null;
            _writer = null;
        }

        return octets;
    }
}

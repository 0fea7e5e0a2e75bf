using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Messages.Journal;

/// <summary>The stored form of journal entries: a JSON array with one object for each entry.</summary>
/// <remarks>
/// <c>{"s":sequence,"t":time,"k":manifest,"e":{event}}</c>. The time is in 100 ns since 1970 UTC. The manifest stands beside the event, not in it,
/// so that each event is written by its own generated serializer. An event whose manifest is not known is read as <see cref="UnknownEvent"/>;
/// members that are not known are skipped, and members that are absent have their default: only additive change is allowed.
/// </remarks>
public static class JournalJson
{
    /// <summary>Deeper JSON than any event has is damage.</summary>
    private const int MaxDepth = 16;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // The text is stored, never put into HTML: addresses outside ASCII stay legible.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly FrozenDictionary<string, JsonTypeInfo> ByManifest = JournalJsonContext.Default.JournalEvent
        .PolymorphismOptions!.DerivedTypes
        .ToFrozenDictionary(t => (string)t.TypeDiscriminator!, t => JournalJsonContext.Default.GetTypeInfo(t.DerivedType)!);

    private static readonly FrozenDictionary<Type, (JsonEncodedText Manifest, JsonTypeInfo Info)> ByType =
        ByManifest.ToFrozenDictionary(p => p.Value.Type, p => (JsonEncodedText.Encode(p.Key), p.Value));

    private static readonly JsonEncodedText Sequence = JsonEncodedText.Encode("s");
    private static readonly JsonEncodedText Time = JsonEncodedText.Encode("t");
    private static readonly JsonEncodedText Kind = JsonEncodedText.Encode("k");
    private static readonly JsonEncodedText Event = JsonEncodedText.Encode("e");

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>The frozen type discriminator of an event.</summary>
    public static string ManifestOf(JournalEvent journalEvent) => journalEvent is UnknownEvent unknown
        ? unknown.Manifest
        : ByType[journalEvent.GetType()].Manifest.Value;

    /// <summary>Appends the array of <paramref name="entries"/> to <paramref name="output"/>.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<JournalEntry> entries)
    {
        var writer = _writer;
        if (writer is null)
        {
            _writer = writer = new Utf8JsonWriter(output, WriterOptions);
        }
        else
        {
            writer.Reset(output);
        }

        writer.WriteStartArray();
        foreach (var entry in entries)
        {
            WriteEntry(writer, entry);
        }

        writer.WriteEndArray();
        writer.Flush();
        writer.Reset(Nowhere.Instance);
    }

    /// <summary>Writes the object of an event alone, without its manifest.</summary>
    public static void WriteEvent(Utf8JsonWriter writer, JournalEvent journalEvent)
    {
        if (journalEvent is UnknownEvent unknown)
        {
            writer.WriteRawValue(unknown.Json);
        }
        else
        {
            JsonSerializer.Serialize(writer, journalEvent, ByType[journalEvent.GetType()].Info);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">The octets are not such an array: the journal is damaged.</exception>
    public static ImmutableArray<JournalEntry> Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return ReadEntries(json);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            // How the reader says: a token of another type, a number out of range, text that is not UTF-8.
            throw new JsonException("journal: " + e.Message, e);
        }
    }

    private static ImmutableArray<JournalEntry> ReadEntries(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartArray, "array expected");
        var entries = ImmutableArray.CreateBuilder<JournalEntry>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            entries.Add(ReadEntry(ref reader, json));
        }

        Expect(reader.TokenType == JsonTokenType.EndArray, "end of array expected");
        return entries.DrainToImmutable();
    }

    private static void WriteEntry(Utf8JsonWriter writer, JournalEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteNumber(Sequence, entry.Sequence);
        writer.WriteNumber(Time, (entry.At - DateTimeOffset.UnixEpoch).Ticks);
        if (entry.Event is UnknownEvent unknown)
        {
            writer.WriteString(Kind, unknown.Manifest);
        }
        else
        {
            writer.WriteString(Kind, ByType[entry.Event.GetType()].Manifest);
        }

        writer.WritePropertyName(Event);
        WriteEvent(writer, entry.Event);
        writer.WriteEndObject();
    }

    private static JournalEntry ReadEntry(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        int? sequence = null;
        long? ticks = null;
        string? manifest = null;
        var body = Range.All;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("s"u8))
            {
                reader.Read();
                sequence = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("t"u8))
            {
                reader.Read();
                ticks = reader.GetInt64();
            }
            else if (reader.ValueTextEquals("k"u8))
            {
                reader.Read();
                manifest = reader.GetString();
            }
            else
            {
                var isEvent = reader.ValueTextEquals("e"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                body = isEvent ? start..(int)reader.BytesConsumed : body;
            }
        }

        Expect(reader.TokenType == JsonTokenType.EndObject, "end of entry expected");
        Expect(sequence is not null && ticks is not null && manifest is not null && !body.Equals(Range.All), "entry without s, t, k or e");
        return new JournalEntry(sequence!.Value, DateTimeOffset.UnixEpoch.AddTicks(ticks!.Value), ReadEvent(manifest!, json[body]));
    }

    private static JournalEvent ReadEvent(string manifest, ReadOnlySpan<byte> json) =>
        ByManifest.TryGetValue(manifest, out var info)
            ? (JournalEvent?)JsonSerializer.Deserialize(json, info) ?? throw new JsonException($"event {manifest} is null")
            : new UnknownEvent(manifest, System.Text.Encoding.UTF8.GetString(json));

    private static void Expect(bool condition, string what)
    {
        if (!condition)
        {
            throw new JsonException($"journal: {what}");
        }
    }

    /// <summary>Where the writer of a thread points between uses, so that it keeps no buffer of a caller alive.</summary>
    private sealed class Nowhere : IBufferWriter<byte>
    {
        public static Nowhere Instance { get; } = new();

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => new byte[sizeHint];

        public Span<byte> GetSpan(int sizeHint = 0) => new byte[sizeHint];
    }
}

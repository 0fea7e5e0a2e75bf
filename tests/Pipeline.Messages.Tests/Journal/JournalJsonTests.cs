using System.Buffers;
using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Mail.Addressing;
using Pipeline.Messages.Journal;

namespace Pipeline.Messages.Tests.Journal;

public sealed class JournalJsonTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch.AddTicks(17_000_000_000_000_001);

    public static TheoryData<int> Samples => [.. Enumerable.Range(0, JournalSamples.All.Count)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Event_is_stored_under_its_frozen_manifest_and_json(int sample)
    {
        var (journalEvent, manifest, json) = JournalSamples.All[sample];

        var stored = Write(new JournalEntry(3, At, journalEvent));

        Assert.Equal($$"""[{"s":3,"t":17000000000000001,"k":"{{manifest}}","e":{{json}}}]""", stored);
        Assert.Equal(manifest, JournalJson.ManifestOf(journalEvent));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Event_that_was_stored_is_read_back_equal(int sample)
    {
        var entry = new JournalEntry(3, At, JournalSamples.All[sample].Event);

        var read = Assert.Single(Read(Write(entry)));

        Assert.Equal(entry.Sequence, read.Sequence);
        Assert.Equal(entry.At, read.At);
        Assert.Equal(Text(entry.Event), Text(read.Event));
        Assert.IsType(entry.Event.GetType(), read.Event);
    }

    [Fact]
    public void Every_event_type_has_a_manifest_and_a_sample()
    {
        var types = typeof(JournalEvent).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(JournalEvent)) && t != typeof(UnknownEvent))
            .ToHashSet();
        var declared = typeof(JournalEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().ToArray();

        Assert.Equal(types, declared.Select(d => d.DerivedType).ToHashSet());
        Assert.Equal(types, JournalSamples.All.Select(s => s.Event.GetType()).ToHashSet());
        Assert.Equal(declared.Length, declared.Select(d => d.TypeDiscriminator).Distinct().Count());
    }

    [Fact]
    public void Many_entries_keep_their_order()
    {
        var entries = JournalSamples.All.Select((s, i) => new JournalEntry(i, At.AddTicks(i), s.Event)).ToArray();

        var read = Read(Write(entries));

        Assert.Equal(entries.Select(e => (e.Sequence, e.At, Text(e.Event))), read.Select(e => (e.Sequence, e.At, Text(e.Event))));
    }

    [Fact]
    public void No_entries_are_an_empty_array()
    {
        Assert.Equal("[]", Write());
        Assert.Empty(Read("[]"));
    }

    [Fact]
    public void Event_of_a_newer_version_is_read_as_unknown_and_written_back_as_it_was()
    {
        const string Stored = """[{"s":0,"t":5,"k":"teleported","e":{"r":2,"to":["mars"],"speed":{"c":1.0}}},{"s":1,"t":6,"k":"done","e":{}}]""";

        var read = Read(Stored);

        Assert.Equal(new UnknownEvent("teleported", """{"r":2,"to":["mars"],"speed":{"c":1.0}}"""), read[0].Event);
        Assert.Equal(new MessageCompleted(), read[1].Event);
        Assert.Equal("teleported", JournalJson.ManifestOf(read[0].Event));
        Assert.Equal(Stored, Write([.. read]));
    }

    [Fact]
    public void Member_of_a_newer_version_is_skipped()
    {
        var read = Read("""[{"new":[1,{"k":"done"}],"s":0,"t":5,"k":"aborted","e":{"reason":"QUIT","mood":"sad"}}]""");

        Assert.Equal(new TransactionAborted("QUIT"), Assert.Single(read).Event);
    }

    [Fact]
    public void Member_of_an_older_version_that_is_absent_has_its_default()
    {
        var read = Read("""[{"s":0,"t":5,"k":"rcpt","e":{"r":4,"address":"a@b"}}]""");

        Assert.Equal(new RecipientAccepted(4, "a@b"), Assert.Single(read).Event);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("[1]")]
    [InlineData("[{}]")]
    [InlineData("""[{"s":0,"t":5,"k":"done"}]""")]
    [InlineData("""[{"s":0,"t":5,"e":{}}]""")]
    [InlineData("""[{"s":0,"k":"done","e":{}}]""")]
    [InlineData("""[{"t":5,"k":"done","e":{}}]""")]
    [InlineData("""[{"s":0,"t":5,"k":"done","e":null}]""")]
    [InlineData("""[{"s":0,"t":5,"k":"done","e":{}}""")]
    public void Damaged_journal_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => Read(json));

    [Fact]
    public void Numbers_of_stored_enums_are_frozen()
    {
        Assert.Equal(
            [("None", 0), ("Never", 2), ("Success", 4), ("Failure", 8), ("Delay", 16)],
            Enum.GetValues<DsnNotify>().Select(v => (v.ToString(), (int)v)));
    }

    [Fact]
    public void Random_damage_is_refused_or_read_but_never_another_failure()
    {
        var random = new Random(20300102);
        var original = Encoding.UTF8.GetBytes(Write([.. JournalSamples.All.Select((s, i) => new JournalEntry(i, At, s.Event))]));
        for (var round = 0; round < 5_000; round++)
        {
            var damaged = original.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            var length = random.Next(4) == 0 ? random.Next(damaged.Length) : damaged.Length;
            try
            {
                _ = JournalJson.Read(damaged.AsSpan(0, length));
            }
            catch (JsonException)
            {
                // The one documented failure.
            }
        }
    }

    private static string Write(params JournalEntry[] entries)
    {
        var output = new ArrayBufferWriter<byte>();
        JournalJson.Write(output, entries);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static ImmutableArray<JournalEntry> Read(string json) => JournalJson.Read(Encoding.UTF8.GetBytes(json));

    /// <summary>Records compare arrays by reference; their JSON compares by value.</summary>
    private static string Text(JournalEvent journalEvent) => Write(new JournalEntry(0, At, journalEvent));
}

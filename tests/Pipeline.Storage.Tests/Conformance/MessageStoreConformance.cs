using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Conformance;

/// <summary>What every engine of <see cref="IMessageStore"/> promises. An engine's test class derives from it and opens its store.</summary>
public abstract partial class MessageStoreConformance : IAsyncLifetime
{
    private protected static readonly Ownership Node = new("node-a", 5);
    private protected static readonly Ownership NextLife = new("node-a", 6);

    private protected static readonly Ownership OtherNode = new("node-b", 1);

    private readonly ConcurrentDictionary<Ownership, Task> _joined = new();
    private IMessageStore? _store;
    private Mailbag? _mail;

    private protected ManualTime Time { get; } = new();

    private protected IMessageStore Store => _store!;

    private protected Mailbag Mail => _mail!;

    private protected DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>A store that is empty at the first call of a test, and the same store at later ones.</summary>
    private protected abstract Task<IMessageStore> OpenAsync(TimeProvider time, string node = "node-a");

    /// <summary>Makes a life known to an engine that wants to know who may write; an earlier life of the node ends by it.</summary>
    private protected virtual Task RegisterAsync(Ownership owner) => Task.CompletedTask;

    /// <summary>Removes what the test has left.</summary>
    private protected abstract Task CleanUpAsync();

    public async Task InitializeAsync()
    {
        _store = await OpenAsync(Time);
        _mail = new Mailbag(Time);
        await JoinedAsync(Node);
    }

    public async Task DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        await CleanUpAsync();
    }

    private protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        _store = await OpenAsync(Time);
    }

    /// <summary>An owner that may write from now on.</summary>
    private protected async Task<Ownership> JoinedAsync(Ownership owner)
    {
        await _joined.GetOrAdd(owner, RegisterAsync);
        return owner;
    }

    private protected async Task<NewMessage> AcceptedAsync(
        Ownership? owner = null, string sender = "a@example.org", string[]? recipients = null, ReadOnlyMemory<byte>? body = null)
    {
        var message = await Mail.MessageAsync(Store, await JoinedAsync(owner ?? Node), sender, recipients, body);
        Assert.Equal(WriteOutcome.Durable, await Store.AcceptAsync(message, default));
        await message.Body.DisposeAsync();
        return message;
    }

    private protected async Task<StoredMessage> ReadAsync(MessageId id) =>
        await Store.ReadAsync(id, default) ?? throw new InvalidOperationException($"{id} is not in the queue");

    private protected ValueTask<WriteOutcome> UpdateAsync(
        MessageId id,
        UpdateClosing closing,
        ImmutableArray<RecipientState>? recipients = null,
        Ownership? owner = null,
        ImmutableArray<JournalEntry>? journal = null,
        ImmutableArray<NewMessage>? notifications = null) =>
        Store.UpdateAsync(
            new MessageUpdate
            {
                Id = id,
                Owner = owner ?? Node,
                Journal = journal ?? [],
                Recipients = recipients ?? [],
                Closing = closing,
                Notifications = notifications ?? [],
            },
            default);

    /// <summary>Releases a message with its recipients due later than now by the given time.</summary>
    private protected async Task ReleaseAsync(MessageId id, TimeSpan dueIn, Ownership? owner = null)
    {
        var stored = await ReadAsync(id);
        Assert.Equal(
            WriteOutcome.Durable,
            await UpdateAsync(id, UpdateClosing.Release, [.. stored.Recipients.Select(r => r with { DueAt = Now + dueIn })], owner));
    }

    private protected async Task CompleteAsync(MessageId id, Ownership? owner = null)
    {
        var stored = await ReadAsync(id);
        Assert.Equal(
            WriteOutcome.Durable,
            await UpdateAsync(id, UpdateClosing.Complete, owner: owner, journal: [Mail.Entry(stored.NextSequence, new MessageCompleted())]));
    }

    private protected async Task<MessageId[]> FindAsync(JournalQuery query) => [.. await Store.FindAsync(query, default)];

    private protected async Task<MessageId[]> ClaimDueAsync(Ownership owner, int limit = 100) =>
        [.. (await Store.ClaimDueAsync(await JoinedAsync(owner), Now, limit, default)).Select(m => m.Id)];

    private protected static async Task<byte[]> BodyAsync(IMessageContent content)
    {
        await using var stream = content.OpenBody();
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private protected static byte[] RandomOctets(int count, int seed)
    {
        var octets = new byte[count];
        new Random(seed).NextBytes(octets);
        return octets;
    }
}

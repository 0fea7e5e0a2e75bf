using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.CrashWriter;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;

// Takes messages through their life until it is killed. Says on standard output, a line each:
// "A id" accepted and durable; "c id" about to complete it; "N id" its notification, before the same commit; "C id" completed and durable.
const int Callers = 8;
await using var store = await SqliteMessageStore.OpenAsync(new SqliteStoreOptions { Directory = args[0] }, NullLogger.Instance, default);
var owner = new Ownership("crash", store.Epoch);
await store.RecoverAsync(owner, default);
var ids = new MessageIdSource(TimeProvider.System);
var output = Console.OpenStandardOutput();

await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => RunAsync(caller))));

async Task RunAsync(int caller)
{
    for (var round = 0; ; round++)
    {
        var message = await AcceptAsync(ids.Next());
        var outcome = await store.UpdateAsync(Update(message.Id, UpdateClosing.KeepClaim, 2, new AttemptStarted(0, 1, "smtp", null)), default);
        if (outcome != WriteOutcome.Durable || (round + caller) % 3 == 0)
        {
            continue;
        }

        var update = Update(message.Id, UpdateClosing.Complete, 3, new MessageCompleted());
        if (round % 2 == 0)
        {
            var notification = await CrashMessage.CreateAsync(store, owner, ids.Next(), TimeProvider.System.GetUtcNow());
            update = update with { Notifications = [notification] };
            Say('N', notification.Id);
        }

        Say('c', message.Id);
        if (await store.UpdateAsync(update, default) == WriteOutcome.Durable)
        {
            foreach (var notification in update.Notifications)
            {
                Say('A', notification.Id);
                await notification.Body.DisposeAsync();
            }

            Say('C', message.Id);
        }
    }
}

async Task<NewMessage> AcceptAsync(MessageId id)
{
    var message = await CrashMessage.CreateAsync(store, owner, id, TimeProvider.System.GetUtcNow());
    if (await store.AcceptAsync(message, default) == WriteOutcome.Durable)
    {
        Say('A', id);
    }

    await message.Body.DisposeAsync();
    return message;
}

MessageUpdate Update(MessageId id, UpdateClosing closing, int sequence, JournalEvent journalEvent) => new()
{
    Id = id,
    Owner = owner,
    Closing = closing,
    Journal = [new JournalEntry(sequence, TimeProvider.System.GetUtcNow(), journalEvent)],
};

void Say(char what, MessageId id)
{
    // One write for a line: a killed process leaves whole lines.
    var line = System.Text.Encoding.ASCII.GetBytes($"{what} {id}\n");
    lock (output)
    {
        output.Write(line);
        output.Flush();
    }
}

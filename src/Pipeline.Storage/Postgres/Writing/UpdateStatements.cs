using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Partitions;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>The statements of updates, each over many of them.</summary>
internal static class UpdateStatements
{
    public static NpgsqlBatchCommand Look(IReadOnlyList<UpdateRequest> updates) => Statements.Of("look")
        .Texts(updates, static u => u.Id)
        .Integers(updates, static u => MessageDay.Of(u.Id))
        .Integers(updates, static u => u.First)
        .Octets(updates, static u => u.Entries)
        .Texts(updates, static u => u.Update.Owner.Node)
        .Longs(updates, static u => u.Update.Owner.Epoch);

    public static NpgsqlBatchCommand Append(IReadOnlyList<UpdateRequest> updates) => Head("append", updates)
        .Octets(updates, static u => u.States)
        .Octets(updates, static u => u.Entries)
        .Texts(updates, static u => u.Update.Owner.Node)
        .Longs(updates, static u => u.Update.Owner.Epoch);

    public static NpgsqlBatchCommand Complete(IReadOnlyList<UpdateRequest> updates) => Head("complete", updates)
        .Octets(updates, static u => u.Entries)
        .Longs(updates, static u => u.Ended)
        .Texts(updates, static u => u.Update.Owner.Node)
        .Longs(updates, static u => u.Update.Owner.Epoch);

    public static NpgsqlBatchCommand Fold(IReadOnlyList<UpdateRequest> updates) => Head("fold", updates)
        .Octets(updates, static u => u.Entries)
        .Texts(updates, static u => u.Update.Owner.Node)
        .Longs(updates, static u => u.Update.Owner.Epoch)
        .Texts(updates, static u => Releases(u) ? "" : u.Update.Owner.Node)
        .Longs(updates, static u => Releases(u) ? 0 : u.Update.Owner.Epoch)
        .Longs(updates, static u => StoredTime.Of(u.Fold!.Work.Due))
        .Smalls(updates, static u => (short)u.Fold!.Work.Stage)
        .Texts(updates, static u => PostgresText.Of(u.Fold!.Work.Destination))
        .Integers(updates, static u => u.Fold!.Queued)
        .Integers(updates, static u => u.Fold!.Base)
        .Octets(updates, static u => u.Fold!.Recipients);

    private static bool Releases(UpdateRequest update) => update.Update.Closing == UpdateClosing.Release;

    private static NpgsqlBatchCommand Head(string statement, IReadOnlyList<UpdateRequest> updates) => Statements.Of(statement)
        .Texts(updates, static u => u.Id)
        .Integers(updates, static u => MessageDay.Of(u.Id))
        .Integers(updates, static u => u.First)
        .Integers(updates, static u => u.Update.Journal.Length);
}

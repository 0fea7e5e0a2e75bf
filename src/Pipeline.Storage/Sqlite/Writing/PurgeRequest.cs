using Pipeline.Storage.State;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>Deletes the journals of a few messages that ended long ago; how many.</summary>
internal sealed class PurgeRequest(DateTimeOffset endedBefore, int limit) : WriteRequest<WriteSession, int>
{
    private int _purged;

    protected override int Answer => _purged;

    protected override int Unavailable => 0;

    public override void Apply(WriteSession session)
    {
        var ids = new List<string>();
        session.Purgeable.Bind(1, StoredTime.Of(endedBefore)).Bind(2, limit);
        while (session.Purgeable.Step())
        {
            ids.Add(session.Purgeable.Text(0));
        }

        foreach (var id in ids)
        {
            session.Purge.Bind(1, id).Run();
        }

        _purged = ids.Count;
    }
}

using Pipeline.Storage.Ports;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>Makes a new value of a hint from the one there is.</summary>
internal sealed class HintRequest(string key, Func<byte[]?, byte[]?> change) : WriteRequest<WriteSession, WriteOutcome>
{
    protected override WriteOutcome Answer => WriteOutcome.Durable;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    public override void Apply(WriteSession session)
    {
        var before = session.Hint(key);
        var after = change(before);
        if (ReferenceEquals(before, after))
        {
            return;
        }

        if (after is null)
        {
            session.DeleteRetryHint.Bind(1, key).Run();
        }
        else
        {
            session.PutRetryHint.Bind(1, key).Bind(2, after).Run();
        }
    }
}

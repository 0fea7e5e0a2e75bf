using Pipeline.Storage.Ports;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

internal sealed class HintRequest(string key, byte[]? value) : WriteRequest<WriteSession, WriteOutcome>
{
    protected override WriteOutcome Answer => WriteOutcome.Durable;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    public override void Apply(WriteSession session)
    {
        if (value is null)
        {
            session.DeleteRetryHint.Bind(1, key).Run();
        }
        else
        {
            session.PutRetryHint.Bind(1, key).Bind(2, value).Run();
        }
    }
}

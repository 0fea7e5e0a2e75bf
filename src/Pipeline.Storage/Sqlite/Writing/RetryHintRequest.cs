using Pipeline.Storage.Ports;
using Pipeline.Storage.State;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

internal sealed class RetryHintRequest(string key, RetryHint? hint) : WriteRequest<WriteSession, WriteOutcome>
{
    private readonly byte[]? _value = hint is null ? null : StoredForm.Of(hint);

    protected override WriteOutcome Answer => WriteOutcome.Durable;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    public override void Apply(WriteSession session)
    {
        if (_value is null)
        {
            session.DeleteRetryHint.Bind(1, key).Run();
        }
        else
        {
            session.PutRetryHint.Bind(1, key).Bind(2, _value).Run();
        }
    }
}

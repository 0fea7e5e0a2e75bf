using Pipeline.Faults;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Postgres.Writing;

internal sealed class AcceptRequest(AcceptPart message) : WriteRequest<GroupCommit, WriteOutcome>, IOwnedWrite
{
    public override long Size => message.Size;

    public IEnumerable<Ownership> Owners => [message.Message.Owner];

    public NewMessage Message => message.Message;

    public bool HasChunks => message.HasChunks;

    protected override WriteOutcome Answer => message.IsHeld ? WriteOutcome.Durable : WriteOutcome.Fenced;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    public override bool TryJoin(HashSet<MessageId> written) => written.Add(message.Message.Id);

    public override void Apply(GroupCommit commit)
    {
        Crash.At(CrashPoint.AcceptGroupTaken);
        message.AddTo(commit);
    }

    public override void Committed()
    {
        Crash.At(CrashPoint.AcceptCommitted);
        message.Release();
        base.Committed();
    }

    public override void Refuse(Exception? cause)
    {
        message.Release();
        base.Refuse(cause);
    }
}

using Pipeline.Faults;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

internal sealed class AcceptRequest(AcceptPart message) : WriteRequest<WriteSession, WriteOutcome>
{
    public override long Size => message.Size;

    protected override WriteOutcome Answer => WriteOutcome.Durable;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    public override void Apply(WriteSession session)
    {
        Crash.At(CrashPoint.AcceptGroupTaken);
        message.Apply(session);
        Crash.At(CrashPoint.AcceptRowsWritten);
    }

    public override void Committed()
    {
        Crash.At(CrashPoint.AcceptCommitted);
        message.Committed();
        base.Committed();
    }

    public override void Refuse(Exception? cause)
    {
        message.Refused();
        base.Refuse(cause);
    }
}

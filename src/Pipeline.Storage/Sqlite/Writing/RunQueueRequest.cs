using Pipeline.Storage.Ports;
using Pipeline.Storage.State;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>Makes the messages of one queue due that wait for a queue run; how many, or null when nothing could be written.</summary>
internal sealed class RunQueueRequest(string queue) : WriteRequest<WriteSession, int?>
{
    private readonly byte[] _mark = StoredForm.QueueMark(queue);
    private int? _due;

    protected override int? Answer => _due;

    protected override int? Unavailable => null;

    public override void Apply(WriteSession session) =>
        _due = (int)session.RunQueue.Bind(1, StoredTime.Of(RecipientState.AtQueueRun)).Bind(2, _mark).Bind(3, queue.Length > 0 ? 1 : 0).Run();
}

using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;
using Pipeline.Storage.State;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>Claims what is due: preferred destinations first, then the longest due.</summary>
internal sealed class ClaimDueRequest(Ownership owner, DateTimeOffset now, int limit, ClaimScope scope) : WriteRequest<WriteSession, ImmutableArray<MessageId>>
{
    private ImmutableArray<MessageId> _claimed;

    protected override ImmutableArray<MessageId> Answer => _claimed;

    protected override ImmutableArray<MessageId> Unavailable => [];

    public override void Apply(WriteSession session)
    {
        var selection = new DueSelection(scope, limit);
        var due = session.Due.Bind(1, StoredTime.Of(now));
        while (!selection.IsComplete && due.Step())
        {
            selection.Offer(due.Text(0), due.Long(1), (QueueStage)due.Int(2), due.TextOrNull(3));
        }

        due.Reset();
        _claimed =
        [
            .. selection.Chosen
                .Where(c => session.Claim.Bind(1, owner.Node).Bind(2, owner.Epoch).Bind(3, c.Id).Run() > 0)
                .Select(c => MessageId.Create(c.Id)),
        ];
    }
}

/// <summary>Claims one message, due or not.</summary>
internal sealed class ClaimRequest(Ownership owner, MessageId id) : WriteRequest<WriteSession, bool>
{
    private bool _claimed;

    protected override bool Answer => _claimed;

    protected override bool Unavailable => false;

    public override void Apply(WriteSession session) =>
        _claimed = session.Claim.Bind(1, owner.Node).Bind(2, owner.Epoch).Bind(3, id.ToString()).Run() > 0;
}

using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;
using Pipeline.Storage.State;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>Claims what is due, the longest due first.</summary>
internal sealed class ClaimDueRequest(Ownership owner, DateTimeOffset now, int limit) : WriteRequest<WriteSession, ImmutableArray<MessageId>>
{
    private readonly List<(long Due, string Id)> _claimed = [];

    protected override ImmutableArray<MessageId> Answer => [.. _claimed.Order().Select(c => MessageId.Create(c.Id))];

    protected override ImmutableArray<MessageId> Unavailable => [];

    public override void Apply(WriteSession session)
    {
        _claimed.Clear();
        var claim = session.ClaimDue.Bind(1, owner.Node).Bind(2, owner.Epoch).Bind(3, StoredTime.Of(now)).Bind(4, limit);
        while (claim.Step())
        {
            _claimed.Add((claim.Long(1), claim.Text(0)));
        }
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

using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>What a page of a take-over found; <paramref name="Last"/> is null when nothing is left.</summary>
internal sealed record TakeOverPage(int Messages, int OpenAttempts, string? Last);

/// <summary>Releases a page of the messages that are in hands that are gone: another epoch's, or another name's.</summary>
internal sealed class TakeOverRequest(Ownership owner, string after, int limit, DateTimeOffset now, ILogger logger) : WriteRequest<WriteSession, TakeOverPage?>
{
    private TakeOverPage? _page;

    protected override TakeOverPage? Answer => _page;

    protected override TakeOverPage? Unavailable => null;

    public override void Apply(WriteSession session)
    {
        var held = new List<(string Id, string Node, long Epoch)>();
        var rows = session.HeldByOthers.Bind(1, owner.Node).Bind(2, owner.Epoch).Bind(3, after).Bind(4, limit);
        while (rows.Step())
        {
            held.Add((rows.Text(0), rows.Text(1), rows.Long(2)));
        }

        var (released, open) = (0, 0);
        foreach (var (id, node, epoch) in held)
        {
            try
            {
                if (QueuedState.Read(session.State, session.StatesSince, id) is { } state)
                {
                    open += state.Recipients.OpenAttempts;
                    released += QueuedState.Write(session, id, (node, epoch), ("", 0), state.Recipients, state.NextSequence, state.Recipients.NextWork(now)) ? 1 : 0;
                }
            }
            catch (JsonException e)
            {
                // It stays where it is: one damaged message must not keep the node from starting.
                session.State.Reset();
                session.StatesSince.Reset();
                Log.MessageUnreadable(logger, id, e);
            }
        }

        _page = new TakeOverPage(released, open, held.Count < limit ? null : held[^1].Id);
    }
}

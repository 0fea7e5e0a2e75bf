using Pipeline.Actors.Routing;
using Pipeline.Mail.Addressing;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>Which recipients of a message lead to the same delivery, so that it is made once.</summary>
/// <remarks>
/// <para>A place (<see cref="RoutingDecision.Deliver.Place"/>) is held by the recipient that stands for its delivery: one that waits for it or has had it.
/// A recipient that failed holds nothing, since another that leads to the same place still has its own try; so a place that anybody
/// leads to is never left without a holder. Holders are recipients' stored state, so a restart finds the same ones.</para>
/// <para>A duplicate ends at once and shares what becomes of its holder. The holder it points to is not a duplicate at that time, and being one is final:
/// chains of duplicates do not run in circles.</para>
/// </remarks>
internal static class DuplicateRecipients
{
    /// <summary>Finds the routed recipients whose place is held already; the others hold their places from now on.</summary>
    /// <param name="hasFailed">Recipients whose failure is not recorded yet.</param>
    /// <returns>By index, each with the holder of its place.</returns>
    /// <remarks>Who held a place before keeps it; then the lowest index has it, so that the order in which routing ended does not matter.</remarks>
    public static SortedDictionary<int, int> Find(
        IReadOnlyCollection<RecipientState> recipients, IReadOnlyDictionary<int, RoutingDecision.Deliver> routed, Func<int, bool> hasFailed)
    {
        var holders = new Dictionary<string, int>(StringComparer.Ordinal);
        var held = new HashSet<int>();
        foreach (var recipient in recipients)
        {
            if (recipient.Place is not { } place || recipient.Status is not (RecipientStatus.Queued or RecipientStatus.Delivered))
            {
                continue;
            }

            if (!routed.TryGetValue(recipient.Index, out var again))
            {
                if (!hasFailed(recipient.Index))
                {
                    holders.TryAdd(place, recipient.Index);
                }
            }
            else if (again.Place == place)
            {
                held.Add(recipient.Index);
            }
        }

        var duplicates = new SortedDictionary<int, int>();
        foreach (var (index, deliver) in routed.OrderBy(pair => held.Contains(pair.Key) ? 0 : 1).ThenBy(pair => pair.Key))
        {
            if (!holders.TryAdd(deliver.Place, index))
            {
                duplicates.Add(index, holders[deliver.Place]);
            }
        }

        return duplicates;
    }

    /// <summary>Whether a duplicate shares the end of a recipient: the one it stands behind, or one that a redirection put in that one's place.</summary>
    public static bool Shares(RecipientState duplicate, RecipientState ended, Func<int, RecipientState> recipient)
    {
        var holder = recipient(duplicate.DuplicateOf!.Value);
        while (holder.DuplicateOf is { } next)
        {
            holder = recipient(next);
        }

        var at = ended;
        while (at.Index != holder.Index && at.Parent >= 0)
        {
            at = recipient(at.Parent);
        }

        return at.Index == holder.Index;
    }

    /// <summary>What a next hop is asked to report when one recipient stands for several: all that any of them is promised (RFC 3461 section 4.1).</summary>
    public static DsnNotify Together(IEnumerable<DsnNotify> wishes)
    {
        var together = DsnNotify.None;
        DsnNotify? common = null;
        var same = true;
        foreach (var wish in wishes)
        {
            same &= common is null || common == wish;
            common ??= wish;
            together |= wish switch
            {
                DsnNotify.None => DsnNotify.Failure | DsnNotify.Delay, // what silence means
                DsnNotify.Never => DsnNotify.None,
                _ => wish,
            };
        }

        return same ? common ?? DsnNotify.None : together;
    }
}

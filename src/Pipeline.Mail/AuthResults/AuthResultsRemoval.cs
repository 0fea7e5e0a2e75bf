using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.AuthResults;

/// <summary>Finds the fields of an incoming message that claim to be our own: they are forged and must go (RFC 8601 section 5).</summary>
public static class AuthResultsRemoval
{
    /// <summary>Indexes, top first, of the fields whose authserv-id is one of ours; to be removed together, by <see cref="HeaderBlock.Without"/>.</summary>
    /// <remarks>
    /// Names compare whole, without comments, quotes and case. A field that cannot be read is taken for a claim when it holds one of our names
    /// anywhere: some reader behind us may be more forgiving than we are.
    /// </remarks>
    public static ImmutableArray<int> Find(HeaderBlock header, params ReadOnlySpan<string> ownIds)
    {
        var found = ImmutableArray.CreateBuilder<int>();
        foreach (var index in header.IndexesOf("authentication-results"))
        {
            var value = header[index].Value.Span;
            var isReadable = AuthResultsParser.TryParse(value, AuthResultsReading.Tolerant, out var field, out _);
            foreach (var own in ownIds)
            {
                if (isReadable ? IsSame(field.AuthServId, own) : Holds(value, own))
                {
                    found.Add(index);
                    break;
                }
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Whether two authserv-ids are the same, whole and without regard to case.</summary>
    internal static bool IsSame(string claimed, string own) =>
        DnsName.TryToAscii(claimed, out var left) && DnsName.TryToAscii(own, out var right) && left.Equals(right, StringComparison.OrdinalIgnoreCase);

    private static bool Holds(ReadOnlySpan<byte> value, string own) =>
        Encoding.UTF8.GetString(value).Contains(own, StringComparison.OrdinalIgnoreCase);
}

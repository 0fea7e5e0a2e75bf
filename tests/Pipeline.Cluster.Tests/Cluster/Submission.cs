using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>
/// One sending of one message to one node, up to the answer to its final dot. Each has a token of its own, and so an envelope sender of its own:
/// the journal and every copy tell a client's repeat from a node's.
/// </summary>
internal sealed class Submission(int token, string node, ImmutableArray<string> recipients)
{
    private const string BoxPrefix = "t";

    public int Token => token;

    public string Node => node;

    /// <summary>The envelope sender. Its Maildir is where notifications of failures arrive.</summary>
    public string Sender => string.Create(CultureInfo.InvariantCulture, $"{BoxPrefix}{token}@{Domains.Maildir}");

    /// <summary>Addresses, before any redirection.</summary>
    public ImmutableArray<string> Recipients => recipients;

    /// <summary>Null unless it was answered with 250.</summary>
    public MessageId? Acknowledged { get; set; }

    /// <summary>The answer to the end of the message was a refusal.</summary>
    public bool Refused { get; set; }

    /// <summary>The token of a <see cref="Sender"/>; null for any other address.</summary>
    public static int? TokenOf(string address) =>
        address.StartsWith(BoxPrefix, StringComparison.Ordinal)
            && address.EndsWith("@" + Domains.Maildir, StringComparison.Ordinal)
            && int.TryParse(address.AsSpan()[BoxPrefix.Length..^(Domains.Maildir.Length + 1)], NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                ? token
                : null;
}

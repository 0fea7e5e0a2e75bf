using System.Collections.Immutable;

namespace Pipeline.Mail.Scanning;

/// <summary>How a message came, for scanners whose rules go by more than its content. Texts have one char for each octet.</summary>
/// <param name="Sender">Without angle brackets; empty for the null sender.</param>
/// <param name="Recipients">The first ones, without angle brackets: as many as have room, which are some hundreds.</param>
/// <param name="RecipientCount">How many there are in all.</param>
/// <param name="Helo">Null when the client said none.</param>
/// <param name="ClientName">The confirmed name of the client; null when it is not known.</param>
/// <param name="ClientAddress">Null for a message that came by no network.</param>
/// <param name="AuthenticatedId">Whom the client has proved to be; null without authentication.</param>
public sealed record ScanEnvelope(
    string Sender, ImmutableArray<string> Recipients, int RecipientCount, string? Helo, string? ClientName, string? ClientAddress, string? AuthenticatedId)
{
    /// <summary>Octets of all recipients that are named together.</summary>
    public const int RecipientRoom = 32 * 1024;

    /// <summary>The same for a scanner that judges each recipient, and so has to hear of as many as it can.</summary>
    public const int JudgedRecipientRoom = 160 * 1024;

    /// <summary>What recipients have opted in to, by their names in <see cref="Recipients"/>: features of the scanner with colons between them. Null when nobody has.</summary>
    public ImmutableDictionary<string, string>? OptIns { get; init; }

    /// <param name="recipients">All of them, without angle brackets.</param>
    /// <param name="room">Octets of all that are named together.</param>
    /// <returns>Those that are named.</returns>
    public static ImmutableArray<string> Named(IEnumerable<string> recipients, int room)
    {
        return [.. recipients.TakeWhile(recipient => (room -= recipient.Length) >= 0)];
    }
}

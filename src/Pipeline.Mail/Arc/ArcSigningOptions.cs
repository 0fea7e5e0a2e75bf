using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;

namespace Pipeline.Mail.Arc;

/// <summary>How to seal a message.</summary>
public sealed record ArcSigningOptions
{
    /// <summary>d=. U-labels are converted.</summary>
    public required string Domain { get; init; }

    /// <summary>The authserv-id of the Authentication-Results fields that count as our own; null when it is the domain.</summary>
    public string? AuthServId { get; init; }

    /// <summary>s=.</summary>
    public required string Selector { get; init; }

    public required DkimPrivateKey Key { get; init; }

    /// <summary>Which fields the message signature covers. Those of ARC and Authentication-Results are never among them.</summary>
    public DkimHeaderList Headers { get; init; } = DefaultHeaders;

    public CanonicalForm HeaderForm { get; init; } = CanonicalForm.Relaxed;

    public CanonicalForm BodyForm { get; init; } = CanonicalForm.Relaxed;

    /// <summary>Write t= into message signature and seal.</summary>
    public bool Timestamp { get; init; }

    /// <summary>x= of the message signature; null for one that does not expire.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>What DKIM signs, as often as it is present, and the signatures of DKIM.</summary>
    public static DkimHeaderList DefaultHeaders { get; } = DkimHeaderList.Create(
        "=DKIM-Signature", "=From", "=Sender", "=Reply-To", "=Subject", "=Date", "=Message-ID", "=To", "=Cc", "=MIME-Version", "=Content-Type",
        "=Content-Transfer-Encoding", "=Content-ID", "=Content-Description", "=Resent-Date", "=Resent-From", "=Resent-Sender", "=Resent-To", "=Resent-Cc",
        "=Resent-Message-ID", "=In-Reply-To", "=References", "=List-Id", "=List-Help", "=List-Unsubscribe", "=List-Subscribe", "=List-Post", "=List-Owner",
        "=List-Archive");
}

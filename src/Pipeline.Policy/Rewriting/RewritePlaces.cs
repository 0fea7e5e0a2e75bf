namespace Pipeline.Policy.Rewriting;

/// <summary>Where an address stands that is to be rewritten; for a rule, all the places that its flags name.</summary>
[Flags]
public enum RewritePlaces
{
    None = 0,

    /// <summary>Sender and Resent-Sender.</summary>
    Sender = 1 << 0,

    /// <summary>From and Resent-From.</summary>
    From = 1 << 1,

    /// <summary>To and Resent-To.</summary>
    To = 1 << 2,

    /// <summary>Cc and Resent-Cc.</summary>
    Cc = 1 << 3,

    /// <summary>Bcc and Resent-Bcc.</summary>
    Bcc = 1 << 4,

    ReplyTo = 1 << 5,

    EnvelopeFrom = 1 << 6,

    EnvelopeTo = 1 << 7,

    /// <summary>The path of MAIL as the client wrote it.</summary>
    SmtpSender = 1 << 8,

    /// <summary>The path of RCPT as the client wrote it.</summary>
    SmtpRecipient = 1 << 9,

    Headers = Sender | From | To | Cc | Bcc | ReplyTo,

    Envelope = EnvelopeFrom | EnvelopeTo,

    /// <summary>What a rule without flags is for.</summary>
    All = Headers | Envelope,

    Smtp = SmtpSender | SmtpRecipient,
}

/// <summary>The names of places in Exim's log, and which fields are which place.</summary>
public static class RewritePlaceNames
{
    /// <summary>The name of one place, as <c>log_selector = +address_rewrite</c> and <c>-brw</c> write it.</summary>
    public static string Of(RewritePlaces place) => place switch
    {
        RewritePlaces.Sender => "sender:",
        RewritePlaces.From => "from:",
        RewritePlaces.To => "to:",
        RewritePlaces.Cc => "cc:",
        RewritePlaces.Bcc => "bcc:",
        RewritePlaces.ReplyTo => "reply-to:",
        RewritePlaces.EnvelopeFrom => "env-from",
        RewritePlaces.EnvelopeTo => "env-to",
        RewritePlaces.SmtpSender => "smtp sender",
        RewritePlaces.SmtpRecipient => "smtp recipient",
        _ => throw new ArgumentOutOfRangeException(nameof(place), place, "not one place"),
    };

    /// <summary>The place that a header field is; none when its addresses are not rewritten.</summary>
    /// <param name="name">Any letter case. Resent-Reply-To is no field of RFC 5322, and Exim leaves it alone.</param>
    public static RewritePlaces OfField(ReadOnlySpan<byte> name)
    {
        Span<byte> lower = stackalloc byte[13];
        if (name.Length > lower.Length)
        {
            return RewritePlaces.None;
        }

        System.Text.Ascii.ToLower(name, lower, out var length);
        ReadOnlySpan<byte> field = lower[..length];
        var resent = field.StartsWith("resent-"u8);
        return (resent ? field["resent-"u8.Length..] : field) switch
        {
            var f when f.SequenceEqual("sender"u8) => RewritePlaces.Sender,
            var f when f.SequenceEqual("from"u8) => RewritePlaces.From,
            var f when f.SequenceEqual("to"u8) => RewritePlaces.To,
            var f when f.SequenceEqual("cc"u8) => RewritePlaces.Cc,
            var f when f.SequenceEqual("bcc"u8) => RewritePlaces.Bcc,
            var f when f.SequenceEqual("reply-to"u8) && !resent => RewritePlaces.ReplyTo,
            _ => RewritePlaces.None,
        };
    }
}

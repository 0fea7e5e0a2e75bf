using Pipeline.Mail.Addressing;

namespace Pipeline.Actors.Receipt;

/// <summary>How the policy will have SMTP spoken with one client. The defaults are those of the language.</summary>
public sealed record SessionRules
{
    /// <summary>A client that talks before it may loses the connection: <c>smtp_enforce_sync</c>, and <c>enforce_sync</c> and <c>no_enforce_sync</c> of <c>control</c>.</summary>
    public bool EnforcesSynchronisation { get; init; } = true;

    /// <summary>Commands may come before the banner, and behind EHLO before its reply (<c>pipelining_connect_advertise_hosts</c>).</summary>
    public bool TakesEarlyCommands { get; init; }

    /// <summary>MAIL needs EHLO or HELO first (<c>hosts_require_helo</c>).</summary>
    public bool RequiresHello { get; init; } = true;

    /// <summary>
    /// What MAIL takes beside a mailbox: <c>allow_domain_literals</c>, <c>allow_utf8_domains</c>, <c>strip_trailing_dot</c>, <c>strip_excess_angle_brackets</c>, and
    /// <c>sender_unqualified_hosts</c>.
    /// </summary>
    public EnvelopeAddressForms SenderForms { get; init; }

    /// <summary>The same of RCPT, with <c>recipient_unqualified_hosts</c>; postmaster may always come without a domain.</summary>
    public EnvelopeAddressForms RecipientForms { get; init; }

    /// <summary>MAIL may name a sender without a domain.</summary>
    public bool TakesUnqualifiedSenders => SenderForms.HasFlag(EnvelopeAddressForms.Unqualified);

    /// <summary>RCPT may name a recipient without a domain.</summary>
    public bool TakesUnqualifiedRecipients => RecipientForms.HasFlag(EnvelopeAddressForms.Unqualified);

    /// <summary>Errors of syntax, and commands out of sequence, in one connection; one more ends it (<c>smtp_max_synprot_errors</c>).</summary>
    public int MaxErrors { get; init; } = 3;

    /// <summary>Unknown commands in one connection; one more ends it (<c>smtp_max_unknown_commands</c>).</summary>
    public int MaxUnknownCommands { get; init; } = 3;

    /// <summary>Commands that carry no mail, in one connection; one more ends it (<c>smtp_accept_max_nonmail</c>, for <c>smtp_accept_max_nonmail_hosts</c>).</summary>
    public int MaxNonMailCommands { get; init; } = 10;

    /// <summary>Recipients of one message (<c>recipients_max</c>); null where the policy has no bound, and that of the listener holds.</summary>
    public int? MaxRecipients { get; init; }

    /// <summary>A message with more recipients is refused for all of them, rather than for those that are too many (<c>recipients_max_reject</c>).</summary>
    public bool RefusesMessageOfTooMany { get; init; }
}

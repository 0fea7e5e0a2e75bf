using System.Collections.Frozen;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Configuration;

/// <summary>What <c>log_selector</c> asks for: Exim's default set, changed by <c>+name</c> and <c>-name</c> from left to right.</summary>
public sealed class LogSelection
{
    private const string All = "all";

    /// <summary>Both names are one selector.</summary>
    private const string RejectedHeader = "rejected_header";

    private const string RejectedHeaders = "rejected_headers";

    private static readonly FrozenSet<string> Defaults = new[]
    {
        "acl_warn_skipped", "connection_reject", "delay_delivery", "dkim", "dnslist_defer", "etrn", "host_lookup_failed", "lost_incoming_connection",
        "msg_id", "queue_run", "queue_time_exclusive", "rejected_header", "retry_defer", "sender_verify_fail", "size_reject", "skip_delivery",
        "smtp_confirmation", "tls_certificate_verified", "tls_cipher",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The selectors that change what is written.</summary>
    private static readonly FrozenSet<string> Obeyed = new[]
    {
        "8bitmime", "acl_warn_skipped", "address_rewrite", "all_parents", "arguments", "connection_id", "connection_reject", "delay_delivery",
        "deliver_time", "delivery_size", "dkim", "dkim_verbose", "dnslist_defer", "etrn", "host_lookup_failed", "ident_timeout",
        "incoming_interface", "incoming_port", "lost_incoming_connection", "millisec", "msg_id", "msg_id_created", "outgoing_port", "pid",
        "pipelining", "proxy", "queue_run", "queue_time", "queue_time_exclusive", "queue_time_overall", "receive_time", "received_recipients",
        "received_sender", "rejected_header", "rejected_headers", "retry_defer", "return_path_on_delivery", "sender_on_delivery",
        "sender_verify_fail", "size_reject", "skip_delivery", "smtp_confirmation", "smtp_connection", "smtp_incomplete_transaction", "smtp_mailauth",
        "smtp_no_mail", "smtp_protocol_error", "smtp_syntax_error", "subject", "tls_certificate_verified", "tls_cipher", "tls_peerdn", "tls_sni",
        "unknown_in_list",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly HashSet<string> _named;

    private LogSelection(bool everything, HashSet<string> named)
    {
        Everything = everything;
        _named = named;
    }

    /// <summary>Every selector that Exim has or had.</summary>
    public static FrozenSet<string> Names { get; } = new[]
    {
        "8bitmime", "acl_warn_skipped", "address_rewrite", All, "all_parents", "arguments", "connection_id", "connection_reject", "delay_delivery",
        "deliver_time", "delivery_size", "dkim", "dkim_verbose", "dnslist_defer", "dnssec", "etrn", "host_lookup_failed", "ident_timeout",
        "incoming_interface", "incoming_port", "lost_incoming_connection", "millisec", "msg_id", "msg_id_created", "outgoing_interface",
        "outgoing_port", "pid", "pipelining", "protocol_detail", "proxy", "queue_run", "queue_time", "queue_time_exclusive", "queue_time_overall",
        "receive_time", "received_recipients", "received_sender", "rejected_header", "rejected_headers", "retry_defer", "return_path_on_delivery",
        "sender_on_delivery", "sender_verify_fail", "size_reject", "skip_delivery", "smtp_confirmation", "smtp_connection",
        "smtp_incomplete_transaction", "smtp_mailauth", "smtp_no_mail", "smtp_protocol_error", "smtp_syntax_error", "spf", "spf_verbose", "subject",
        "tls_certificate_verified", "tls_cipher", "tls_on_connect", "tls_peerdn", "tls_resumption", "tls_sni", "unknown_in_list",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether asking for it, or not, changes what is written.</summary>
    public static Support SupportOf(string name) => name == All || Obeyed.Contains(name) ? Support.Done
        : name == "ident_timeout" ? Support.WithoutEffect("no ident query is made")
        : NoSuchField;

    private static readonly Support NoSuchField = Support.NotDone("what the log does not tell, \"mailpipeline explain\" does");

    public static LogSelection Default { get; } = Parse(null);

    /// <summary>After <c>+all</c> the names are those that were taken out again.</summary>
    private bool Everything { get; }

    /// <param name="option">The value of log_selector; null when it is not set. Parts that are no selection are passed over: see <see cref="Unknown"/>.</param>
    public static LogSelection Parse(string? option)
    {
        var (everything, named) = (false, new HashSet<string>(Defaults, StringComparer.Ordinal));
        foreach (var item in Items(option))
        {
            var (on, name) = (item[0] == '+', item[1..] == RejectedHeaders ? RejectedHeader : item[1..]);
            if (name == All)
            {
                (everything, named) = (on, []);
            }
            else if (on == everything)
            {
                named.Remove(name);
            }
            else
            {
                named.Add(name);
            }
        }

        return new LogSelection(everything, named);
    }

    /// <summary>The parts of a value that are no selection at all.</summary>
    public static IEnumerable<string> Unknown(string? option) => Items(option).Where(item => item[0] is not ('+' or '-') || !Names.Contains(item[1..]));

    /// <summary>The parts of a value that ask for something else than what is written.</summary>
    public static IEnumerable<string> NotDone(string? option) =>
        Items(option).Where(item => Names.Contains(item[1..]) && !Obeyed.Contains(item[1..]) && Defaults.Contains(item[1..]) != (item[0] == '+'));

    public bool Has(string name) => _named.Contains(name) != Everything;

    /// <summary>Where a line goes that a selector is about: selectors are about the main log, and other logs have it in any case.</summary>
    public PolicyLogTarget Choose(string name, PolicyLogTarget target) => Has(name) ? target : target & ~PolicyLogTarget.Main;

    private static string[] Items(string? option) => (option ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}

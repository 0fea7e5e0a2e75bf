using System.Collections.Frozen;

namespace Pipeline.Node.Logging;

/// <summary>What <c>log_selector</c> asks for: Exim's default set, changed by <c>+name</c> and <c>-name</c> from left to right.</summary>
internal sealed class LogSelection
{
    private const string All = "all";

    private static readonly FrozenSet<string> Defaults = new[]
    {
        "acl_warn_skipped", "connection_reject", "delay_delivery", "dkim", "dnslist_defer", "etrn", "host_lookup_failed", "lost_incoming_connection",
        "queue_run", "rejected_header", "retry_defer", "sender_verify_fail", "size_reject", "skip_delivery", "smtp_confirmation",
        "tls_certificate_verified", "tls_cipher",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly HashSet<string> _named;

    private LogSelection(bool everything, HashSet<string> named)
    {
        Everything = everything;
        _named = named;
    }

    public static LogSelection Default { get; } = Parse(null);

    /// <summary>After <c>+all</c> the names are those that were taken out again.</summary>
    private bool Everything { get; }

    /// <param name="option">The value of log_selector; null when it is not set. Parts that are no selection are passed over.</param>
    public static LogSelection Parse(string? option)
    {
        var (everything, named) = (false, new HashSet<string>(Defaults, StringComparer.Ordinal));
        foreach (var item in (option ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var (on, name) = (item[0] == '+', item[1..]);
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

    public bool Has(string name) => _named.Contains(name) != Everything;
}

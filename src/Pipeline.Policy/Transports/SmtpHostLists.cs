using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Transports;

/// <summary>The host lists of the smtp transport, with what holds when they are not set.</summary>
internal sealed class SmtpHostLists
{
    private static readonly (string Name, string? Unset)[] Names =
    [
        ("hosts_avoid_esmtp", null),
        ("hosts_avoid_pipelining", null),
        ("hosts_avoid_tls", null),
        ("hosts_pipe_connect", null),
        ("hosts_require_alpn", null),
        ("hosts_require_auth", null),
        ("hosts_require_dane", null),
        ("hosts_require_tls", null),
        ("hosts_try_auth", null),
        ("hosts_try_chunking", "*"),
        ("hosts_try_dane", "*"),
        ("hosts_try_prdr", "*"),
        ("hosts_verify_avoid_tls", null),
        ("serialize_hosts", null),
        ("tls_resumption_hosts", null),
        ("tls_try_verify_hosts", "*"),
        ("tls_verify_cert_hostnames", "*"),
        ("tls_verify_hosts", null),
    ];

    private readonly Dictionary<string, MailList?> _lists;

    public SmtpHostLists(DriverOptions options) => _lists = Names.ToDictionary(
        entry => entry.Name,
        entry => options.GetList(entry.Name, ListKind.Host) ?? (entry.Unset is null ? null : MailList.Compile(ListKind.Host, entry.Unset)),
        StringComparer.Ordinal);

    public HostListCheck Check(string name, EvaluationScope scope) => new(_lists[name], scope);
}

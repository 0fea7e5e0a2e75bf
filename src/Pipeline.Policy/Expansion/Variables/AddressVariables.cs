using System.Collections.Frozen;
using Pipeline.Mail.Scanning;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Variables about the address being checked, routed or delivered.</summary>
internal static class AddressVariables
{
    private static readonly string[] Named =
    [
        "address_data", "address_file", "address_pipe", "domain_data", "event_data", "event_defer_errno", "event_name", "home", "host", "host_address",
        "host_port", "inode", "local_part_data", "local_user_gid", "local_user_uid", "mailstore_basename", "pipe_addresses", "router_name",
        "self_hostname", "sending_ip_address", "sending_port", "transport_name", "verify_mode", "local_part_prefix_v", "local_part_suffix_v",
        "srs_orig_recipient", "srs_orig_sender", "srs_db_address", "srs_db_key", "srs_status",
        "tls_out_bits", "tls_out_certificate_verified", "tls_out_cipher", "tls_out_cipher_std", "tls_out_dane", "tls_out_ocsp",
        "tls_out_peerdn", "tls_out_resumption", "tls_out_sni", "tls_out_tlsa_usage", "tls_out_ver",
    ];

    /// <summary>What they are before anything has set them, where that is not the empty string; -1 as a user is shown without its sign.</summary>
    private static readonly FrozenDictionary<string, string> Unset = new Dictionary<string, string>
    {
        ["event_defer_errno"] = "0",
        ["host_port"] = "0",
        ["inode"] = "0",
        ["local_user_gid"] = "4294967295",
        ["local_user_uid"] = "4294967295",
        ["sending_port"] = "-1",
        ["tls_out_bits"] = "0",
        ["tls_out_certificate_verified"] = "0",
        ["tls_out_dane"] = "no",
        ["tls_out_ocsp"] = "0",
        ["tls_out_resumption"] = "0",
        ["tls_out_tlsa_usage"] = "0",
    }.ToFrozenDictionary();

    public static VariableDefinition[] Definitions { get; } =
    [
        VariableDefinition.FromPeer("local_part", s => s.Address?.LocalPart),
        VariableDefinition.FromPeer("domain", s => s.Address?.Domain),
        VariableDefinition.FromPeer("local_part_prefix", s => s.Address?.LocalPartPrefix),
        VariableDefinition.FromPeer("local_part_suffix", s => s.Address?.LocalPartSuffix),
        VariableDefinition.FromPeer("original_local_part", s => s.Address?.OriginalLocalPart),
        VariableDefinition.FromPeer("original_domain", s => s.Address?.OriginalDomain),
        VariableDefinition.FromPeer("parent_local_part", s => s.Address?.ParentLocalPart),
        VariableDefinition.FromPeer("parent_domain", s => s.Address?.ParentDomain),
        VariableDefinition.FromPeer(
            "return_path",
            s => s.Address is null ? null : s.Address.Values.TryGetValue("return_path", out var path) ? path.Text : s.Message.SenderText),
        new("bmi_deliver", s => s.Address?.Judged is { Verdict.IsDelivered: false } ? "0" : "1"),
        new("bmi_alt_location", s => s.Address?.Judged?.Verdict.Alternate),
        new("bmi_base64_verdict", s => s.Address?.Judged?.Token),
        new("bmi_base64_tracker_verdict", s => s.Address?.Judged is { } judged ? BmiToken.WriteTracker(judged.Verdict) : null),
        VariableDefinition.OfCertificate("tls_out_peercert", s => s.Address?.TlsPeerCertificate),
        VariableDefinition.OfCertificate("tls_out_ourcert", s => s.Address?.TlsOurCertificate),
        .. Named.Select(name => Of(name, Unset.GetValueOrDefault(name))),
    ];

    private static VariableDefinition Of(string name, string? unset) =>
        new(name, scope => scope.Address is { } address && address.Values.TryGetValue(name, out var value) ? value : unset);
}

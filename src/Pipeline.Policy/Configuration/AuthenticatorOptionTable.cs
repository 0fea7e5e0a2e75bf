using System.Collections.Frozen;

namespace Pipeline.Policy.Configuration;

/// <summary>Every authenticator option of Exim 4.92 and later: those of all authenticators, and those of each driver.</summary>
public static class AuthenticatorOptionTable
{
    public static OptionTable Generic { get; } = new OptionTable(
    [
        .. OptionTable.Of(OptionType.String, "driver public_name"),
        .. OptionTable.Of(OptionType.Expanded, """
            client_condition client_set_id server_advertise_condition server_condition server_debug_print server_mail_auth_condition server_set_id
            """),
    ]).Marked((Support.WithoutEffect("nothing prints it"), "server_debug_print"));

    public static IReadOnlyDictionary<string, OptionTable> Drivers { get; } = new Dictionary<string, OptionTable>
    {
        ["cram_md5"] = Expanded("client_name client_secret server_secret"),
        ["cyrus_sasl"] = Expanded("server_hostname server_mech server_realm server_service").OfDriver(NotOffered("no SASL library is used")),
        ["dovecot"] = new OptionTable(
            [.. OptionTable.Of(OptionType.Bool, "server_tls"), .. OptionTable.Of(OptionType.Expanded, "server_socket")])
            .Marked((Support.NotDone("its server is asked without TLS: name a Unix socket"), "server_tls")),
        ["external"] = Expanded("client_send server_param2 server_param3"),
        ["gsasl"] = new OptionTable(
        [
            .. OptionTable.Of(OptionType.Bool, "client_channelbinding server_channelbinding"),
            .. OptionTable.Of(OptionType.Expanded, """
                client_authz client_password client_spassword client_username server_hostname server_key server_mech server_password
                server_realm server_scram_iter server_scram_salt server_service server_skey
                """),
        ]).OfDriver(NotOffered("no SASL library is used")),
        ["heimdal_gssapi"] = Expanded("server_hostname server_keytab server_service").OfDriver(NotOffered("Kerberos is not used")),
        ["plaintext"] = new(
        [
            .. OptionTable.Of(OptionType.Bool, "client_ignore_invalid_base64"),
            .. OptionTable.Of(OptionType.Expanded, "client_send server_prompts"),
        ]),
        ["spa"] = Expanded("client_domain client_password client_username server_password")
            .OfDriver(NotOffered("NTLM is not spoken; use plaintext over TLS")),
        ["tls"] = Expanded("server_param server_param1 server_param2 server_param3"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static OptionTable Expanded(string names) => new(OptionTable.Of(OptionType.Expanded, names));

    private static Support NotOffered(string reason) => Support.NotDone($"{reason}: the mechanism is neither offered to clients nor used with servers");
}

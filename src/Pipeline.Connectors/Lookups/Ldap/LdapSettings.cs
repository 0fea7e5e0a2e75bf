using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lookups.Ldap;

namespace Pipeline.Connectors.Lookups.Ldap;

/// <summary>How a server is spoken to: what the query says, and what the main options say for all.</summary>
/// <param name="NetworkTimeout">For a connection, and for each answer.</param>
internal sealed record LdapSettings(LdapQuery Query, MainOptions Options, TimeSpan NetworkTimeout)
{
    /// <summary>Sets them on a connection that is not open yet.</summary>
    /// <returns>What the library does not take, with why; null when it takes everything.</returns>
    public string? ApplyTo(nint connection)
    {
        var wait = new LibLdap.TimeValue { Seconds = (nint)NetworkTimeout.TotalSeconds };
        var version = Options.LdapVersion;
        var dereference = (int)Query.Dereference;
        var limit = (int)(Query.TimeLimit?.TotalSeconds ?? 0);
        return Check("ldap_version", LibLdap.SetOption(connection, LibLdap.OptionProtocolVersion, ref version))
            ?? Check("CONNECT", LibLdap.SetOption(connection, LibLdap.OptionNetworkTimeout, ref wait))
            ?? Check("CONNECT", LibLdap.SetOption(connection, LibLdap.OptionTimeout, ref wait))
            ?? Check("DEREFERENCE", LibLdap.SetOption(connection, LibLdap.OptionDereference, ref dereference))
            ?? Check("TIME", LibLdap.SetOption(connection, LibLdap.OptionTimeLimit, ref limit))
            ?? Check("REFERRALS", LibLdap.SetSwitch(connection, LibLdap.OptionReferrals, Query.FollowsReferrals ? 1 : 0))
            ?? ApplyTls(connection);
    }

    private string? ApplyTls(nint connection)
    {
        // Without any of these the library's own configuration holds (ldap.conf).
        var isSet = false;
        var problem = Text(LibLdap.OptionTlsCertificateAuthorityFile, "ldap_ca_cert_file", Options.LdapCaCertFile)
            ?? Text(LibLdap.OptionTlsCertificateAuthorityFolder, "ldap_ca_cert_dir", Options.LdapCaCertDir)
            ?? Text(LibLdap.OptionTlsCertificateFile, "ldap_cert_file", Options.LdapCertFile)
            ?? Text(LibLdap.OptionTlsKeyFile, "ldap_cert_key", Options.LdapCertKey)
            ?? Text(LibLdap.OptionTlsCipherSuite, "ldap_cipher_suite", Options.LdapCipherSuite);
        if (problem is null && Options.LdapRequireCert is { } word && LdapCertificateDemand.Find(word) is { } demand)
        {
            isSet = true;
            problem = Check("ldap_require_cert", LibLdap.SetOption(connection, LibLdap.OptionTlsRequireCertificate, ref demand));
        }

        var client = 0;
        return problem ?? (isSet ? Check("ldap_ca_cert_file and the like", LibLdap.SetOption(connection, LibLdap.OptionTlsNewContext, ref client)) : null);

        string? Text(int option, string name, string? value)
        {
            isSet |= value is not null;
            return value is null ? null : Check(name, LibLdap.SetOption(connection, option, value));
        }
    }

    private static string? Check(string name, int error) => error == LibLdap.Success ? null : $"LDAP: {name} cannot be set: {LibLdap.Text(error)}";
}

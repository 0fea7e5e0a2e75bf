namespace Pipeline.Policy.Lookups.Ldap;

/// <summary>The words of <c>ldap_require_cert</c>, and what libldap has for them (LDAP_OPT_X_TLS_REQUIRE_CERT).</summary>
public static class LdapCertificateDemand
{
    public const string Words = "never, hard, demand, allow or try";

    /// <returns>Null for a word that is none.</returns>
    public static int? Find(string word) => word.ToLowerInvariant() switch
    {
        "never" => 0,
        "hard" => 1,
        "demand" => 2,
        "allow" => 3,
        "try" => 4,
        _ => null,
    };
}

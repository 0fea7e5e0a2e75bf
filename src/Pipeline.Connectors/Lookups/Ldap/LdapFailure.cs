namespace Pipeline.Connectors.Lookups.Ldap;

/// <summary>What went wrong; the default when nothing did.</summary>
/// <param name="Problem">In Exim's words.</param>
/// <param name="Error">The library's or the server's number.</param>
internal readonly record struct LdapFailure(string? Problem, int Error)
{
    /// <summary>It is the server's state, and not the question: another may be asked.</summary>
    public bool IsServerAway => Error is LibLdap.ServerDown or LibLdap.Timeout or LibLdap.ConnectError or LibLdap.Busy or LibLdap.Unavailable;
}

using Pipeline.Policy.Authentication.Dovecot;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Authentication;

/// <summary>Names every authenticator driver that is done, once. The option tables say what becomes of the others.</summary>
internal static class AuthenticatorDriverRegistry
{
    private static readonly Dictionary<string, Func<DriverOptions, AuthenticatorDefinition>> Drivers = new(StringComparer.Ordinal)
    {
        ["cram_md5"] = static options => new CramMd5Authenticator(options),
        ["dovecot"] = static options => new DovecotAuthenticator(options),
        ["external"] = static options => new ExternalAuthenticator(options),
        ["plaintext"] = static options => new PlaintextAuthenticator(options),
        ["tls"] = static options => new TlsAuthenticator(options),
    };

    /// <returns>Null for a driver that is not done, or does not exist: then its block was complained about when it was read.</returns>
    public static AuthenticatorDefinition? Create(DriverOptions options) => Drivers.TryGetValue(options.Driver, out var create) ? create(options) : null;
}

using System.Collections.Frozen;
using Pipeline.Connectors.Lookups.Ldap;
using Pipeline.Connectors.Lookups.Redis;
using Pipeline.Policy.Lookups;

namespace Pipeline.Connectors.Lookups;

/// <summary>The lookup types that need a library or a database. There is one of each in a process, which liblmdb requires, and it lives as long.</summary>
public static class LookupBackends
{
    /// <summary>By the name of the type.</summary>
    public static FrozenDictionary<string, ILookupBackend> ByName { get; } =
        new ILookupBackend[]
        {
            new LmdbLookup(), new SqliteLookup(), new PgsqlLookup(), new MysqlLookup(), new RedisLookup(),
            new LdapLookup("ldap", LdapLookupKind.One), new LdapLookup("ldapm", LdapLookupKind.Many), new LdapLookup("ldapdn", LdapLookupKind.Name),
            new LdapLookup("ldapauth", LdapLookupKind.Credentials),
        }.ToFrozenDictionary(backend => backend.TypeName, StringComparer.Ordinal);

    /// <summary>Types that this machine cannot do, by name, and why.</summary>
    public static FrozenDictionary<string, string> Unusable { get; } = ByName.Values
        .Where(backend => backend.WhyUnusable is not null)
        .ToFrozenDictionary(backend => backend.TypeName, backend => backend.WhyUnusable!, StringComparer.Ordinal);
}

using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary>Every lookup type, once. A type without a finder is known; it is available when the program brings a backend for it.</summary>
internal static class LookupRegistry
{
    private static readonly FrozenDictionary<string, LookupType> Known = Types().ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    public static IEnumerable<LookupType> All => Known.Values;

    public static IEnumerable<string> Names => Known.Keys;

    public static IEnumerable<string> AvailableNames => Known.Values.Where(t => t.IsAvailable).Select(t => t.Name);

    public static bool TryFind(string name, [NotNullWhen(true)] out LookupType? type) => Known.TryGetValue(name, out type);

    private static IEnumerable<LookupType> Types() =>
    [
        .. LineSearch.Types, .. WildLineSearch.Types, .. AddressLineSearch.Types, .. DirectorySearch.Types, .. PasswordLookup.Types, .. DnsDatabase.Types,
        .. JsonFile.Types, .. ConstantDatabase.Types,
        .. SpfLookup.Types, .. NeedingBackend(LookupStyle.SingleKey, "dbm", "dbmnz", "dbmjz", "nis", "nis0"),
        new LookupType("lmdb", LookupStyle.SingleKey, null) { NeedsAbsoluteFile = false, HasBackend = true },
        new LookupType("psl", LookupStyle.SingleKey, null),
        new LookupType("mysql", LookupStyle.Query, null) { Quote = QueryQuoting.Mysql, QuotedMark = Taint.QuotedForMysql, HasBackend = true },
        new LookupType("pgsql", LookupStyle.Query, null) { Quote = QueryQuoting.Pgsql, QuotedMark = Taint.QuotedForPgsql, HasBackend = true },
        new LookupType("sqlite", LookupStyle.Query, null) { Quote = QueryQuoting.Sqlite, QuotedMark = Taint.QuotedForSqlite, HasBackend = true },
        new LookupType("ldap", LookupStyle.Query, null) { Quote = QueryQuoting.Ldap, QuotedMark = Taint.QuotedForLdap, HasBackend = true },
        new LookupType("ldapm", LookupStyle.Query, null) { Quote = QueryQuoting.Ldap, QuotedMark = Taint.QuotedForLdap, HasBackend = true },
        new LookupType("ldapdn", LookupStyle.Query, null) { Quote = QueryQuoting.Ldap, QuotedMark = Taint.QuotedForLdap, HasBackend = true },
        new LookupType("redis", LookupStyle.Query, null) { Quote = QueryQuoting.Redis, QuotedMark = Taint.QuotedForRedis, HasBackend = true },
        new LookupType("nisplus", LookupStyle.Query, null) { Quote = QueryQuoting.NisPlus, QuotedMark = Taint.QuotedForNisPlus },
        new LookupType("oracle", LookupStyle.Query, null) { Quote = QueryQuoting.Oracle, QuotedMark = Taint.QuotedForOracle },
        new LookupType("ibase", LookupStyle.Query, null) { Quote = QueryQuoting.Ibase, QuotedMark = Taint.QuotedForIbase },
        .. NeedingBackend(LookupStyle.Query, "nmh", "readsock", "testdb", "whoson"),
    ];

    private static IEnumerable<LookupType> NeedingBackend(LookupStyle style, params string[] names) => names.Select(name => new LookupType(name, style, null));
}

using System.Reflection;
using System.Runtime.InteropServices;

namespace Pipeline.Connectors.Lookups;

/// <summary>Libraries of the machine that lookups use when they are there, by the name under which this assembly imports them.</summary>
internal static class SystemLibrary
{
    public const string Lmdb = "lmdb";
    public const string Ldap = "ldap";

    private static readonly Dictionary<string, Lazy<nint>> Known = new()
    {
        [Lmdb] = new(() => Load("liblmdb.so.0", "liblmdb.so", "lmdb")),
        [Ldap] = new(() => Load("libldap.so.2", "libldap-2.5.so.0", "libldap-2.4.so.2", "libldap.so", "ldap")),
    };

    // An assembly has one resolver.
    static SystemLibrary() => NativeLibrary.SetDllImportResolver(typeof(SystemLibrary).Assembly, Resolve);

    /// <summary>Whether the library is on this machine. To be asked before anything is called that is imported from it.</summary>
    public static bool Has(string name) => Known[name].Value != 0;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => Known.TryGetValue(name, out var library) ? library.Value : 0;

    private static nint Load(params string[] names)
    {
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var handle))
            {
                return handle;
            }
        }

        return 0;
    }
}

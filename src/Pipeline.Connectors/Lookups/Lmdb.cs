using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Pipeline.Connectors.Lookups;

/// <summary>The part of liblmdb that reading needs. Source: lmdb.h of LMDB 0.9.</summary>
internal static partial class Lmdb
{
    public const int NoSubdirectory = 0x4000;
    public const int ReadOnly = 0x20000;
    public const int NoThreadLocalStorage = 0x200000;
    public const int NotFound = -30798;
    public const int MapResized = -30785;
    public const int FileMode = 0x1B0; // 0660

    private const string Library = SystemLibrary.Lmdb;

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsThere => SystemLibrary.Has(Library);

    public static string Text(int error) => Marshal.PtrToStringUTF8(StrError(error)) ?? $"error {error}";

    [LibraryImport(Library, EntryPoint = "mdb_env_create")]
    public static partial int EnvironmentCreate(out nint environment);

    [LibraryImport(Library, EntryPoint = "mdb_env_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int EnvironmentOpen(nint environment, string path, uint flags, uint mode);

    [LibraryImport(Library, EntryPoint = "mdb_env_set_mapsize")]
    public static partial int EnvironmentSetMapSize(nint environment, nuint size);

    [LibraryImport(Library, EntryPoint = "mdb_env_close")]
    public static partial void EnvironmentClose(nint environment);

    [LibraryImport(Library, EntryPoint = "mdb_txn_begin")]
    public static partial int TransactionBegin(nint environment, nint parent, uint flags, out nint transaction);

    [LibraryImport(Library, EntryPoint = "mdb_txn_abort")]
    public static partial void TransactionAbort(nint transaction);

    [LibraryImport(Library, EntryPoint = "mdb_dbi_open")]
    public static partial int DatabaseOpen(nint transaction, nint name, uint flags, out uint database);

    [LibraryImport(Library, EntryPoint = "mdb_get")]
    public static partial int Get(nint transaction, uint database, ref Value key, out Value data);

    [LibraryImport(Library, EntryPoint = "mdb_strerror")]
    private static partial nint StrError(int error);

    /// <summary>MDB_val: octets that are LMDB's, or the caller's.</summary>
    [StructLayout(LayoutKind.Sequential)]
    [SuppressMessage("Design", "CA1051", Justification = "the layout is the library's")]
    public struct Value
    {
        public nuint Size;
        public nint Data;
    }
}

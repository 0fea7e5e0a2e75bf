using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Pipeline.Connectors.Lookups.Ldap;

/// <summary>The part of libldap that binding and searching need. Source: ldap.h and the manual pages of OpenLDAP 2.4 to 2.6.</summary>
internal static partial class LibLdap
{
    public const int Success = 0;
    public const int TimeLimitExceeded = 3;
    public const int SizeLimitExceeded = 4;
    public const int NoSuchObject = 32;
    public const int InvalidCredentials = 49;
    public const int Busy = 51;
    public const int Unavailable = 52;
    public const int ServerDown = -1;
    public const int Timeout = -5;
    public const int ConnectError = -11;

    public const int OptionDereference = 0x02;
    public const int OptionTimeLimit = 0x04;
    public const int OptionReferrals = 0x08;
    public const int OptionProtocolVersion = 0x11;
    public const int OptionTimeout = 0x5002;
    public const int OptionNetworkTimeout = 0x5005;
    public const int OptionTlsCertificateAuthorityFile = 0x6002;
    public const int OptionTlsCertificateAuthorityFolder = 0x6003;
    public const int OptionTlsCertificateFile = 0x6004;
    public const int OptionTlsKeyFile = 0x6005;
    public const int OptionTlsRequireCertificate = 0x6006;
    public const int OptionTlsCipherSuite = 0x6008;
    public const int OptionTlsNewContext = 0x600f;

    private const string Library = SystemLibrary.Ldap;

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsThere => SystemLibrary.Has(Library);

    public static string Text(int error) => Marshal.PtrToStringUTF8(ErrorToString(error)) ?? "unknown error";

    [LibraryImport(Library, EntryPoint = "ldap_initialize", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Initialize(out nint connection, string uri);

    [LibraryImport(Library, EntryPoint = "ldap_set_option")]
    public static partial int SetOption(nint connection, int option, ref int value);

    [LibraryImport(Library, EntryPoint = "ldap_set_option")]
    public static partial int SetOption(nint connection, int option, ref TimeValue value);

    [LibraryImport(Library, EntryPoint = "ldap_set_option", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetOption(nint connection, int option, string value);

    /// <summary>For an option that is on (1) or off (0), which is the pointer itself.</summary>
    [LibraryImport(Library, EntryPoint = "ldap_set_option")]
    public static partial int SetSwitch(nint connection, int option, nint value);

    [LibraryImport(Library, EntryPoint = "ldap_start_tls_s")]
    public static partial int StartTls(nint connection, nint serverControls, nint clientControls);

    [LibraryImport(Library, EntryPoint = "ldap_sasl_bind_s")]
    public static partial int Bind(nint connection, byte[] name, nint mechanism, ref Octets password, nint serverControls, nint clientControls, nint serverCredentials);

    [LibraryImport(Library, EntryPoint = "ldap_search_ext_s")]
    public static partial int Search(
        nint connection, byte[] name, int scope, byte[]? filter, nint[]? attributes, int typesOnly, nint serverControls, nint clientControls, nint timeout, int sizeLimit, out nint result);

    [LibraryImport(Library, EntryPoint = "ldap_count_entries")]
    public static partial int CountEntries(nint connection, nint result);

    [LibraryImport(Library, EntryPoint = "ldap_first_entry")]
    public static partial nint FirstEntry(nint connection, nint result);

    [LibraryImport(Library, EntryPoint = "ldap_next_entry")]
    public static partial nint NextEntry(nint connection, nint entry);

    [LibraryImport(Library, EntryPoint = "ldap_get_dn")]
    public static partial nint NameOf(nint connection, nint entry);

    [LibraryImport(Library, EntryPoint = "ldap_first_attribute")]
    public static partial nint FirstAttribute(nint connection, nint entry, out nint position);

    [LibraryImport(Library, EntryPoint = "ldap_next_attribute")]
    public static partial nint NextAttribute(nint connection, nint entry, nint position);

    /// <summary>An array of pointers to <see cref="Octets"/>, with a null at its end.</summary>
    [LibraryImport(Library, EntryPoint = "ldap_get_values_len")]
    public static partial nint ValuesOf(nint connection, nint entry, nint attribute);

    [LibraryImport(Library, EntryPoint = "ldap_value_free_len")]
    public static partial void FreeValues(nint values);

    [LibraryImport(Library, EntryPoint = "ldap_memfree")]
    public static partial void FreeText(nint text);

    [LibraryImport(Library, EntryPoint = "ldap_msgfree")]
    public static partial int FreeResult(nint result);

    [LibraryImport(Library, EntryPoint = "ldap_unbind_ext_s")]
    public static partial int Unbind(nint connection, nint serverControls, nint clientControls);

    /// <summary>Of liblber, which libldap brings.</summary>
    [LibraryImport(Library, EntryPoint = "ber_free")]
    public static partial void FreePosition(nint position, int freesBuffer);

    [LibraryImport(Library, EntryPoint = "ldap_err2string")]
    private static partial nint ErrorToString(int error);

    /// <summary>berval: octets that are libldap's, or the caller's.</summary>
    [StructLayout(LayoutKind.Sequential)]
    [SuppressMessage("Design", "CA1051", Justification = "the layout is the library's")]
    public struct Octets
    {
        public nuint Size;
        public nint Data;
    }

    /// <summary>timeval.</summary>
    [StructLayout(LayoutKind.Sequential)]
    [SuppressMessage("Design", "CA1051", Justification = "the layout is the library's")]
    public struct TimeValue
    {
        public nint Seconds;
        public nint Microseconds;
    }
}

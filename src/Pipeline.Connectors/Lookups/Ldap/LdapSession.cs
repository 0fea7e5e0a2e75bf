using System.Globalization;
using System.Runtime.InteropServices;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups.Ldap;

namespace Pipeline.Connectors.Lookups.Ldap;

/// <summary>A connection to one server, for one question. Its calls block, each for a bounded time.</summary>
internal sealed class LdapSession : IDisposable
{
    /// <summary>Of a search without a limit of its own.</summary>
    public const int MaxEntries = 10_000;

    private readonly nint _connection;
    private readonly string _server;

    private LdapSession(nint connection, string server) => (_connection, _server) = (connection, server);

    /// <param name="uri">Scheme, host and port.</param>
    /// <param name="server">For messages.</param>
    /// <returns>A session that is open and encrypted as far as it is to be, or why there is none, and whether another server may have more luck.</returns>
    public static (LdapSession? Session, LdapFailure Failure) Open(string uri, string server, LdapSettings settings)
    {
        if (LibLdap.Initialize(out var connection, uri) is var error && error != LibLdap.Success)
        {
            return (null, new LdapFailure($"failed to initialize for LDAP server {server}: {LibLdap.Text(error)}", error));
        }

        var session = new LdapSession(connection, server);
        var failure = settings.ApplyTo(connection) is { } problem ? new LdapFailure(problem, LibLdap.Success) : default;
        if (failure.Problem is null && settings.Options.LdapStartTls && uri.StartsWith("ldap:", StringComparison.Ordinal)
            && LibLdap.StartTls(connection, 0, 0) is var refused && refused != LibLdap.Success)
        {
            failure = new LdapFailure($"failed to initiate TLS processing on an LDAP session to server {server} - ldap_start_tls_s() returned {refused}: {LibLdap.Text(refused)}", refused);
        }

        if (failure.Problem is null)
        {
            return (session, default);
        }

        session.Dispose();
        return (null, failure);
    }

    /// <returns>The default when the server takes name and password.</returns>
    public LdapFailure Bind(string user, string password)
    {
        var octets = OctetString.ToBytes(password);
        int error;
        unsafe
        {
            fixed (byte* first = octets)
            {
                var credentials = new LibLdap.Octets { Size = (nuint)octets.Length, Data = (nint)first };
                error = LibLdap.Bind(_connection, Terminated(user), 0, ref credentials, 0, 0, 0);
            }
        }

        return error switch
        {
            LibLdap.Success => default,
            < 0 => Fail($"ldap_bind() returned {error}"),
            _ => Fail($"LDAP error {error}: {LibLdap.Text(error)}"),
        };

        LdapFailure Fail(string why) => new(string.Create(CultureInfo.InvariantCulture, $"failed to bind the LDAP connection to server {_server} - {why}"), error);
    }

    /// <returns>What was found; null with a failure.</returns>
    public (IReadOnlyList<LdapEntry>? Entries, LdapFailure Failure) Search(LdapQuery query)
    {
        var names = query.Url.Attributes.Select(Marshal.StringToCoTaskMemUTF8).ToArray();
        nint result = 0;
        try
        {
            var error = LibLdap.Search(
                _connection,
                Terminated(query.Url.Base),
                (int)query.Url.Scope,
                query.Url.Filter.Length == 0 ? null : Terminated(query.Url.Filter),
                names.Length == 0 ? null : [.. names, 0],
                0,
                0,
                0,
                0,
                query.SizeLimit == 0 ? MaxEntries : query.SizeLimit,
                out result);
            return error switch
            {
                LibLdap.Success => (Read(result), default),
                LibLdap.SizeLimitExceeded when query.SizeLimit > 0 => (Read(result), default),
                LibLdap.NoSuchObject => ([], default),
                < 0 => (null, new LdapFailure($"ldap_search failed: {error}, {LibLdap.Text(error)}", error)),
                _ => (null, new LdapFailure($"LDAP search failed - error {error}: {LibLdap.Text(error)}", error)),
            };
        }
        finally
        {
            _ = LibLdap.FreeResult(result);
            foreach (var name in names)
            {
                Marshal.FreeCoTaskMem(name);
            }
        }
    }

    public void Dispose() => _ = LibLdap.Unbind(_connection, 0, 0);

    private static byte[] Terminated(string octets) => [.. OctetString.ToBytes(octets), 0];

    private static string Text(nint text) => text == 0 ? "" : OctetString.FromText(Marshal.PtrToStringUTF8(text) ?? "");

    private List<LdapEntry> Read(nint result)
    {
        var entries = new List<LdapEntry>();
        for (var entry = LibLdap.FirstEntry(_connection, result); entry != 0; entry = LibLdap.NextEntry(_connection, entry))
        {
            var name = LibLdap.NameOf(_connection, entry);
            entries.Add(new LdapEntry(Text(name), ReadAttributes(entry)));
            LibLdap.FreeText(name);
        }

        return entries;
    }

    private List<(string Name, IReadOnlyList<string> Values)> ReadAttributes(nint entry)
    {
        var attributes = new List<(string, IReadOnlyList<string>)>();
        var attribute = LibLdap.FirstAttribute(_connection, entry, out var position);
        for (; attribute != 0; attribute = LibLdap.NextAttribute(_connection, entry, position))
        {
            // Exim has no texts with a NUL in them: to it, such an attribute is not there.
            var values = ReadValues(entry, attribute);
            if (values.Count > 0 && !values.Exists(value => value.Contains('\0', StringComparison.Ordinal)))
            {
                attributes.Add((Text(attribute), values));
            }

            LibLdap.FreeText(attribute);
        }

        if (position != 0)
        {
            LibLdap.FreePosition(position, 0);
        }

        return attributes;
    }

    private unsafe List<string> ReadValues(nint entry, nint attribute)
    {
        var values = new List<string>();
        var list = LibLdap.ValuesOf(_connection, entry, attribute);
        if (list == 0)
        {
            return values;
        }

        for (var item = (LibLdap.Octets**)list; *item is not null; item++)
        {
            values.Add(OctetString.FromBytes(new ReadOnlySpan<byte>((void*)(*item)->Data, checked((int)(*item)->Size))));
        }

        LibLdap.FreeValues(list);
        return values;
    }
}

using System.Buffers.Binary;
using System.Net.Sockets;
using Pipeline.Connectors.Files;
using Pipeline.Policy.Callers;

namespace Pipeline.Node.Admin;

/// <summary>As whom the program at the other end of a Unix socket runs; the kernel noted it when the program connected, and nobody can claim to be another.</summary>
internal static class PeerCredentials
{
    // Of socket(7) and unix(7) on Linux.
    private const int SocketLevel = 1;
    private const int Credentials = 17;
    private const int SupplementaryGroups = 59;

    /// <summary>process, user, group</summary>
    private const int CredentialsLength = 12;

    /// <summary>As many as a process can have (NGROUPS_MAX).</summary>
    private const int MaxGroups = 65536;

    private const int UsualGroups = 64;

    /// <summary>As whom this process itself runs.</summary>
    public static CallerCredentials Own
    {
        get
        {
            var (user, group) = SpoolPair.Owner;
            return new CallerCredentials(user, group, OwnGroups());
        }
    }

    /// <returns>Null when this system does not tell.</returns>
    public static CallerCredentials? Of(Socket? socket)
    {
        if (socket is null || !OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> octets = stackalloc byte[CredentialsLength];
        try
        {
            return socket.GetRawSocketOption(SocketLevel, Credentials, octets) == CredentialsLength
                ? new CallerCredentials(
                    BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]), BinaryPrimitives.ReadUInt32LittleEndian(octets[8..]), Groups(socket))
                : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static ImmutableArray<uint> Groups(Socket socket)
    {
        foreach (var most in (ReadOnlySpan<int>)[UsualGroups, MaxGroups])
        {
            var octets = new byte[most * sizeof(uint)];
            try
            {
                var length = socket.GetRawSocketOption(SocketLevel, SupplementaryGroups, octets);
                return [.. Enumerable.Range(0, length / sizeof(uint)).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(octets.AsSpan(i * sizeof(uint))))];
            }
            catch (SocketException)
            {
                // There are more, or the kernel is from before 4.13 and tells none: then the caller's own group has to do.
            }
        }

        return [];
    }

    private static ImmutableArray<uint> OwnGroups()
    {
        const string Line = "Groups:";
        try
        {
            return [.. File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal))?[Line.Length..]
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(static group => uint.Parse(group, System.Globalization.CultureInfo.InvariantCulture)) ?? []];
        }
        catch (IOException)
        {
            return [];
        }
    }
}

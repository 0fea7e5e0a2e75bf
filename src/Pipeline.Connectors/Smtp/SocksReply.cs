using System.Buffers;

namespace Pipeline.Connectors.Smtp;

/// <summary>The answer of a SOCKS 5 server to CONNECT (RFC 1928 section 6).</summary>
internal static class SocksReply
{
    /// <summary>Version, reply, reserved, type, the longest name with its length, port.</summary>
    public const int MaxLength = 4 + 256 + 2;

    private const byte Version = 5;

    /// <summary>After these the length is known.</summary>
    private const int Head = 5;

    /// <summary>Reads an answer that may not be whole yet.</summary>
    /// <param name="code">0 when the connection is made.</param>
    /// <param name="needed">Octets that are still missing for certain; what follows the answer comes from behind the proxy.</param>
    public static OperationStatus Parse(ReadOnlySpan<byte> input, out byte code, out int needed)
    {
        (code, needed) = (0, 0);
        if (input.Length > 0 && input[0] != Version)
        {
            return OperationStatus.InvalidData;
        }

        if (input.Length < Head)
        {
            needed = Head - input.Length;
            return OperationStatus.NeedMoreData;
        }

        int? address = input[3] switch
        {
            1 => 4,
            3 => 1 + input[4],
            4 => 16,
            _ => null,
        };
        if (address is not { } length)
        {
            return OperationStatus.InvalidData;
        }

        if (input.Length < 4 + length + 2)
        {
            needed = 4 + length + 2 - input.Length;
            return OperationStatus.NeedMoreData;
        }

        code = input[1];
        return OperationStatus.Done;
    }

    /// <summary>What a code says.</summary>
    public static string Meaning(byte code) => code switch
    {
        1 => "general SOCKS server failure",
        2 => "connection not allowed by ruleset",
        3 => "Network unreachable",
        4 => "Host unreachable",
        5 => "Connection refused",
        6 => "TTL expired",
        7 => "Command not supported",
        8 => "Address type not supported",
        _ => $"reply {code}",
    };
}

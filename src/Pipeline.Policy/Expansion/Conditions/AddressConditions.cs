using System.Net;
using System.Net.Sockets;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary><c>isip</c>, <c>isip4</c>, <c>isip6</c>: the text of an IP address without mask, brackets or prefix.</summary>
internal static class AddressConditions
{
    public static ConditionDefinition[] Definitions { get; } =
    [
        ConditionDefinition.Of("isip", 1, (context, a) => ConditionResult.Of(TryParse(a[0], out _))),
        ConditionDefinition.Of("isip4", 1, (_, a) => ConditionResult.Of(TryParse(a[0], out var ip) && ip.AddressFamily == AddressFamily.InterNetwork)),
        ConditionDefinition.Of("isip6", 1, (_, a) => ConditionResult.Of(TryParse(a[0], out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6)),
    ];

    /// <summary>An IPv4 address must have four decimal parts; brackets, ports and masks are not taken.</summary>
    public static bool TryParse(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            if (text[0] == '[' || text.Contains('/', StringComparison.Ordinal) || !IPAddress.TryParse(text, out var parsed))
            {
                return false;
            }

            address = parsed;
            return true;
        }

        return IsDottedQuad(text) && IPAddress.TryParse(text, out address!);
    }

    private static bool IsDottedQuad(string text)
    {
        var parts = 1;
        var digits = 0;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (digits == 0 || ++parts > 4)
                {
                    return false;
                }

                digits = 0;
            }
            else if (!char.IsAsciiDigit(c) || ++digits > 3)
            {
                return false;
            }
        }

        return parts == 4 && digits > 0 && !HasLeadingZero(text);
    }

    // The BCL reads 010 as octal 8; name server and log files mean ten. Such text is no address here.
    private static bool HasLeadingZero(string text)
    {
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (text[i] == '0' && text[i + 1] != '.' && (i == 0 || text[i - 1] == '.'))
            {
                return true;
            }
        }

        return false;
    }
}

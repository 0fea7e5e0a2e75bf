using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Dmarc;

/// <summary>Where reports are sent: an element of rua= or ruf= (RFC 7489 section 6.2).</summary>
/// <param name="Text">As published, with its size limit if it has one.</param>
/// <param name="Address">Of a mailto URI, the address; null for other schemes.</param>
public sealed record DmarcReportUri(string Text, EnvelopeAddress? Address)
{
    /// <summary>More than these in one tag are passed over: each may be a mail.</summary>
    public const int MaxPerTag = 20;

    private const string MailTo = "mailto";

    // What a URI is written with (RFC 3986 section 2), without the comma and the exclamation mark, which a record needs for itself.
    private static readonly SearchValues<byte> UriOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@$&'()*+;=%"u8);

    private static readonly SearchValues<byte> SchemeOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-."u8);

    /// <summary>Reads a list; elements that are no URI are left out.</summary>
    public static ImmutableArray<DmarcReportUri> ReadList(ReadOnlySpan<byte> list)
    {
        var found = ImmutableArray.CreateBuilder<DmarcReportUri>();
        foreach (var range in list.Split((byte)','))
        {
            if (found.Count == MaxPerTag)
            {
                break;
            }

            if (TryRead(list[range].Trim(" \t"u8), out var uri))
            {
                found.Add(uri!);
            }
        }

        return found.ToImmutable();
    }

    private static bool TryRead(ReadOnlySpan<byte> text, out DmarcReportUri? uri)
    {
        uri = null;
        var mark = text.IndexOf((byte)'!');
        var bare = mark < 0 ? text : text[..mark];
        var colon = bare.IndexOf((byte)':');
        if (colon < 1 || (mark >= 0 && !IsSizeLimit(text[(mark + 1)..])) || bare.ContainsAnyExcept(UriOctets) || bare[..colon].ContainsAnyExcept(SchemeOctets)
            || !char.IsAsciiLetter((char)bare[0]) || colon == bare.Length - 1)
        {
            return false;
        }

        EnvelopeAddress? address = null;
        if (Ascii.EqualsIgnoreCase(bare[..colon], MailTo) && !TryReadAddress(bare[(colon + 1)..], out address))
        {
            return false;
        }

        uri = new DmarcReportUri(Encoding.ASCII.GetString(text), address);
        return true;
    }

    /// <summary>Digits and perhaps a unit. RFC 9989 wants them passed over.</summary>
    private static bool IsSizeLimit(ReadOnlySpan<byte> text)
    {
        var digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return digits < 0 ? text.Length > 0 : digits > 0 && digits == text.Length - 1 && "kmgtKMGT"u8.Contains(text[digits]);
    }

    /// <summary>The address of a mailto URI (RFC 6068), without the header fields it may ask for.</summary>
    private static bool TryReadAddress(ReadOnlySpan<byte> text, out EnvelopeAddress? address)
    {
        var query = text.IndexOf((byte)'?');
        text = query < 0 ? text : text[..query];
        address = null;
        var octets = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != (byte)'%')
            {
                octets[length++] = text[i];
                continue;
            }

            if (i + 2 >= text.Length || Convert.FromHexString(text.Slice(i + 1, 2), octets.AsSpan(length), out _, out _) != OperationStatus.Done)
            {
                return false;
            }

            length++;
            i += 2;
        }

        return EnvelopeAddressParser.TryParseMailbox(octets.AsSpan(0, length), EnvelopeAddressForms.AddressLiteral, null, out address, out _);
    }
}

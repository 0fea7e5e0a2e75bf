using System.Buffers;

namespace Pipeline.Mail.Mime;

/// <summary>BASE64 (RFC 2045 section 6.8). Characters that do not belong there are passed over, as the RFC says, and noted.</summary>
/// <remarks>Padding ends a quantum, not the data: parts that were put together of encoded pieces are decoded whole.</remarks>
internal sealed class Base64Decoder : TransferDecoder
{
    private uint _bits;
    private int _count;

    public override void Append(ReadOnlySpan<byte> encoded, IBufferWriter<byte> output)
    {
        foreach (var octet in encoded)
        {
            var value = ValueOf(octet);
            if (value >= 0)
            {
                _bits = (_bits << 6) | (uint)value;
                if (++_count == 4)
                {
                    Flush(output);
                }
            }
            else if (octet == '=')
            {
                Flush(output);
            }
            else if (octet is not ((byte)'\r' or (byte)'\n' or (byte)' ' or (byte)'\t'))
            {
                Anomaly = MimeAnomaly.Base64;
            }
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        if (_count != 0)
        {
            Anomaly = MimeAnomaly.Base64;
            Flush(output);
        }
    }

    /// <summary>Writes the whole octets that have come together, and drops the rest.</summary>
    private void Flush(IBufferWriter<byte> output)
    {
        var octets = _count * 6 / 8;
        var bits = _bits << ((4 - _count) * 6);
        for (var i = 0; i < octets; i++)
        {
            Put(output, (byte)(bits >> (16 - (8 * i))));
        }

        _bits = 0;
        _count = 0;
    }

    private static int ValueOf(byte octet) => octet switch
    {
        >= (byte)'A' and <= (byte)'Z' => octet - 'A',
        >= (byte)'a' and <= (byte)'z' => octet - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => octet - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };
}

using System.Buffers;

namespace Pipeline.Mail.Mime;

/// <summary>Quoted-Printable (RFC 2045 section 6.7). An equals sign that encodes nothing stays as it is, and is noted.</summary>
internal sealed class QuotedPrintableDecoder : TransferDecoder
{
    /// <summary>Blanks between an equals sign and the line end, which transports add; with more it is no soft line break.</summary>
    private const int MaxPadding = 80;

    private readonly byte[] _held = new byte[MaxPadding + 2];
    private int _heldLength;
    private bool _heldCr;

    public override void Append(ReadOnlySpan<byte> encoded, IBufferWriter<byte> output)
    {
        foreach (var octet in encoded)
        {
            Take(octet, output);
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        Release(output);
        if (_heldCr)
        {
            Put(output, (byte)'\r');
        }
    }

    private void Take(byte octet, IBufferWriter<byte> output)
    {
        if (_heldCr)
        {
            _heldCr = false;
            if (octet != '\n')
            {
                Release(output);
                Put(output, (byte)'\r');
            }
        }

        if (octet == '\r')
        {
            _heldCr = true;
        }
        else if (_heldLength > 0)
        {
            TakeBehindEquals(octet, output);
        }
        else if (octet == '=')
        {
            _held[_heldLength++] = octet;
        }
        else
        {
            Put(output, octet);
        }
    }

    private void TakeBehindEquals(byte octet, IBufferWriter<byte> output)
    {
        if (octet == '\n' && IsPadding())
        {
            _heldLength = 0; // a soft line break
            return;
        }

        if (_heldLength == 2 && char.IsAsciiHexDigit((char)_held[1]) && char.IsAsciiHexDigit((char)octet))
        {
            Put(output, (byte)((Digit(_held[1]) << 4) | Digit(octet)));
            _heldLength = 0;
            return;
        }

        var mayGoOn = (_heldLength == 1 && char.IsAsciiHexDigit((char)octet)) || (octet is (byte)' ' or (byte)'\t' && IsPadding() && _heldLength < MaxPadding);
        if (mayGoOn)
        {
            _held[_heldLength++] = octet;
            return;
        }

        Release(output);
        Take(octet, output);
    }

    private bool IsPadding() => !_held.AsSpan(1, _heldLength - 1).ContainsAnyExcept((byte)' ', (byte)'\t');

    /// <summary>What was held encodes nothing.</summary>
    private void Release(IBufferWriter<byte> output)
    {
        if (_heldLength > 0)
        {
            Anomaly = MimeAnomaly.QuotedPrintable;
            output.Write(_held.AsSpan(0, _heldLength));
            _heldLength = 0;
        }
    }

    private static int Digit(byte octet) => octet switch
    {
        <= (byte)'9' => octet - '0',
        <= (byte)'F' => octet - 'A' + 10,
        _ => octet - 'a' + 10,
    };
}

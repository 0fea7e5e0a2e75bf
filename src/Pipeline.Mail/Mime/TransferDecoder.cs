using System.Buffers;

namespace Pipeline.Mail.Mime;

/// <summary>Undoes the transfer encoding of a part (RFC 2045 section 6), and turns the line ends of text into LF. Incremental: the result does not depend on how the input is cut.</summary>
public abstract class TransferDecoder
{
    /// <summary>What is wrong with the encoding so far; null when nothing is.</summary>
    public MimeAnomaly? Anomaly { get; protected set; }

    /// <param name="encoding">Lower case; what is not known counts as no encoding (RFC 2045 section 6.4 would have it opaque).</param>
    public static TransferDecoder For(string encoding) => encoding switch
    {
        "base64" => new Base64Decoder(),
        "quoted-printable" => new QuotedPrintableDecoder(),
        _ => new PlainDecoder(),
    };

    public abstract void Append(ReadOnlySpan<byte> encoded, IBufferWriter<byte> output);

    /// <summary>No more octets will come.</summary>
    public abstract void Complete(IBufferWriter<byte> output);

    private protected static void Put(IBufferWriter<byte> output, byte octet)
    {
        output.GetSpan(1)[0] = octet;
        output.Advance(1);
    }
}

/// <summary>No encoding: CRLF becomes LF.</summary>
internal sealed class PlainDecoder : TransferDecoder
{
    private bool _heldCr;

    public override void Append(ReadOnlySpan<byte> encoded, IBufferWriter<byte> output)
    {
        while (!encoded.IsEmpty)
        {
            if (_heldCr)
            {
                _heldCr = false;
                if (encoded[0] != '\n')
                {
                    Put(output, (byte)'\r');
                }
            }

            var cr = encoded.IndexOf((byte)'\r');
            output.Write(cr < 0 ? encoded : encoded[..cr]);
            _heldCr = cr >= 0;
            encoded = cr < 0 ? [] : encoded[(cr + 1)..];
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        if (_heldCr)
        {
            Put(output, (byte)'\r');
        }
    }
}

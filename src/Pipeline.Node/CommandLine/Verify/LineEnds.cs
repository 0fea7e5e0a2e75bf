namespace Pipeline.Node.CommandLine.Verify;

/// <summary>Line ends of files on disk.</summary>
internal static class LineEnds
{
    /// <summary>A file without any CRLF was stored in the Unix manner: each LF becomes CRLF. Any other file is taken as it is, octet for octet.</summary>
    public static byte[] ToWireForm(byte[] message)
    {
        var lines = message.AsSpan().Count((byte)'\n');
        if (lines == 0 || message.AsSpan().IndexOf("\r\n"u8) >= 0)
        {
            return message;
        }

        var wire = new byte[message.Length + lines];
        var length = 0;
        foreach (var octet in message)
        {
            if (octet == (byte)'\n')
            {
                wire[length++] = (byte)'\r';
            }

            wire[length++] = octet;
        }

        return wire;
    }
}

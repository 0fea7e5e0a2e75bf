using System.Buffers;
using Pipeline.Mail.Mime;

namespace Pipeline.Fuzz;

/// <summary>What senders put inside a message: the structure of MIME and its encodings.</summary>
internal static class MimeTargets
{
    private const string Nested =
        "Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\nContent-Type: multipart/alternative; boundary=\"B B\"\r\n\r\n--B B\r\n\r\nx\r\n--B B--\r\n"
        + "--A\r\nContent-Type: a/b; name*0*=utf-8'en'x%20y; name*1=z\r\nContent-Disposition: attachment; filename=\"a\\\"b\"\r\n\r\ny\r\n--A--\r\n";

    public static FuzzTarget[] All { get; } =
    [
        new("mime-parts", ScanParts, Targets.Seeds(Nested, "Content-Type: multipart/x; boundary=A\n\n--A\n--A\n--A--\n"), AllocationFactor: 1024),
        new("transfer-encoding", Decode, Targets.Seeds("aGVsbG8gd29y\r\nbGQhCg==\r\n", "hel=\r\nlo =3D x =C3=A4=\r\n", "a\r\nb\r")),
    ];

    private static void ScanParts(ReadOnlySpan<byte> input)
    {
        var whole = Scan(input, input.Length);
        var pieces = Scan(input, 7);
        Targets.Require(whole.Count == pieces.Count, "as many parts for every way of cutting");
        for (var i = 0; i < whole.Count; i++)
        {
            var (part, same) = (whole[i], pieces[i]);
            Targets.Require(part.Start >= 0 && part.Start <= part.End && part.End <= input.Length, "a part lies in the message");
            Targets.Require((part.Start, part.End, part.Depth) == (same.Start, same.End, same.Depth) && part.Header == same.Header, "the same for every way of cutting");
        }
    }

    private static IReadOnlyList<MimePart> Scan(ReadOnlySpan<byte> input, int piece)
    {
        var scanner = MimeScanner.OfMessage();
        for (var at = 0; at < input.Length; at += piece)
        {
            scanner.Append(input.Slice(at, Math.Min(piece, input.Length - at)));
        }

        scanner.Complete();
        return scanner.Parts;
    }

    private static void Decode(ReadOnlySpan<byte> input)
    {
        foreach (var encoding in (string[])["base64", "quoted-printable", "8bit"])
        {
            var output = new ArrayBufferWriter<byte>(input.Length + 16);
            var decoder = TransferDecoder.For(encoding);
            decoder.Append(input, output);
            decoder.Complete(output);
            Targets.Require(output.WrittenCount <= input.Length, "decoding does not make more of it");
        }
    }
}

using System.Buffers;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;
using Pipeline.Mail.Message;
using Pipeline.Mail.Spool;
using Pipeline.Tests.Support.Spool;

namespace Pipeline.Fuzz;

/// <summary>Every parser of the program that reads what others wrote: one line each.</summary>
internal static class Targets
{
    public static FuzzTarget[] All { get; } =
    [
        new("envelope-address", ReadPath, Seeds("<user@example.com>", "<\"a \\\" b\"@[192.0.2.1]>", "<@a.example,@b.example:u@c.example>", "<用户@例え.jp>", "<>")),
        new("address-list", ReadAddressList, Seeds("G: \"A \\\" b\" <@r.test:\"x y\"@a.test>, (c(d)) b@[IPv6:::1]; é <é@é.test>,\r\n z@z (n)", "a@b, c d <e@f>")),
        new("domain-name", ReadDomain, Seeds("example.com", "bücher.example", "xn--bcher-kva.example", "例え。テスト"), AllocationFactor: 512),
        new("xtext", ReadXtext, Seeds("ab+2Bcd", "rfc822;a+2Bb@remote.example", "+C3+A9")),
        new("spool-header", ReadSpoolHeader, Seeds(SpoolSamples.FirstArrival, SpoolSamples.Frozen, SpoolSamples.LocalSubmission), AllocationFactor: 256),
        new("spool-body", WriteSpoolBody, Seeds("Body line 1\r\n. dotted\r\n\r\nlast\r\n", "a\r\r\nb\rc\nd\r")),
        new("stored-header", ReadStoredHeader, Seeds("A: 1\r\nB : 2\r\n\t3\r\nSubject:\r\n")),
        .. ProtocolTargets.All,
        .. AuthenticationTargets.All,
        .. MimeTargets.All,
        .. PolicyTargets.All,
        .. LanguageTargets.All,
        .. AuthTargets.All,
        .. TlsTargets.All,
    ];

    internal static byte[][] Seeds(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static void ReadPath(ReadOnlySpan<byte> input)
    {
        if (EnvelopeAddressParser.TryParsePath(input, (EnvelopeAddressForms)127, null, out var address, out var consumed, out _))
        {
            Require(consumed > 0 && consumed <= input.Length, "consumed lies in the input");
            Require(AddressComparer.Instance.Equals(address, address) && LocalPart.Unquote(address.LocalPart).Length <= input.Length, "address is sound");
        }
    }

    private static void ReadAddressList(ReadOnlySpan<byte> input)
    {
        foreach (var address in AddressListParser.Parse(input).Addresses)
        {
            Require(address.Position >= 0 && address.Position + address.Length <= input.Length, "address lies in the field");
        }

        foreach (var tolerance in (AddressTolerance[])[AddressTolerance.None, (AddressTolerance)~0])
        {
            var end = 0;
            var scanner = new AddressListScanner(input, tolerance);
            while (scanner.Next() is var step and not AddressListStep.End)
            {
                if (step == AddressListStep.Mailbox)
                {
                    Require(scanner.Mailbox.Address.Start >= end && scanner.Mailbox.Address.End <= input.Length, "addresses come in order");
                    end = scanner.Mailbox.Address.End;
                }
                else
                {
                    Require(scanner.Error.ElementStart <= scanner.Error.Position && scanner.Error.Position <= input.Length, "defect lies in its element");
                }
            }
        }
    }

    private static void ReadDomain(ReadOnlySpan<byte> input)
    {
        _ = DomainName.IsValid(input, allowNonAscii: true);
        var text = Encoding.UTF8.GetString(input);
        if (DomainName.TryToAscii(text, out var ascii))
        {
            Require(Ascii.IsValid(ascii), "ASCII form is ASCII");
        }

        _ = DomainName.TryToUnicode(text, out _);
    }

    private static void ReadXtext(ReadOnlySpan<byte> input)
    {
        if (Xtext.TryDecode(Encoding.Latin1.GetString(input), out var octets))
        {
            Require(Xtext.TryDecode(Xtext.Encode(octets), out var again) && again.AsSpan().SequenceEqual(octets), "encoding is the inverse");
        }
    }

    private static void ReadSpoolHeader(ReadOnlySpan<byte> input)
    {
        if (SpoolHeaderReader.TryRead(input, null, out var file, out _))
        {
            var output = new ArrayBufferWriter<byte>();
            SpoolHeaderWriter.Write(file, output);
            Require(SpoolHeaderReader.TryRead(output.WrittenSpan, null, out _, out var error), $"what was written can be read: {error}");
        }
    }

    private static void WriteSpoolBody(ReadOnlySpan<byte> input)
    {
        var whole = new ArrayBufferWriter<byte>(input.Length + 1);
        var halves = new ArrayBufferWriter<byte>(input.Length + 1);
        var one = new SpoolDataWriter(SpoolBodyForm.Unix);
        one.Append(input, whole);
        one.Finish(whole);
        var two = new SpoolDataWriter(SpoolBodyForm.Unix);
        two.Append(input[..(input.Length / 2)], halves);
        two.Append(input[(input.Length / 2)..], halves);
        two.Finish(halves);
        Require(whole.WrittenSpan.SequenceEqual(halves.WrittenSpan), "chunks do not matter");
    }

    private static void ReadStoredHeader(ReadOnlySpan<byte> input)
    {
        var length = 0;
        var fields = new HeaderFields(input.ToArray());
        while (fields.MoveNext())
        {
            length += fields.CurrentLines.Length;
            _ = fields.Current.Name.Length + fields.Current.Text.Length;
        }

        Require(length == input.Length, "fields cover the block");
    }

    internal static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new FuzzInvariantException(what);
        }
    }
}

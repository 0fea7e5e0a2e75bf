using System.Buffers;
using System.Net;
using System.Text;
using Pipeline.Node.Listeners.Proxy;

namespace Pipeline.Node.Tests.Listeners;

public sealed class ProxyHeaderParserTests
{
    public static TheoryData<byte[], string?, string?> Accepted => new()
    {
        { Text("PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n"), "192.0.2.1:56324", "198.51.100.1:25" },
        { Text("PROXY TCP6 2001:db8::1 2001:db8::2 65535 0\r\n"), "[2001:db8::1]:65535", "[2001:db8::2]:0" },
        { Text("PROXY UNKNOWN\r\n"), null, null },
        { Text("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"), null, null },
        { Binary(0x21, 0x11, [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 0x04, 0, 25]), "192.0.2.1:56324", "198.51.100.1:25" },
        { Binary(0x21, 0x11, [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 0x04, 0, 25, 4, 0, 1, 0]), "192.0.2.1:56324", "198.51.100.1:25" },
        {
            Binary(0x21, 0x21, [.. IPAddress.Parse("2001:db8::1").GetAddressBytes(), .. IPAddress.Parse("2001:db8::2").GetAddressBytes(), 1, 0, 0, 25]),
            "[2001:db8::1]:256", "[2001:db8::2]:25"
        },
        { Binary(0x20, 0x00, []), null, null },
        { Binary(0x20, 0x11, [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 0x04, 0, 25]), null, null },
        { Binary(0x21, 0x00, []), null, null },
    };

    public static TheoryData<byte[]> Rejected => new()
    {
        Text("EHLO client.example\r\n"),
        Text("proxy TCP4 192.0.2.1 198.51.100.1 56324 25\r\n"),
        Text("PROXY TCP5 192.0.2.1 198.51.100.1 56324 25\r\n"),
        Text("PROXY TCP4 2001:db8::1 2001:db8::2 56324 25\r\n"),
        Text("PROXY TCP6 192.0.2.1 198.51.100.1 56324 25\r\n"),
        Text("PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n"),
        Text("PROXY TCP4 192.0.2.1 198.51.100.1 56324 25 x\r\n"),
        Text("PROXY TCP4 192.0.2.1  198.51.100.1 56324 25\r\n"),
        Text("PROXY TCP4 1 198.51.100.1 56324 25\r\n"),
        Text("PROXY TCP4 192.0.2.1 198.51.100.1 65536 25\r\n"),
        Text("PROXY TCP4 192.0.2.1 198.51.100.1 -1 25\r\n"),
        Text("PROXY TCP6 fe80::1%eth0 2001:db8::2 1 25\r\n"),
        Text("PROXY \r\n"),
        Text("PROXY " + new string('x', 101)),
        Binary(0x11, 0x11, new byte[12]),
        Binary(0x22, 0x11, new byte[12]),
        Binary(0x21, 0x11, new byte[11]),
        Binary(0x21, 0x21, new byte[35]),
        Binary(0x21, 0x31, new byte[216]),
        Binary(0x21, 0x11, new byte[ProxyHeaderParser.MaxLength - 15]),
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Header_gives_its_addresses_and_leaves_what_follows(byte[] header, string? source, string? destination)
    {
        byte[] input = [.. header, .. "EHLO x\r\n"u8];
        Assert.Equal(OperationStatus.Done, ProxyHeaderParser.Parse(input, out ProxyHeader parsed, out int consumed));
        Assert.Equal(header.Length, consumed);
        Assert.Equal(source, parsed.Source?.ToString());
        Assert.Equal(destination, parsed.Destination?.ToString());
        for (int length = 0; length < header.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, ProxyHeaderParser.Parse(header.AsSpan(0, length), out _, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    public void Header_that_is_none_is_rejected(byte[] header) =>
        Assert.Equal(OperationStatus.InvalidData, ProxyHeaderParser.Parse(header, out _, out _));

    [Theory]
    [InlineData(106, true)]
    [InlineData(107, true)]
    [InlineData(108, false)]
    public void Header_of_version_1_has_107_octets_at_most(int length, bool accepted)
    {
        byte[] header = Text("PROXY UNKNOWN ".PadRight(length - 2, 'x') + "\r\n");
        Assert.Equal(accepted ? OperationStatus.Done : OperationStatus.InvalidData, ProxyHeaderParser.Parse(header, out _, out _));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Header_of_version_2_has_a_greatest_length(int beyond, bool accepted)
    {
        byte[] header = Binary(0x21, 0x11, new byte[ProxyHeaderParser.MaxLength - 16 + beyond]);
        Assert.Equal(accepted ? OperationStatus.Done : OperationStatus.InvalidData, ProxyHeaderParser.Parse(header, out _, out _));
    }

    [Fact]
    public void Header_of_mutated_octets_never_throws()
    {
        var random = new Random(25);
        byte[][] seeds = [.. Accepted.Select(row => (byte[])row[0])];
        for (int round = 0; round < 50_000; round++)
        {
            byte[] input = [.. seeds[random.Next(seeds.Length)]];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                input[random.Next(input.Length)] = (byte)random.Next(256);
            }

            OperationStatus status = ProxyHeaderParser.Parse(input, out _, out int consumed);
            Assert.InRange(consumed, 0, input.Length);
            Assert.Equal(status == OperationStatus.Done, consumed > 0);
        }
    }

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] Binary(byte versionAndCommand, byte family, byte[] addresses) =>
    [
        .. "\r\n\r\n\0\r\nQUIT\n"u8, versionAndCommand, family, (byte)(addresses.Length >> 8), (byte)addresses.Length, .. addresses,
    ];
}

using System.Text;
using Pipeline.Connectors.Dns;
using Pipeline.Tests.Support.Dns;

namespace Pipeline.Connectors.Tests.Dns;

public sealed class WireNameTests
{
    private static readonly string Label63 = new('a', 63);

    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("Example.COM.", "example.com")]
    [InlineData("_dmarc.xn--bcher-kva.example", "_dmarc.xn--bcher-kva.example")]
    [InlineData("a+b=c d._spf.example", "a+b=c d._spf.example")]
    [InlineData("com", "com")]
    public void Normalize_legal_name_gives_lower_case_without_final_dot(string name, string expected)
    {
        Assert.True(WireName.TryNormalize(name, out var normalized));
        Assert.Equal(expected, normalized);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".example.com")]
    [InlineData("a..b")]
    [InlineData("example.com..")]
    [InlineData("bücher.example")]
    [InlineData("tab\t.example")]
    [InlineData("nul\0.example")]
    public void Normalize_malformed_name_is_refused(string name) => Assert.False(WireName.TryNormalize(name, out _));

    [Fact]
    public void Normalize_respects_length_limits()
    {
        Assert.True(WireName.TryNormalize(Label63 + ".example", out _));
        Assert.False(WireName.TryNormalize(Label63 + "a.example", out _));

        var name253 = string.Join('.', Label63, Label63, Label63, new string('b', 61));
        Assert.Equal(253, name253.Length);
        Assert.True(WireName.TryNormalize(name253, out _));
        Assert.True(WireName.TryNormalize(name253 + ".", out _));
        Assert.False(WireName.TryNormalize(name253 + "b", out _));
    }

    [Fact]
    public void Write_then_read_gives_the_same_name()
    {
        var name = string.Join('.', Label63, Label63, Label63, new string('b', 61));
        var wire = new byte[WireName.MaxWireLength];

        var length = WireName.Write(name, wire);

        Assert.Equal(255, length);
        Assert.True(WireName.TryRead(wire, 0, out var read, out var next));
        Assert.Equal(name, read);
        Assert.Equal(255, next);
    }

    [Fact]
    public void Read_follows_pointers_backwards()
    {
        byte[] message = [.. FakeDnsMessage.Name("Example.com"), 4, .. "mail"u8, 0xC0, 0, 0xC0, 13];

        Assert.True(WireName.TryRead(message, 13, out var name, out var next));
        Assert.Equal("mail.example.com", name);
        Assert.Equal(20, next);
        Assert.True(WireName.TryRead(message, 20, out name, out next));
        Assert.Equal("mail.example.com", name);
        Assert.Equal(22, next);
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 0 })]
    [InlineData(new byte[] { 0xC0, 2, 0xC0, 0 })]
    [InlineData(new byte[] { 0xC0, 2, 0 })]
    [InlineData(new byte[] { 1, (byte)'a', 0xC0, 0 })]
    [InlineData(new byte[] { 0xC0 })]
    [InlineData(new byte[] { 3, (byte)'a', (byte)'b' })]
    [InlineData(new byte[] { 0x40, 0 })]
    [InlineData(new byte[] { 0x80, 0 })]
    [InlineData(new byte[] { })]
    public void Read_loop_forward_pointer_or_cut_name_is_refused(byte[] message) =>
        Assert.False(WireName.TryRead(message, 0, out _, out _));

    [Fact]
    public void Read_chain_of_pointers_is_bounded()
    {
        // Each pointer goes back by one pointer: legal one by one, but no honest message has so many.
        var message = new List<byte> { 0 };
        for (var i = 0; i < 33; i++)
        {
            var target = i == 0 ? 0 : 1 + (2 * (i - 1));
            message.AddRange([0xC0, (byte)target]);
        }

        Assert.True(WireName.TryRead([.. message], 1 + (2 * 31), out _, out _));
        Assert.False(WireName.TryRead([.. message], 1 + (2 * 32), out _, out _));
    }

    [Fact]
    public void Read_name_longer_than_255_octets_is_refused()
    {
        byte[] label = [63, .. Encoding.ASCII.GetBytes(Label63)];

        Assert.True(WireName.TryRead([.. label, .. label, .. label, 61, .. label.AsSpan(1, 61), 0], 0, out var name, out _));
        Assert.Equal(253, name.Length);
        Assert.False(WireName.TryRead([.. label, .. label, .. label, 62, .. label.AsSpan(1, 62), 0], 0, out _, out _));
    }

    [Fact]
    public void Read_octets_that_would_blur_the_text_are_escaped()
    {
        byte[] message = [6, (byte)'a', (byte)'.', (byte)'\\', 0, 255, (byte)'B', 1, (byte)'c', 0];

        Assert.True(WireName.TryRead(message, 0, out var name, out _));

        Assert.Equal(@"a\046\092\000\255b.c", name);
    }

    [Fact]
    public void Read_label_of_only_escaped_octets_fits_the_buffer()
    {
        var full = Enumerable.Repeat((byte)1, 63).ToArray();
        byte[] message = [63, .. full, 63, .. full, 63, .. full, 61, .. full.AsSpan(0, 61), 0];

        Assert.True(WireName.TryRead(message, 0, out var name, out _));

        Assert.Equal((250 * 4) + 3, name.Length);
    }
}

using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Tests.Addressing;

public sealed class EnvelopeAddressParserTests
{
    private const EnvelopeAddressForms Utf8 = EnvelopeAddressForms.SmtpUtf8;

    [Theory]
    [InlineData("<user@example.com>", "user", "example.com")]
    [InlineData("<a@b>", "a", "b")]
    [InlineData("<!#$%&'*+-/=?^_`{|}~.x@example.com>", "!#$%&'*+-/=?^_`{|}~.x", "example.com")]
    [InlineData("<\"odd user\"@example.com>", "\"odd user\"", "example.com")]
    [InlineData("<\"\"@example.com>", "\"\"", "example.com")]
    [InlineData("<\"a\\\"b\\\\c>@\"@example.com>", "\"a\\\"b\\\\c>@\"", "example.com")]
    [InlineData("<user@[192.0.2.1]>", "user", "[192.0.2.1]")]
    [InlineData("<user@[IPv6:2001:db8::1]>", "user", "[IPv6:2001:db8::1]")]
    [InlineData("<user@[ipv6:::ffff:192.0.2.1]>", "user", "[ipv6:::ffff:192.0.2.1]")]
    [InlineData("<User@EXAMPLE.Com>", "User", "EXAMPLE.Com")]
    [InlineData("<user@mail_01.example>", "user", "mail_01.example")]
    [InlineData("<user@1.2.3.4>", "user", "1.2.3.4")]
    [InlineData("user@example.com", "user", "example.com")]
    [InlineData("<.user@example.com>", ".user", "example.com")]
    [InlineData("<user.@example.com>", "user.", "example.com")]
    [InlineData("<us..er@example.com>", "us..er", "example.com")]
    [InlineData("<@relay.example:user@example.com>", "user", "example.com")]
    [InlineData("<@a.example,@[192.0.2.9],@c.example:user@example.com>", "user", "example.com")]
    public void A_path_is_read_whole(string text, string local, string domain)
    {
        var input = Encoding.ASCII.GetBytes(text + " SIZE=1");

        Assert.True(EnvelopeAddressParser.TryParsePath(input, EnvelopeAddressForms.AddressLiteral, null, out var address, out var consumed, out var error), error);

        Assert.Equal(new EnvelopeAddress(local, domain), address);
        Assert.Equal(text.Length, consumed);
    }

    [Theory]
    [InlineData("", "missing or malformed local part")]
    [InlineData("<", "missing or malformed local part")]
    [InlineData(" <user@example.com>", "missing or malformed local part")]
    [InlineData("<user@example.com", "'>' missing at end of address")]
    [InlineData("<user>", "domain missing or malformed")]
    [InlineData("us,er@example.com", "\"@\" or \".\" expected after \"us\"")]
    [InlineData("<@example.com>", "no local part")]
    [InlineData("<@relay.example:>", "missing or malformed local part")]
    [InlineData("<@relay.example user@example.com>", "no local part")]
    [InlineData("<@relay.example,user@example.com>", "colon expected after route list")]
    [InlineData("<user@>", "domain missing or malformed")]
    [InlineData("<us,er@example.com>", "\"@\" or \".\" expected after \"us\"")]
    [InlineData("<us er@example.com>", "\"@\" or \".\" expected after \"us\"")]
    [InlineData("<us(er)@example.com>", "\"@\" or \".\" expected after \"us\"")]
    [InlineData("<user@exa mple.com>", "malformed address: mple.com> may not follow <user@exa ")]
    [InlineData("<user@example..com>", "domain missing or malformed")]
    [InlineData("<user@example.com.>", "domain missing or malformed")]
    [InlineData("<user@.example.com>", "domain missing or malformed")]
    [InlineData("<user@-example.com>", "domain missing or malformed")]
    [InlineData("<user@example-.com>", "domain missing or malformed")]
    [InlineData("<user@exam!ple.com>", "malformed address: !ple.com> may not follow <user@exam")]
    [InlineData("<user@example.com@example.net>", "malformed address: @example.net> may not follow <user@example.com")]
    [InlineData("<<user@example.com>>", "missing or malformed local part")]
    [InlineData("<\"user@example.com>", "unmatched doublequote in local part")]
    [InlineData("<\"user\\", "backslash in the local part is not followed by a printable character")]
    [InlineData("<\"us\ter\"@example.com>", "local part holds a control character")]
    [InlineData("<\"us\\\ter\"@example.com>", "backslash in the local part is not followed by a printable character")]
    [InlineData("<\"user\"x@example.com>", "\"@\" or \".\" expected after \"\"user\"\"")]
    [InlineData("<user@[192.0.2]>", "malformed domain literal")]
    [InlineData("<user@[192.0.2.256]>", "malformed domain literal")]
    [InlineData("<user@[192.0.2.1.5]>", "malformed domain literal")]
    [InlineData("<user@[0x7f.0.0.1]>", "malformed domain literal")]
    [InlineData("<user@[192.0.2.1>", "malformed domain literal")]
    [InlineData("<user@[]>", "malformed domain literal")]
    [InlineData("<user@[2001:db8::1]>", "malformed domain literal")]
    [InlineData("<user@[IPv6:2001:db8:::1]>", "malformed domain literal")]
    [InlineData("<user@[IPv6:fe80::1%eth0]>", "malformed domain literal")]
    [InlineData("<user@[IPv6:192.0.2.1]>", "malformed domain literal")]
    [InlineData("<user@[X400:c=de]>", "malformed domain literal")]
    [InlineData("<us\0er@example.com>", "\"@\" or \".\" expected after \"us\"")]
    [InlineData("<user@example.com\r\n>", "malformed address: \r\n> may not follow <user@example.com")]
    public void What_is_not_a_path_is_refused_with_a_reason(string text, string reason)
    {
        Assert.False(EnvelopeAddressParser.TryParsePath(
            Encoding.ASCII.GetBytes(text), EnvelopeAddressForms.AddressLiteral, null, out var address, out var consumed, out var error));

        Assert.Null(address);
        Assert.Equal(0, consumed);
        Assert.Equal(reason, error);
    }

    [Theory]
    [InlineData("<user@[192.0.2.1]>", "domain literals not allowed")]
    [InlineData("<user@[nonsense]>", "domain literals not allowed")]
    [InlineData("<@[192.0.2.1]:user@example.com>", "domain literals not allowed")]
    public void A_literal_is_taken_only_where_it_may_be(string text, string reason)
    {
        Assert.False(Parse(text, EnvelopeAddressForms.None, out _, out var error));
        Assert.Equal(reason, error);
    }

    [Theory]
    [InlineData("<user@example.com.>", "user", "example.com")]
    [InlineData("<@relay.example.:user@example.com>", "user", "example.com")]
    public void A_final_dot_is_dropped_where_it_may_stand(string text, string local, string domain)
    {
        Assert.True(Parse(text, EnvelopeAddressForms.FinalDot, out var address, out var error), error);
        Assert.Equal(new EnvelopeAddress(local, domain), address);
        Assert.False(Parse(text.Replace(".:", "..:", StringComparison.Ordinal).Replace(".>", "..>", StringComparison.Ordinal), EnvelopeAddressForms.FinalDot, out _, out _));
        Assert.False(Parse("<user@.>", EnvelopeAddressForms.FinalDot, out _, out _));
    }

    [Theory]
    [InlineData("<<user@example.com>>", null)]
    [InlineData("<<<user@example.com>>>", null)]
    [InlineData("<<>>", null)]
    [InlineData("<<<user@example.com>>", "'>' missing at end of address")]
    [InlineData("<<user@example.com>", "'>' missing at end of address")]
    [InlineData("<<>", "'>' missing at end of address")]
    public void Excess_brackets_come_in_pairs(string text, string? reason)
    {
        Assert.Equal(reason is null, Parse(text, EnvelopeAddressForms.ExcessBrackets | EnvelopeAddressForms.NullPath, out _, out var error));
        Assert.Equal(reason, error);
        Assert.False(Parse(text, EnvelopeAddressForms.NullPath, out _, out _));
    }

    [Fact]
    public void A_domain_may_be_UTF8_without_SMTPUTF8_where_the_operator_says_so()
    {
        Assert.True(Parse("<user@bücher.example>", EnvelopeAddressForms.Utf8Domain, out var address, out var error), error);
        Assert.Equal("bücher.example", address!.Domain);
        Assert.False(Parse("<grå@example.com>", EnvelopeAddressForms.Utf8Domain, out _, out error));
        Assert.Equal(EnvelopeAddressParser.NeedsSmtpUtf8, error);
    }

    [Theory]
    [InlineData("<user@example.com>", null)]
    [InlineData("user@example.com", null)]
    [InlineData("<user@example.com> x", "malformed address: x may not follow <user@example.com> ")]
    [InlineData("<user@example.com>>", "malformed address: > may not follow <user@example.com>")]
    public void A_whole_path_has_nothing_behind_it(string text, string? reason)
    {
        Assert.Equal(reason is null, EnvelopeAddressParser.TryParseWhole(text, EnvelopeAddressForms.None, out var address, out var error));
        Assert.Equal(reason, error);
        Assert.Equal(reason is null, address is not null);
    }

    [Fact]
    public void The_null_path_is_taken_only_where_it_may_be()
    {
        Assert.True(Parse("<>", EnvelopeAddressForms.NullPath, out var address, out _));
        Assert.True(address!.IsNull);
        Assert.False(Parse("<>", EnvelopeAddressForms.None, out _, out _));
        Assert.False(Parse("< >", EnvelopeAddressForms.NullPath, out _, out _));
    }

    [Fact]
    public void An_unqualified_address_is_taken_where_allowed()
    {
        Assert.True(Parse("<abuse>", EnvelopeAddressForms.Unqualified, out var address, out _));
        Assert.Equal(new EnvelopeAddress("abuse", ""), address);
    }

    [Theory]
    [InlineData("user@example.com", 16)]
    [InlineData("user@example.com SIZE=1", 16)]
    [InlineData("<user@example.com> SIZE=1", 18)]
    public void Brackets_may_be_left_out(string text, int length)
    {
        Assert.True(EnvelopeAddressParser.TryParsePath(
            Encoding.ASCII.GetBytes(text), EnvelopeAddressForms.None, null, out _, out var consumed, out _));
        Assert.Equal(length, consumed);
    }

    [Theory]
    [InlineData("<grå@example.com>", "grå", "example.com")]
    [InlineData("<用户@例え.jp>", "用户", "例え.jp")]
    [InlineData("<\"用 户\"@example.com>", "\"用 户\"", "example.com")]
    [InlineData("<user@bücher.example>", "user", "bücher.example")]
    public void Text_outside_ASCII_needs_SMTPUTF8(string text, string local, string domain)
    {
        Assert.True(Parse(text, Utf8, out var address, out var error), error);
        Assert.Equal(new EnvelopeAddress(local, domain), address);

        Assert.False(Parse(text, EnvelopeAddressForms.None, out _, out error));
        Assert.Equal(EnvelopeAddressParser.NeedsSmtpUtf8, error);
    }

    [Fact]
    public void Octets_that_are_not_UTF8_are_refused()
    {
        foreach (var octets in new byte[][] { [0xE5], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC2, 0x85] })
        {
            byte[] local = [(byte)'<', .. octets, .. "@example.com>"u8];
            byte[] domain = [.. "<user@"u8, .. octets, .. ".com>"u8];

            Assert.False(EnvelopeAddressParser.TryParsePath(local, Utf8, null, out _, out _, out _));
            Assert.False(EnvelopeAddressParser.TryParsePath(domain, Utf8, null, out _, out _, out _));
        }
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_local_part_has_64_octets_at_most(int length, bool expected)
    {
        Assert.Equal(expected, Parse($"<{new string('a', length)}@example.com>", EnvelopeAddressForms.None, out _, out _));
        Assert.Equal(expected, Parse($"<\"{new string('a', length - 2)}\"@example.com>", EnvelopeAddressForms.None, out _, out _));
        Assert.Equal(expected, Parse($"<{new string('a', length - 2)}ü@example.com>", Utf8, out _, out _));
    }

    [Theory]
    [InlineData(254, true)]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void A_domain_has_255_octets_at_most(int length, bool expected)
    {
        var limits = new EnvelopeAddressLimits(Mailbox: 1000);

        Assert.Equal(expected, EnvelopeAddressParser.TryParsePath(
            Encoding.ASCII.GetBytes($"<u@{DomainOf(length)}>"), EnvelopeAddressForms.None, limits, out _, out _, out _));
    }

    [Theory]
    [InlineData(253, true)]
    [InlineData(254, true)]
    [InlineData(255, false)]
    public void A_mailbox_has_254_octets_at_most(int length, bool expected) =>
        Assert.Equal(expected, Parse($"<user@{DomainOf(length - 5)}>", EnvelopeAddressForms.None, out _, out _));

    [Theory]
    [InlineData(62, true)]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void A_label_has_63_octets_at_most(int length, bool expected) =>
        Assert.Equal(expected, Parse($"<user@{new string('a', length)}.example>", EnvelopeAddressForms.None, out _, out _));

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void A_source_route_is_bounded(int hosts, bool expected) =>
        Assert.Equal(expected, Parse($"<{string.Join(',', Enumerable.Repeat("@a", hosts))}:u@b>", EnvelopeAddressForms.None, out _, out _));

    [Theory]
    [InlineData("user@example.com", true)]
    [InlineData("user@example.com ", false)]
    [InlineData("<user@example.com>", false)]
    public void A_bare_mailbox_is_the_whole_text(string text, bool expected) =>
        Assert.Equal(expected, EnvelopeAddressParser.TryParseMailbox(text, EnvelopeAddressForms.None, out _, out _));

    [Fact]
    public void Every_prefix_of_a_path_is_refused()
    {
        var input = "<@a.example:\"x y\"@[IPv6:::1]>"u8;
        for (var length = 0; length < input.Length; length++)
        {
            Assert.False(EnvelopeAddressParser.TryParsePath(input[..length], EnvelopeAddressForms.AddressLiteral, null, out _, out _, out _), $"{length} octets");
        }
    }

    [Fact]
    public void What_was_read_can_be_written_and_read_again()
    {
        const string Edits = "<>@\".:,\\[] a9\u0080\u00C3\r\n\0";
        var random = new Random(20261122);
        byte[][] seeds =
        [
            .. new[] { "<user@example.com>", "<\"a \\\" b\"@[192.0.2.1]>", "<@a,@b:u@c.example>", "<用户@例え.jp>", "<>", "<postmaster>" }.Select(Encoding.UTF8.GetBytes),
        ];
        const EnvelopeAddressForms All = (EnvelopeAddressForms)127;
        for (var i = 0; i < 100_000; i++)
        {
            var input = seeds[random.Next(seeds.Length)].ToArray();
            for (var edits = random.Next(4); edits > 0; edits--)
            {
                input[random.Next(input.Length)] = (byte)Edits[random.Next(Edits.Length)];
            }

            if (EnvelopeAddressParser.TryParsePath(input, All, null, out var address, out var consumed, out _))
            {
                Assert.InRange(consumed, 1, input.Length);
                Assert.DoesNotContain(address.ToString(), char.IsControl);
                Assert.True(EnvelopeAddressParser.TryParsePath(Encoding.UTF8.GetBytes($"<{address}>"), All, null, out var again, out _, out var error), error);
                Assert.Equal(address, again);
            }
        }
    }

    private static bool Parse(string text, EnvelopeAddressForms forms, out EnvelopeAddress? address, out string? error) =>
        EnvelopeAddressParser.TryParsePath(Encoding.UTF8.GetBytes(text), forms, null, out address, out _, out error);

    private static string DomainOf(int length)
    {
        var labels = string.Concat(Enumerable.Repeat("aaaaaaaaa.", length / 10));
        return (labels + new string('b', length - labels.Length)).TrimEnd('.') is { } text && text.Length == length
            ? text : "c" + labels[..^1];
    }
}

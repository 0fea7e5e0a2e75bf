using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Tests.Addressing;

public sealed class AddressListParserTests
{
    [Theory]
    [InlineData("user@example.com", "user@example.com", "")]
    [InlineData(" John Q. Public <john@example.com>\r\n", "john@example.com", "John Q. Public")]
    [InlineData("\"Giant; \\\"Big\\\" Box\" <sysservices@example.net>", "sysservices@example.net", "Giant; \"Big\" Box")]
    [InlineData("<boss@nil.test>", "boss@nil.test", "")]
    [InlineData("john@example.com (John (Q.) Public)", "john@example.com", "John (Q.) Public")]
    [InlineData("<john@example.com> (John)", "john@example.com", "John")]
    [InlineData("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "pete@silly.test", "Pete")]
    [InlineData("\"Joe.\\\\Blow\"@example.com", "\"Joe.\\\\Blow\"@example.com", "")]
    [InlineData("joe . \"odd one\" @ example (x) . com", "joe.\"odd one\"@example.com", "")]
    [InlineData("a@[192.0.2.1]", "a@[192.0.2.1]", "")]
    [InlineData("Six <a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]", "Six")]
    [InlineData("Old <@a.example,@b.example:user@example.com>", "user@example.com", "Old")]
    [InlineData("Old <,@a.example,,@b.example:user@example.com>", "user@example.com", "Old")]
    [InlineData("root", "root", "")]
    [InlineData("Root <root>", "root", "Root")]
    [InlineData("Folded\r\n Name\r\n\t<user\r\n @example.com>", "user@example.com", "Folded Name")]
    [InlineData("a@b.example <a@b.example>", "a@b.example", "a@b.example")]
    [InlineData("[SPAM] user <a@b.example>", "a@b.example", "[SPAM] user")]
    [InlineData("[ user <a@b.example>", "a@b.example", "[ user")]
    [InlineData("a..b.@docomo.example", "a..b.@docomo.example", "")]
    [InlineData("=?utf-8?q?J=C3=BCrgen?= <j@example.com>", "j@example.com", "=?utf-8?q?J=C3=BCrgen?=")]
    [InlineData("Jürgen <jürgen@bücher.example>", "jürgen@bücher.example", "Jürgen")]
    [InlineData("\"a\r\n b\"@example.com", "\"a b\"@example.com", "")]
    public void An_address_is_found_with_its_name(string field, string address, string name)
    {
        var list = Parse(field);

        Assert.True(list.IsWellFormed, string.Join("; ", list.Errors));
        var found = Assert.Single(list.Addresses);
        Assert.Equal(address, found.AddrSpec);
        Assert.Equal(name, found.DisplayName);
    }

    [Theory]
    [InlineData("Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>", "mary@x.test jdoe@example.org one@y.test")]
    [InlineData("A Group:Ed Jones <joe@where.test>,john@one.test, \"x:y;\" <c@three.test>;", "joe@where.test john@one.test c@three.test")]
    [InlineData("Undisclosed recipients:;", "")]
    [InlineData("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "")]
    [InlineData("a@x.test, G: b@x.test; , c@x.test", "a@x.test b@x.test c@x.test")]
    [InlineData("G:;H:a@x.test;", "a@x.test")]
    [InlineData(",, a@x.test,, ,b@x.test,", "a@x.test b@x.test")]
    [InlineData("a@[IPv6:::1], b@x.test", "a@[IPv6:::1] b@x.test")]
    [InlineData("", "")]
    [InlineData(" \r\n ", "")]
    public void A_list_gives_all_its_addresses(string field, string addresses)
    {
        var list = Parse(field);

        Assert.True(list.IsWellFormed, string.Join("; ", list.Errors));
        Assert.Equal(addresses, string.Join(' ', list.Addresses.Select(a => a.AddrSpec)));
    }

    [Theory]
    [InlineData("John Smith, b@x.test", "b@x.test")]
    [InlineData("a@, b@x.test", "b@x.test")]
    [InlineData("@x.test, b@x.test", "b@x.test")]
    [InlineData("a@x..test, b@x.test", "b@x.test")]
    [InlineData("a b@x.test, b@x.test", "b@x.test")]
    [InlineData("a@x.test b, b@x.test", "b@x.test")]
    [InlineData("<a@x.test, b@x.test", "b@x.test")]
    [InlineData("A <a@x.test> junk, b@x.test", "b@x.test")]
    [InlineData("A <>, b@x.test", "b@x.test")]
    [InlineData("a@[, b@x.test", "b@x.test")]
    [InlineData("a@x@y.test, b@x.test", "b@x.test")]
    [InlineData("b@x.test; c@x.test", "")]
    [InlineData(": a@x.test, b@x.test", "b@x.test")]
    [InlineData("G: H: a@x.test; b@x.test", "b@x.test")]
    [InlineData("G: a@x.test", "a@x.test")]
    [InlineData("b@x.test, \"never closed <a@x.test>", "b@x.test")]
    [InlineData("b@x.test, (never closed <a@x.test>", "b@x.test")]
    [InlineData("b@x.test, \"a\u0001\"@x.test", "b@x.test")]
    public void A_bad_element_is_reported_and_the_others_are_kept(string field, string addresses)
    {
        var list = Parse(field);

        Assert.False(list.IsWellFormed);
        Assert.All(list.Errors, error => Assert.InRange(error.Position, 0, Encoding.UTF8.GetByteCount(field)));
        Assert.StartsWith(addresses, string.Join(' ', list.Addresses.Select(a => a.AddrSpec)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_position_is_that_of_the_address_itself()
    {
        const string Field = " Mary <mary@x.test>,\r\n  (c) jdoe@example.org (John), X <@r:u(c)@y.test>";

        var found = Parse(Field).Addresses.Select(a => Field.Substring(a.Position, a.Length));

        Assert.Equal(["mary@x.test", "jdoe@example.org", "@r:u(c)@y.test"], found);
    }

    [Fact]
    public void Octets_that_are_not_UTF8_spoil_an_address_but_not_a_name()
    {
        byte[] name = [.. "J\xFCrgen <j@x.test>".Select(c => (byte)c)];
        byte[] address = [.. "j\xFC@x.test".Select(c => (byte)c)];

        Assert.Equal("J\uFFFDrgen", Assert.Single(AddressListParser.Parse(name).Addresses).DisplayName);
        Assert.Empty(AddressListParser.Parse(address).Addresses);
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void The_number_of_addresses_is_bounded(int count, bool expected)
    {
        var list = AddressListParser.Parse(
            Encoding.ASCII.GetBytes(string.Join(',', Enumerable.Range(0, count).Select(i => $"u{i}@x.test"))), new AddressListLimits(Addresses: 10));

        Assert.Equal(expected, list.IsWellFormed);
        Assert.Equal(Math.Min(count, 10), list.Addresses.Length);
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void The_depth_of_comments_is_bounded(int depth, bool expected) =>
        Assert.Equal(expected, Parse($"{new string('(', depth)}{new string(')', depth)}a@x.test").IsWellFormed);

    [Fact]
    public void Reading_ends_after_too_many_errors() =>
        Assert.Equal(AddressListLimits.Default.Errors, Parse(string.Concat(Enumerable.Repeat("x y,", 1000))).Errors.Length);

    [Theory]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("<")]
    [InlineData("<a@b,")]
    [InlineData("(")]
    [InlineData("()")]
    [InlineData("a:")]
    [InlineData("a@b<")]
    [InlineData("\\")]
    [InlineData("@,")]
    [InlineData("<@,")]
    [InlineData("a.")]
    public void A_megabyte_of_anything_is_read_in_linear_time(string unit)
    {
        var field = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length)));

        // Quadratic work on a megabyte takes minutes; the test would hang rather than fail by a clock.
        var list = AddressListParser.Parse(field);

        Assert.InRange(list.Addresses.Length, 0, AddressListLimits.Default.Addresses);
    }

    [Fact]
    public void Found_addresses_hold_no_control_characters_and_lie_in_the_field()
    {
        const string Edits = "<>@\".:;,\\()[] a\r\n\0\u00C3\u0080\u007f";
        var random = new Random(5322);
        var seed = Encoding.UTF8.GetBytes("G: \"A \\\" b\" <@r.test:\"x y\"@a.test>, (c(d)) b@[IPv6:::1]; é <é@é.test>,\r\n z@z (n)");
        for (var i = 0; i < 50_000; i++)
        {
            var field = seed.ToArray();
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                field[random.Next(field.Length)] = (byte)Edits[random.Next(Edits.Length)];
            }

            foreach (var address in AddressListParser.Parse(field).Addresses)
            {
                Assert.DoesNotContain(address.AddrSpec + address.DisplayName, c => c is < ' ' or (char)127);
                Assert.InRange(address.Position + address.Length, 1, field.Length);
            }
        }
    }

    private static AddressList Parse(string field) => AddressListParser.Parse(Encoding.UTF8.GetBytes(field));
}

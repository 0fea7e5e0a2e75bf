using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Tests.Addressing;

public sealed class AddressListScannerTests
{
    [Theory]
    [InlineData("a..b@x.test", AddressTolerance.LooseDots, "a..b@x.test", AddressDefect.LocalPartMissing)]
    [InlineData(".a@x.test", AddressTolerance.LooseDots, ".a@x.test", AddressDefect.LocalPartMissing)]
    [InlineData("a.@x.test", AddressTolerance.LooseDots, "a.@x.test", AddressDefect.LocalPartMissing)]
    [InlineData("> x <a@x.test>", AddressTolerance.StrayBrackets, "a@x.test", AddressDefect.StrayBracket)]
    [InlineData("x ) <a@x.test>", AddressTolerance.StrayBrackets, "a@x.test", AddressDefect.StrayBracket)]
    [InlineData("x ] <a@x.test>", AddressTolerance.StrayBrackets, "a@x.test", AddressDefect.StrayBracket)]
    [InlineData("x [ <a@x.test>", AddressTolerance.StrayBrackets, "a@x.test", AddressDefect.LiteralMalformed)]
    [InlineData("< (c) >", AddressTolerance.NullAddress, "", AddressDefect.LocalPartMissing)]
    [InlineData("a@x.test.", AddressTolerance.FinalDot, "a@x.test", AddressDefect.DomainMissing)]
    [InlineData("<<a@x.test>>", AddressTolerance.ExcessBrackets, "a@x.test", AddressDefect.LocalPartMissing)]
    [InlineData("x <<<a@x.test>>>", AddressTolerance.ExcessBrackets, "a@x.test", AddressDefect.LocalPartMissing)]
    [InlineData("<a@x.test . >", AddressTolerance.FinalDot, "a@x.test", AddressDefect.DomainMissing)]
    public void A_tolerance_turns_a_defect_into_an_address(string text, AddressTolerance tolerance, string addresses, AddressDefect otherwise)
    {
        Assert.Equal(addresses, Scan(text, tolerance));
        Assert.Equal(otherwise.ToString(), Scan(text, ~tolerance).Split(' ')[0]);
    }

    [Theory]
    [InlineData("a@.", AddressDefect.DomainMissing)]
    [InlineData("a@x..", AddressDefect.TextBehindDomain)]
    [InlineData("a@x..y", AddressDefect.TextBehindDomain)]
    [InlineData("@x.test", AddressDefect.LocalPartMissing)]
    [InlineData("<@>", AddressDefect.DomainMissing)]
    [InlineData("<@r,a@x>", AddressDefect.RouteMalformed)]
    [InlineData("a b", AddressDefect.TextBehindLocalPart)]
    [InlineData("a@x b", AddressDefect.TextBehindDomain)]
    [InlineData("<a@x> b", AddressDefect.TextBehindAngle)]
    [InlineData("<a@x", AddressDefect.AngleNotClosed)]
    [InlineData("a@[x y]", AddressDefect.LiteralMalformed)]
    [InlineData("\"a", AddressDefect.QuoteNotClosed)]
    [InlineData("(a", AddressDefect.CommentNotClosed)]
    [InlineData(": a", AddressDefect.GroupWithoutName)]
    [InlineData("G: H:", AddressDefect.GroupWithinGroup)]
    [InlineData("G: ", AddressDefect.GroupNotClosed)]
    public void A_defect_that_nothing_tolerates_has_its_name(string text, AddressDefect defect) =>
        Assert.Equal(defect.ToString(), Scan(text, (AddressTolerance)~0).Split(' ')[0]);

    [Theory]
    [InlineData("a@x, b c, d@y", 4)]
    [InlineData("a@x,(c) b c", 4)]
    [InlineData("G: b c;", 2)]
    [InlineData("G:; b c", 3)]
    [InlineData("b c", 0)]
    public void The_element_at_fault_begins_behind_its_separator(string text, int start)
    {
        var scanner = new AddressListScanner(Encoding.UTF8.GetBytes(text), AddressTolerance.None);
        while (scanner.Next() == AddressListStep.Mailbox)
        {
        }

        Assert.Equal(AddressDefect.TextBehindLocalPart, scanner.Error.Defect);
        Assert.Equal(start, scanner.Error.ElementStart);
    }

    [Theory]
    [InlineData("Doe, J: x; <a@x.test>", "a@x.test")]
    [InlineData("\"<b@y>\" (<c@z>) [<d@w>] <a@x.test> (e)", "a@x.test")]
    [InlineData("a@x.test (n)", "a@x.test")]
    [InlineData("a", "a")]
    [InlineData("a@x.test, b@y.test", null)]
    [InlineData("<a@x.test>, b@y.test", null)]
    [InlineData("G: a@x.test;", null)]
    [InlineData("", null)]
    public void A_text_that_is_one_mailbox_may_have_separators_in_its_phrase(string text, string? address)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        Assert.Equal(address is not null, AddressListScanner.TryReadMailbox(octets, AddressTolerance.None, out var mailbox));
        Assert.Equal(address, address is null ? null : Join(octets, mailbox));
    }

    [Fact]
    public void A_well_formed_list_is_scanned_without_an_allocation()
    {
        var octets = Encoding.UTF8.GetBytes("\"A \\\" b\" <@r.test:\"x y\"@a.test>, G: (c(d)) b@[IPv6:::1], é <é@é.test>;,\r\n z@z (n)");
        Count(octets);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = Count(octets);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(4, count);
    }

    private static int Count(ReadOnlySpan<byte> text)
    {
        var count = 0;
        var scanner = new AddressListScanner(text, AddressTolerance.None);
        while (scanner.Next() == AddressListStep.Mailbox)
        {
            count++;
        }

        return count;
    }

    private static string Scan(string text, AddressTolerance tolerance)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        var found = new List<string>();
        var scanner = new AddressListScanner(octets, tolerance);
        while (scanner.Next() is var step and not AddressListStep.End)
        {
            found.Add(step == AddressListStep.Defect ? scanner.Error.Defect.ToString() : Join(octets, scanner.Mailbox));
        }

        return string.Join(' ', found);
    }

    private static string Join(ReadOnlySpan<byte> text, MailboxExtent mailbox) =>
        new EnvelopeAddress(mailbox.ReadLocalPart(text, Encoding.UTF8), mailbox.ReadDomain(text, Encoding.UTF8)).ToString();

    [Theory]
    [InlineData(" (x) a@b.test (y) , \"N\" <c@d.test>(z) ", "(x) a@b.test (y)|\"N\" <c@d.test>(z)")]
    [InlineData("g: a@b.test, N\r\n <c@d.test>; e@f.test", "a@b.test|N\r\n <c@d.test>|e@f.test")]
    [InlineData(",, bad bad, a@b.test", "a@b.test")]
    public void Element_is_the_mailbox_with_all_that_belongs_to_it(string text, string expected)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        var scanner = new AddressListScanner(octets, AddressTolerance.None);
        var elements = new List<string>();
        while (scanner.Next() is var step and not AddressListStep.End)
        {
            if (step == AddressListStep.Mailbox)
            {
                elements.Add(Encoding.UTF8.GetString(scanner.Mailbox.Element.Of(octets)));
            }
        }

        Assert.Equal(expected.Split('|'), elements);
    }
}

namespace Pipeline.Mail.Addressing;

/// <summary>mailbox of RFC 5322 section 3.4: an address alone, or in angle brackets with a phrase before it.</summary>
internal static class MailboxReader
{
    /// <summary>Reads <c>local@domain</c> and the comments behind it.</summary>
    public static AddressDefect ReadBare(ref AddressCursor cursor, AddressTolerance tolerance, out MailboxExtent mailbox)
    {
        mailbox = default;
        var start = cursor.Position;
        cursor.Comment = default;
        if (AddrSpecReader.Read(ref cursor, tolerance, out var localPart, out var domain) is var defect and not AddressDefect.None)
        {
            return defect;
        }

        if (cursor.SkipComments() is var tailDefect and not AddressDefect.None)
        {
            return tailDefect;
        }

        mailbox = new MailboxExtent
        {
            Address = new Extent(start, domain.End),
            LocalPart = localPart,
            Domain = domain,
            Comment = cursor.Comment.Start > domain.End ? cursor.Comment : default,
        };
        return AddressDefect.None;
    }

    /// <summary>Reads <c>phrase &lt;route:local@domain&gt;</c> and the comments behind it.</summary>
    /// <param name="cursor">At the phrase.</param>
    /// <param name="open">Where the angle bracket is.</param>
    public static AddressDefect ReadAngle(ref AddressCursor cursor, AddressTolerance tolerance, int open, out MailboxExtent mailbox)
    {
        mailbox = default;
        var phrase = new Extent(cursor.Position, open);
        cursor.Position = open + 1;
        var excess = 0;
        while ((tolerance & AddressTolerance.ExcessBrackets) != 0 && cursor.TryTake('<'))
        {
            excess++;
        }

        if (cursor.SkipComments() is var openDefect and not AddressDefect.None)
        {
            return openDefect;
        }

        var start = cursor.Position;
        var localPart = new Extent(start, start);
        var domain = localPart;
        if (!(cursor.At('>') && (tolerance & AddressTolerance.NullAddress) != 0))
        {
            if (AddrSpecReader.SkipRoute(ref cursor, tolerance) is var routeDefect and not AddressDefect.None)
            {
                return routeDefect;
            }

            if (AddrSpecReader.Read(ref cursor, tolerance, out localPart, out domain) is var defect and not AddressDefect.None)
            {
                return defect;
            }
        }

        if (cursor.SkipComments() is var closeDefect and not AddressDefect.None)
        {
            return closeDefect;
        }

        for (; excess >= 0; excess--)
        {
            if (!cursor.TryTake('>'))
            {
                return AddressDefect.AngleNotClosed;
            }
        }

        cursor.Comment = default;
        if (cursor.SkipComments() is var tailDefect and not AddressDefect.None)
        {
            return tailDefect;
        }

        mailbox = new MailboxExtent
        {
            Address = new Extent(start, domain.End),
            LocalPart = localPart,
            Domain = domain,
            Phrase = phrase,
            Comment = cursor.Comment,
        };
        return AddressDefect.None;
    }
}

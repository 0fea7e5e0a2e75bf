namespace Pipeline.Mail.Addressing;

/// <summary>addr-spec of RFC 5322 section 3.4.1 with the obsolete forms of section 4.4: comments and blanks between all words.</summary>
internal static class AddrSpecReader
{
    /// <summary>Reads a local part, and a domain if an at sign follows. The cursor stays behind the address, blanks after it not taken.</summary>
    public static AddressDefect Read(ref AddressCursor cursor, AddressTolerance tolerance, out Extent localPart, out Extent domain)
    {
        domain = default;
        if (ReadLocalPart(ref cursor, tolerance, out localPart) is var defect and not AddressDefect.None)
        {
            return defect;
        }

        domain = new Extent(localPart.End, localPart.End);
        if (cursor.SkipComments() is var commentDefect and not AddressDefect.None)
        {
            return commentDefect;
        }

        return cursor.TryTake('@') ? ReadDomain(ref cursor, tolerance, out domain) : AddressDefect.None;
    }

    /// <summary>obs-route, if one stands here: <c>@a,@b:</c> (RFC 5322 section 4.4), with empty elements.</summary>
    public static AddressDefect SkipRoute(ref AddressCursor cursor, AddressTolerance tolerance)
    {
        if (!cursor.At('@') && !cursor.At(','))
        {
            return AddressDefect.None;
        }

        while (true)
        {
            if (cursor.SkipComments() is var commentDefect and not AddressDefect.None)
            {
                return commentDefect;
            }

            if (cursor.TryTake(':'))
            {
                return cursor.SkipComments();
            }

            if (cursor.TryTake('@'))
            {
                if (ReadDomain(ref cursor, tolerance, out _) is var defect and not AddressDefect.None)
                {
                    return defect;
                }
            }
            else if (!cursor.TryTake(','))
            {
                return AddressDefect.RouteMalformed;
            }
        }
    }

    // local-part and obs-local-part: words joined by dots.
    private static AddressDefect ReadLocalPart(ref AddressCursor cursor, AddressTolerance tolerance, out Extent localPart)
    {
        var isLoose = (tolerance & AddressTolerance.LooseDots) != 0;
        var start = cursor.Position;
        var end = start;
        var afterWord = false;
        while (!cursor.AtEnd)
        {
            if (cursor.At('.') && (afterWord || isLoose))
            {
                cursor.Advance(1);
                afterWord = false;
            }
            else if (afterWord)
            {
                break;
            }
            else if (cursor.At('"'))
            {
                if (cursor.SkipQuotedString() is var quoteDefect and not AddressDefect.None)
                {
                    localPart = default;
                    return quoteDefect;
                }

                afterWord = true;
            }
            else if (!(afterWord = cursor.TryTakeAtom()))
            {
                break;
            }

            end = cursor.Position;
            if (cursor.SkipComments() is var commentDefect and not AddressDefect.None)
            {
                localPart = default;
                return commentDefect;
            }
        }

        localPart = new Extent(start, end);
        cursor.Position = end;
        return end == start || (!afterWord && !isLoose) ? AddressDefect.LocalPartMissing : AddressDefect.None;
    }

    private static AddressDefect ReadDomain(ref AddressCursor cursor, AddressTolerance tolerance, out Extent domain)
    {
        domain = default;
        if (cursor.SkipComments() is var commentDefect and not AddressDefect.None)
        {
            return commentDefect;
        }

        var start = cursor.Position;
        if (cursor.At('['))
        {
            if (!cursor.TryTakeLiteral())
            {
                return AddressDefect.LiteralMalformed;
            }

            domain = new Extent(start, cursor.Position);
            return AddressDefect.None;
        }

        return ReadLabels(ref cursor, tolerance, start, out domain);
    }

    private static AddressDefect ReadLabels(ref AddressCursor cursor, AddressTolerance tolerance, int start, out Extent domain)
    {
        domain = default;
        var labelEnd = start;
        var afterAtom = false;
        while (afterAtom ? cursor.TryTake('.') : cursor.TryTakeAtom())
        {
            afterAtom = !afterAtom;
            labelEnd = afterAtom ? cursor.Position : labelEnd;
            if (cursor.SkipComments() is var defect and not AddressDefect.None)
            {
                return defect;
            }
        }

        var endsWell = afterAtom || (labelEnd > start && (tolerance & AddressTolerance.FinalDot) != 0);
        domain = new Extent(start, labelEnd);
        return endsWell ? AddressDefect.None : AddressDefect.DomainMissing;
    }
}

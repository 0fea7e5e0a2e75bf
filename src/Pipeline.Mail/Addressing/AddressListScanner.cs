namespace Pipeline.Mail.Addressing;

/// <summary>What a step of <see cref="AddressListScanner"/> came to.</summary>
public enum AddressListStep
{
    /// <summary>The list is read.</summary>
    End,

    /// <summary>A mailbox: see <see cref="AddressListScanner.Mailbox"/>.</summary>
    Mailbox,

    /// <summary>An element that cannot be read: see <see cref="AddressListScanner.Error"/>. The next step goes on behind the next separator.</summary>
    Defect,
}

/// <summary>Steps over the mailboxes of an address list, those of groups included (RFC 5322 section 3.4 with the obsolete forms of 4.4).</summary>
/// <remarks>
/// Each element is first measured up to its delimiter, then read by its form. White space, comments and empty elements between commas are passed
/// over. Allocates nothing; the time is linear in the length of the text.
/// </remarks>
public ref struct AddressListScanner
{
    /// <summary>How deep comments may be nested when nothing else is asked for.</summary>
    public const int DefaultCommentDepth = 32;

    private readonly AddressTolerance _tolerance;
    private readonly ElementMeasure _measure;
    private AddressCursor _cursor;
    private int _elementStart;
    private bool _inGroup;
    private bool _isLost;

    /// <param name="text">A field body, which may be folded.</param>
    public AddressListScanner(ReadOnlySpan<byte> text, AddressTolerance tolerance, int maxCommentDepth = DefaultCommentDepth)
    {
        _tolerance = tolerance;
        _measure = new ElementMeasure(text, tolerance);
        _cursor = new AddressCursor(text, maxCommentDepth);
    }

    /// <summary>The mailbox found last.</summary>
    public MailboxExtent Mailbox { get; private set; }

    /// <summary>The defect found last.</summary>
    public AddressListError Error { get; private set; }

    public AddressListStep Next()
    {
        if (_isLost)
        {
            _measure.SkipToSeparator(ref _cursor, _inGroup);
            _isLost = false;
        }

        while (true)
        {
            if (SkipSeparators() is var separatorDefect and not AddressDefect.None)
            {
                return Fail(separatorDefect);
            }

            if (_cursor.AtEnd)
            {
                return FinishGroup();
            }

            if (ReadElement(out var isGroup) is var defect and not AddressDefect.None)
            {
                _isLost = true;
                return Fail(defect);
            }

            if (!isGroup)
            {
                return AddressListStep.Mailbox;
            }
        }
    }

    /// <summary>Reads a text that is one mailbox and nothing else; commas and colons in its phrase need no quotes, for there is no list to take them for.</summary>
    public static bool TryReadMailbox(ReadOnlySpan<byte> text, AddressTolerance tolerance, out MailboxExtent mailbox)
    {
        mailbox = default;
        var cursor = new AddressCursor(text, DefaultCommentDepth);
        var measure = new ElementMeasure(text, tolerance);
        var isRead = cursor.SkipComments() == AddressDefect.None
            && measure.FindAngle(ref cursor, out var open) == AddressDefect.None
            && (open < text.Length
                ? MailboxReader.ReadAngle(ref cursor, tolerance, open, out mailbox)
                : MailboxReader.ReadBare(ref cursor, tolerance, out mailbox)) == AddressDefect.None
            && cursor.AtEnd;
        mailbox = isRead ? mailbox with { Element = cursor.Trim(new Extent(0, text.Length)) } : default;
        return isRead;
    }

    // Between elements: commas, white space, comments, and the semicolon that closes a group.
    private AddressDefect SkipSeparators()
    {
        while (_cursor.SkipComments() is var defect)
        {
            if (defect != AddressDefect.None)
            {
                return defect;
            }

            if (_inGroup && _cursor.TryTake(';'))
            {
                _inGroup = false;
            }
            else if (!_cursor.TryTake(','))
            {
                break;
            }

            _elementStart = _cursor.Position;
        }

        return AddressDefect.None;
    }

    private AddressDefect ReadElement(out bool isGroup)
    {
        isGroup = false;
        if (_measure.FindDelimiter(ref _cursor, out var end) is var measureDefect and not AddressDefect.None)
        {
            return measureDefect;
        }

        switch (end < _cursor.Length ? _cursor.Rest[end - _cursor.Position] : 0)
        {
            case '<':
                return MailboxReader.ReadAngle(ref _cursor, _tolerance, end, out var named) is var angleDefect and not AddressDefect.None
                    ? angleDefect
                    : Take(named, AddressDefect.TextBehindAngle);
            case ':':
                isGroup = true;
                return OpenGroup(end);
            case '>' or ')' or ']':
                _cursor.Position = end;
                return AddressDefect.StrayBracket;
            default:
                return MailboxReader.ReadBare(ref _cursor, _tolerance, out var bare) is var bareDefect and not AddressDefect.None
                    ? bareDefect
                    : Take(bare, bare.Domain.IsEmpty ? AddressDefect.TextBehindLocalPart : AddressDefect.TextBehindDomain);
        }
    }

    private AddressDefect OpenGroup(int colon)
    {
        var isNamed = colon > _cursor.Position;
        _cursor.Position = colon;
        if (_inGroup)
        {
            return AddressDefect.GroupWithinGroup;
        }

        if (!isNamed)
        {
            return AddressDefect.GroupWithoutName;
        }

        _cursor.Advance(1);
        _elementStart = _cursor.Position;
        _inGroup = true;
        return AddressDefect.None;
    }

    private AddressDefect Take(MailboxExtent mailbox, AddressDefect whenFollowed)
    {
        Mailbox = mailbox with { Element = _cursor.Trim(new Extent(_elementStart, _cursor.Position)) };
        return _cursor.AtEnd || _cursor.At(',') || (_inGroup && _cursor.At(';')) ? AddressDefect.None : whenFollowed;
    }

    private AddressListStep FinishGroup()
    {
        if (!_inGroup)
        {
            return AddressListStep.End;
        }

        _inGroup = false;
        return Fail(AddressDefect.GroupNotClosed);
    }

    private AddressListStep Fail(AddressDefect defect)
    {
        Error = new AddressListError(_elementStart, _cursor.Position, defect);
        return AddressListStep.Defect;
    }
}

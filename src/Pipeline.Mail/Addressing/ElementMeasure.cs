using System.Buffers;

namespace Pipeline.Mail.Addressing;

/// <summary>Finds where an element of an address list, or the phrase it begins with, ends: quotes, comments, literals and escapes hide delimiters.</summary>
internal readonly struct ElementMeasure
{
    private static readonly SearchValues<byte> Structural = SearchValues.Create("\"(,:;<[\\"u8);

    private static readonly SearchValues<byte> StructuralWithClosing = SearchValues.Create("\"(,:;<[\\)>]"u8);

    private readonly bool _takesStrayBrackets;
    private readonly int _lastBracket;

    /// <param name="text">The whole text that will be measured piece by piece.</param>
    public ElementMeasure(ReadOnlySpan<byte> text, AddressTolerance tolerance)
    {
        _takesStrayBrackets = (tolerance & AddressTolerance.StrayBrackets) != 0;

        // Where nothing closes any more, a bracket is known to be open without a search, which keeps the whole linear.
        _lastBracket = text.LastIndexOf((byte)']');
    }

    /// <summary>Finds what ends the phrase or bare address that begins here: &lt; : , ; or the end; or a stray closing bracket.</summary>
    /// <param name="end">Where that is. The cursor moves only when there is a defect.</param>
    public AddressDefect FindDelimiter(ref AddressCursor cursor, out int end)
    {
        var start = cursor.Position;
        var delimiter = false;
        while (!delimiter && MoveToStructure(ref cursor, _takesStrayBrackets ? Structural : StructuralWithClosing))
        {
            if (SkipStructure(ref cursor, out delimiter) is var defect and not AddressDefect.None)
            {
                end = cursor.Position;
                return defect;
            }
        }

        end = cursor.Position;
        cursor.Position = start;
        return AddressDefect.None;
    }

    /// <summary>Finds the angle bracket that ends the phrase of a text that is one mailbox and no list: commas and colons do not end it.</summary>
    /// <param name="end">The end of the text when there is no bracket. The cursor moves only when there is a defect.</param>
    public AddressDefect FindAngle(ref AddressCursor cursor, out int end)
    {
        var start = cursor.Position;
        while (MoveToStructure(ref cursor, Structural) && !cursor.At('<'))
        {
            if (SkipStructure(ref cursor, out var delimiter) is var defect and not AddressDefect.None)
            {
                end = cursor.Position;
                return defect;
            }

            cursor.Advance(delimiter ? 1 : 0);
        }

        end = cursor.Position;
        cursor.Position = start;
        return AddressDefect.None;
    }

    /// <summary>After a defect: moves on to the next separator or the end.</summary>
    /// <remarks>Angle brackets do not hide commas here, so that one missing bracket costs one element.</remarks>
    public void SkipToSeparator(ref AddressCursor cursor, bool semicolonSeparates)
    {
        while (MoveToStructure(ref cursor, Structural) && !cursor.At(',') && !(semicolonSeparates && cursor.At(';')))
        {
            if (SkipStructure(ref cursor, out var delimiter) is not AddressDefect.None || delimiter)
            {
                cursor.Advance(1);
            }
        }
    }

    private static bool MoveToStructure(ref AddressCursor cursor, SearchValues<byte> structural)
    {
        var skip = cursor.Rest.IndexOfAny(structural);
        cursor.Position = skip < 0 ? cursor.Length : cursor.Position + skip;
        return !cursor.AtEnd;
    }

    // At a structural octet: passes over quoted string, comment, literal or escaped octet; stays at a delimiter.
    private AddressDefect SkipStructure(ref AddressCursor cursor, out bool delimiter)
    {
        delimiter = false;
        switch (cursor.Current)
        {
            case (byte)'"':
                return cursor.SkipQuotedString();
            case (byte)'(':
                return cursor.SkipComment();
            case (byte)'[' when cursor.Position < _lastBracket:
                cursor.Advance(cursor.Rest.IndexOf((byte)']') + 1);
                return AddressDefect.None;
            case (byte)'[':
                cursor.Advance(1);
                return _takesStrayBrackets ? AddressDefect.None : AddressDefect.LiteralMalformed;
            case (byte)'\\':
                cursor.Advance(2);
                return AddressDefect.None;
            default:
                delimiter = true;
                return AddressDefect.None;
        }
    }
}

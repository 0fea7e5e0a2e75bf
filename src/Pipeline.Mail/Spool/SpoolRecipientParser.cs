using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Spool;

/// <summary>Reads recipient lines. They are read from the right, because an address may hold blanks and its length is not given.</summary>
internal static class SpoolRecipientParser
{
    // Marks an address of the last hop within a process; never meant for a file.
    private const int LastHop = 1;

    private const DsnNotify AllFlags = DsnNotify.Never | DsnNotify.Success | DsnNotify.Failure | DsnNotify.Delay;

    public static bool TryParse(string line, int recipients, [NotNullWhen(true)] out SpoolRecipient? recipient)
    {
        recipient = Parse(line);
        return recipient is { Address.Length: > 0 } && recipient.Parent >= -1 && recipient.Parent < recipients
            && (recipient.Notify & ~AllFlags) == 0;
    }

    /// <summary>Whether an address alone on its line is read as that address; one that ends like the fields behind an address is not.</summary>
    public static bool IsPlain(string address) => Parse(address) is { Parent: -1 } read && read.Address == address;

    private static SpoolRecipient? Parse(string line)
    {
        ReadOnlySpan<char> rest = line;
        if (!TakeNumber(ref rest, signed: false, out var last) || rest.IsEmpty)
        {
            return new SpoolRecipient(line);
        }

        switch (rest[^1])
        {
            case '#':
                return ParseExtended(rest[..^1], last);
            case ' ':
                // Before Exim 4: the parent alone.
                return new SpoolRecipient(rest[..^1].ToString(), Parent: last);
            case ',':
                return ParseThreeNumbers(line, rest[..^1]);
            default:
                return new SpoolRecipient(line);
        }
    }

    // Early Exim 4: address, blank, three numbers of which the second is the parent.
    private static SpoolRecipient ParseThreeNumbers(string line, ReadOnlySpan<char> rest) =>
        TakeNumber(ref rest, signed: true, out var parent) && Take(ref rest, ',')
        && TakeNumber(ref rest, signed: true, out _) && Take(ref rest, ' ')
            ? new SpoolRecipient(rest.ToString(), Parent: parent)
            : new SpoolRecipient(line);

    private static SpoolRecipient? ParseExtended(ReadOnlySpan<char> rest, int kinds)
    {
        var parent = -1;
        var errorsTo = "";
        var notify = 0;
        var original = "";
        if (kinds is 0 or > 3
            || ((kinds & 1) != 0 && !TakeField(ref rest, out errorsTo, out parent))
            || ((kinds & 2) != 0 && !TakeField(ref rest, out original, out notify)))
        {
            return null;
        }

        return new SpoolRecipient(rest.ToString(), (DsnNotify)(notify & ~LastHop), original, errorsTo, parent);
    }

    // From the right: a number, a comma, the length of a text, a blank, the text, a blank.
    private static bool TakeField(ref ReadOnlySpan<char> rest, out string text, out int number)
    {
        text = "";
        if (!TakeNumber(ref rest, signed: true, out number) || !Take(ref rest, ',')
            || !TakeNumber(ref rest, signed: false, out var length) || !Take(ref rest, ' ') || length > rest.Length)
        {
            return false;
        }

        text = rest[(rest.Length - length)..].ToString();
        rest = rest[..^length];
        return Take(ref rest, ' ');
    }

    private static bool Take(ref ReadOnlySpan<char> rest, char expected)
    {
        if (rest.IsEmpty || rest[^1] != expected)
        {
            return false;
        }

        rest = rest[..^1];
        return true;
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> rest, bool signed, out int number)
    {
        var start = rest.Length;
        while (start > 0 && char.IsAsciiDigit(rest[start - 1]))
        {
            start--;
        }

        if (signed && start > 0 && start < rest.Length && rest[start - 1] == '-')
        {
            start--;
        }

        var isNumber = int.TryParse(rest[start..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
        rest = isNumber ? rest[..start] : rest;
        return isNumber;
    }
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Spool;

/// <summary>The sections of a spool header file, read one after the other. A section that fails says why in <see cref="Error"/>.</summary>
internal ref struct SpoolHeaderCursor(ReadOnlySpan<byte> octets, SpoolLimits limits)
{
    private readonly ReadOnlySpan<byte> _octets = octets;

    public int Position { get; private set; }

    public string? Error { get; set; }

    /// <summary>The items with a name, and the ACL variables.</summary>
    internal sealed record Items(
        SpoolItems Named, ImmutableSortedDictionary<string, string>.Builder Connection, ImmutableSortedDictionary<string, string>.Builder Message);

    /// <summary>The four lines that every file begins with.</summary>
    public bool TryReadStart([NotNullWhen(true)] out SpoolHeaderFile? file)
    {
        file = null;
        if (!TryReadLine(out var name) || !name.EndsWith("-H", StringComparison.Ordinal) || !MessageId.IsValid(name.AsSpan(0, name.Length - 2)))
        {
            return Fail("first line is not a message id with -H");
        }

        if (!TryReadLine(out var owner) || !TryTakeLast(ref owner, out var group) || !TryTakeLast(ref owner, out var user)
            || !TryInt(group, out var groupId) || !TryInt(user, out var userId))
        {
            return Fail("owner line is malformed");
        }

        if (!TryReadLine(out var sender) || sender is not ['<', .., '>'])
        {
            return Fail("sender line is malformed");
        }

        if (!TryReadLine(out var times) || !TryTakeLast(ref times, out var warned) || !TryInt(warned, out var warnings)
            || !long.TryParse(times, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return Fail("time line is malformed");
        }

        file = new SpoolHeaderFile
        {
            MessageId = name[..^2],
            OwnerName = owner,
            OwnerUserId = userId,
            OwnerGroupId = groupId,
            Sender = sender[1..^1],
            ReceivedSeconds = seconds,
            WarningCount = warnings,
            Recipients = [],
            Headers = [],
        };
        return true;
    }

    /// <summary>All lines that begin with a hyphen.</summary>
    public bool TryReadItems([NotNullWhen(true)] out Items? items)
    {
        items = null;
        var found = new Items(new SpoolItems(), SpoolHeaderFile.NoVariables.ToBuilder(), SpoolHeaderFile.NoVariables.ToBuilder());
        while (Position < _octets.Length && _octets[Position] == '-')
        {
            if (!TryReadLine(out var line))
            {
                return false;
            }

            // Since Exim 4.93 values from outside have a second hyphen, since 4.99 perhaps the name of a quoter.
            var item = line.StartsWith("--", StringComparison.Ordinal) ? line[2..] : line[1..];
            if (item.StartsWith('(') && item.IndexOf(')', StringComparison.Ordinal) is > 0 and var end)
            {
                item = item[(end + 1)..];
            }

            if (!item.StartsWith("acl", StringComparison.Ordinal))
            {
                found.Named.Add(item);
            }
            else if (!TryReadVariable(item, found))
            {
                return Fail("ACL variable is malformed");
            }
        }

        items = found;
        return true;
    }

    /// <summary>The tree in pre-order: no recursion, only a count of the subtrees still to come.</summary>
    public bool TryReadTree([NotNullWhen(true)] out SpoolTree? tree)
    {
        tree = null;
        var nodes = ImmutableArray.CreateBuilder<SpoolTreeNode>();
        for (var pending = 1; pending > 0; pending--)
        {
            if (!TryReadLine(out var line) || nodes.Count == limits.TreeNodes)
            {
                return Fail("tree is cut off or too large");
            }

            if (line == "XX" && nodes.Count == 0)
            {
                continue;
            }

            if (line.Length < 4 || line[0] is not ('Y' or 'N') || line[1] is not ('Y' or 'N') || line[2] != ' ')
            {
                return Fail("tree node is malformed");
            }

            var node = new SpoolTreeNode(line[0] == 'Y', line[1] == 'Y', line[3..]);
            nodes.Add(node);
            pending += (node.HasLeft ? 1 : 0) + (node.HasRight ? 1 : 0);
        }

        tree = SpoolTree.FromNodes(nodes.ToImmutable());
        return true;
    }

    /// <summary>The count, as many lines, and the empty line.</summary>
    public bool TryReadRecipients(out ImmutableArray<SpoolRecipient> recipients)
    {
        recipients = [];
        if (!TryReadLine(out var text) || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > limits.Recipients)
        {
            return Fail("number of recipients is malformed or too large");
        }

        var list = ImmutableArray.CreateBuilder<SpoolRecipient>();
        for (var i = 0; i < count; i++)
        {
            if (!TryReadLine(out var line) || !SpoolRecipientParser.TryParse(line, count, out var recipient))
            {
                return Fail("recipient is malformed");
            }

            list.Add(recipient);
        }

        if (!TryReadLine(out var empty) || empty.Length > 0)
        {
            return Fail("empty line after the recipients is missing");
        }

        recipients = list.ToImmutable();
        return true;
    }

    /// <summary>The header fields, to the end of the file. Zeros at the end, as a crash may leave them, are no length and so an error.</summary>
    public bool TryReadHeaders(out ImmutableArray<SpoolHeaderLine> headers)
    {
        headers = [];
        var list = ImmutableArray.CreateBuilder<SpoolHeaderLine>();
        while (Position < _octets.Length)
        {
            var rest = _octets[Position..];
            var digits = 0;
            var length = 0;
            while (digits < 9 && digits < rest.Length && char.IsAsciiDigit((char)rest[digits]))
            {
                length = (length * 10) + (rest[digits++] - '0');
            }

            if (digits == 0 || length == 0 || length > limits.HeaderBytes || list.Count == limits.Headers
                || rest.Length < digits + 2 + length || rest[digits + 1] != ' ')
            {
                return Fail("header length is malformed");
            }

            var text = rest.Slice(digits + 2, length);
            if (text[^1] != '\n' || text.Contains((byte)0))
            {
                return Fail("header does not end at its line end, or holds NUL");
            }

            list.Add(new SpoolHeaderLine((char)rest[digits], text.ToArray()));
            Position += digits + 2 + length;
        }

        headers = list.ToImmutable();
        return true;
    }

    // "aclc name length", "aclm name length"; before Exim 4.5x "acl number length", where 10 and above are message variables.
    private bool TryReadVariable(string item, Items items)
    {
        var header = item;
        if (!TryTakeLast(ref header, out var lengthText) || !TryTakeLast(ref header, out var name) || name.Length == 0
            || !TryInt(lengthText, out var length) || length < 0 || length > limits.VariableBytes
            || Position + length >= _octets.Length || _octets[Position + length] != '\n')
        {
            return false;
        }

        var value = Encoding.Latin1.GetString(_octets.Slice(Position, length));
        Position += length + 1;
        var variables = header == "aclm" ? items.Message : items.Connection;
        if (header == "acl")
        {
            if (!TryInt(name, out var number) || number is < 0 or > 19)
            {
                return false;
            }

            variables = number < 10 ? items.Connection : items.Message;
            name = (number % 10).ToString(CultureInfo.InvariantCulture);
        }
        else if (header is not ("aclc" or "aclm"))
        {
            return false;
        }

        variables[name] = value;
        return variables.Count <= limits.Variables;
    }

    private bool TryReadLine([NotNullWhen(true)] out string? line)
    {
        line = null;
        var rest = _octets[Position..];
        var end = rest[..Math.Min(rest.Length, limits.LineBytes)].IndexOf((byte)'\n');
        if (end < 0)
        {
            Error ??= "line is cut off or too long";
            return false;
        }

        line = Encoding.Latin1.GetString(rest[..end]);
        Position += end + 1;
        return true;
    }

    private static bool TryTakeLast(ref string text, out string word)
    {
        var blank = text.LastIndexOf(' ');
        word = blank < 0 ? "" : text[(blank + 1)..];
        text = blank < 0 ? text : text[..blank];
        return blank >= 0;
    }

    private static bool TryInt(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private bool Fail(string reason)
    {
        Error ??= reason;
        return false;
    }
}

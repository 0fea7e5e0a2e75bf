using System.Text;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>The working part of an address in a header field (RFC 5322 section 3.4): without phrase, comments, angle brackets and route.</summary>
internal readonly record struct MailboxText(string LocalPart, string Domain)
{
    private const string AtomSpecials = "()<>[]:;@\\,.\"";

    public string Whole => Domain.Length == 0 ? LocalPart : $"{LocalPart}@{Domain}";

    /// <summary>Reads one mailbox; an address without a domain is accepted.</summary>
    public static bool TryParse(string text, out MailboxText mailbox)
    {
        mailbox = default;
        if (!TryStripComments(text, out var plain))
        {
            return false;
        }

        var open = IndexOfUnquoted(plain, '<', 0);
        if (open >= 0)
        {
            var close = IndexOfUnquoted(plain, '>', open);
            if (close < 0 || plain.AsSpan(close + 1).Trim().Length > 0)
            {
                return false;
            }

            plain = plain[(open + 1)..close].Trim();
            if (plain.Length == 0)
            {
                return true;
            }

            // A source route (@a,@b:) in front of the address has no meaning any more.
            var route = plain.StartsWith('@') ? plain.IndexOf(':', StringComparison.Ordinal) : -1;
            plain = plain[(route + 1)..];
        }

        return TryParseAddress(plain.AsSpan().Trim(), out mailbox);
    }

    /// <summary>Splits an address list into mailboxes; the members of a group count as if there was no group.</summary>
    public static List<string> Split(string text)
    {
        var mailboxes = new List<string>();
        var start = 0;
        var depth = 0;
        var angle = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '"' when depth == 0:
                    i = Math.Min(EndOfQuoted(text, i), text.Length - 1);
                    break;
                case '(':
                    depth++;
                    break;
                case ')' when depth > 0:
                    depth--;
                    break;
                case '<' when depth == 0:
                    angle = true;
                    break;
                case '>' when depth == 0:
                    angle = false;
                    break;
                case '[' when depth == 0:
                    var close = text.IndexOf(']', i);
                    i = close < 0 ? i : close;
                    break;
                case ',' or ';' when depth == 0 && !angle:
                    Take(i);
                    break;
                case ':' when depth == 0 && !angle:
                    // The name of a group.
                    start = i + 1;
                    break;
            }
        }

        Take(text.Length);
        return mailboxes;

        void Take(int end)
        {
            var mailbox = text.AsSpan(start, Math.Max(0, end - start)).Trim();
            if (!mailbox.IsEmpty)
            {
                mailboxes.Add(mailbox.ToString());
            }

            start = end + 1;
        }
    }

    private static bool TryParseAddress(ReadOnlySpan<char> text, out MailboxText mailbox)
    {
        mailbox = default;
        var position = 0;
        if (!TryReadLocalPart(text, ref position, out var localPart))
        {
            return false;
        }

        var rest = text[position..].Trim();
        if (rest.IsEmpty)
        {
            mailbox = new MailboxText(localPart, "");
            return true;
        }

        if (rest[0] != '@' || !TryReadDomain(rest[1..].Trim(), out var domain))
        {
            return false;
        }

        mailbox = new MailboxText(localPart, domain);
        return true;
    }

    /// <summary>Words separated by dots; a word is an atom or a quoted string.</summary>
    private static bool TryReadLocalPart(ReadOnlySpan<char> text, ref int position, out string localPart)
    {
        var read = new StringBuilder();
        localPart = "";
        while (true)
        {
            SkipBlanks(text, ref position);
            var start = position;
            if (position < text.Length && text[position] == '"')
            {
                position = EndOfQuoted(text, position) + 1;
                if (position > text.Length)
                {
                    return false;
                }
            }
            else
            {
                while (position < text.Length && IsAtomCharacter(text[position]))
                {
                    position++;
                }
            }

            if (position == start)
            {
                return false;
            }

            read.Append(text[start..position]);
            var behind = position;
            SkipBlanks(text, ref behind);
            if (behind >= text.Length || text[behind] != '.')
            {
                localPart = read.ToString();
                return true;
            }

            read.Append('.');
            position = behind + 1;
        }
    }

    private static bool TryReadDomain(ReadOnlySpan<char> text, out string domain)
    {
        domain = "";
        if (text.Length > 1 && text[0] == '[' && text[^1] == ']')
        {
            domain = text.ToString();
            return text[1..^1].IndexOfAny('[', ']', '\\') < 0;
        }

        var read = new StringBuilder(text.Length);
        var labelLength = 0;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (labelLength == 0)
                {
                    return false;
                }

                labelLength = 0;
            }
            else if (IsAtomCharacter(c))
            {
                labelLength++;
            }
            else
            {
                return false;
            }

            read.Append(c);
        }

        domain = read.ToString().TrimEnd('.');
        return domain.Length > 0;
    }

    private static bool IsAtomCharacter(char c) => c is > ' ' and not '\x7f' && !AtomSpecials.Contains(c, StringComparison.Ordinal);

    private static void SkipBlanks(ReadOnlySpan<char> text, ref int position)
    {
        while (position < text.Length && ListSyntax.IsBlank(text[position]))
        {
            position++;
        }
    }

    /// <summary>The place of the closing quote, or the end of the text.</summary>
    private static int EndOfQuoted(ReadOnlySpan<char> text, int start)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i;
            }
        }

        return text.Length;
    }

    private static int IndexOfUnquoted(string text, char wanted, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == wanted)
            {
                return i;
            }

            if (text[i] == '"')
            {
                i = EndOfQuoted(text, i);
            }
        }

        return -1;
    }

    /// <summary>Replaces comments by blanks; false when one does not end.</summary>
    private static bool TryStripComments(string text, out string plain)
    {
        plain = text;
        if (!text.Contains('(', StringComparison.Ordinal))
        {
            return true;
        }

        var kept = new StringBuilder(text.Length);
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (depth > 0)
            {
                depth += c switch { '(' => 1, ')' => -1, _ => 0 };
                i += c == '\\' ? 1 : 0;
            }
            else if (c == '(')
            {
                depth++;
                kept.Append(' ');
            }
            else if (c == '"')
            {
                var end = Math.Min(EndOfQuoted(text, i), text.Length - 1);
                kept.Append(text, i, end - i + 1);
                i = end;
            }
            else
            {
                kept.Append(c);
            }
        }

        plain = kept.ToString();
        return depth == 0;
    }
}

using System.Buffers;
using System.Text;
using Pipeline.Mail.Smtp;

namespace Pipeline.Connectors.Smtp;

/// <summary>Reads replies (RFC 5321 section 4.2.1) from octets in pieces of any size. One instance serves a connection, reply after reply.</summary>
/// <remarks>The text is kept as octets; strings are made only when somebody asks for them, which for most replies nobody does.</remarks>
internal sealed class SmtpReplyParser
{
    /// <summary>Octets of a line with its end. RFC 5321 allows 512; verbose policy servers send more.</summary>
    public const int MaxLineLength = 2048;

    public const int MaxLines = 256;

    /// <summary>Octets of text in one reply.</summary>
    public const int MaxTextLength = 32 * 1024;

    private const int CodeLength = 3;

    private byte[] _text = new byte[256];
    private int _textLength;
    private int _lines;
    private bool _done;

    /// <summary>The code of the reply read last, or so far; from 200 to 599, 0 before the first line.</summary>
    public int Code { get; private set; }

    /// <summary>What is wrong, after <see cref="OperationStatus.InvalidData"/>.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Whether octets of a reply have been read that is not complete yet.</summary>
    public bool InReply => _lines > 0 && !_done;

    /// <summary>The text lines, without codes, each ended by LF. Valid until the next call of <see cref="Parse"/>.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _textLength);

    /// <summary>Reads on. After a complete reply the next call begins another one.</summary>
    /// <param name="consumed">Octets that are done with; what is left is the beginning of a line, to be given again with more behind it.</param>
    /// <returns><see cref="OperationStatus.InvalidData"/> ends the conversation: where the next reply begins is not known any more.</returns>
    public OperationStatus Parse(ReadOnlySpan<byte> data, out int consumed)
    {
        consumed = 0;
        if (_done)
        {
            _done = false;
            _lines = 0;
            _textLength = 0;
            Code = 0;
        }

        while (true)
        {
            var rest = data[consumed..];
            var end = rest[..Math.Min(rest.Length, MaxLineLength)].IndexOf((byte)'\n');
            if (end < 0)
            {
                return rest.Length >= MaxLineLength ? Invalid($"a line of more than {MaxLineLength} octets") : OperationStatus.NeedMoreData;
            }

            consumed += end + 1;

            // A bare LF ends a line too: small LMTP servers are known to send it.
            var line = end > 0 && rest[end - 1] == (byte)'\r' ? rest[..(end - 1)] : rest[..end];
            if (!TryTakeLine(line, out var last))
            {
                return OperationStatus.InvalidData;
            }

            if (last)
            {
                _done = true;
                return OperationStatus.Done;
            }
        }
    }

    /// <summary>The reply read last. Control characters in it are replaced, octets that are not UTF-8 too.</summary>
    public SmtpReply ToReply()
    {
        var lines = new string[_lines];
        var enhanced = default(EnhancedStatusCode?);
        var rest = Text;
        for (var i = 0; i < lines.Length; i++)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = rest[..end];
            rest = rest[(end + 1)..];

            // RFC 2034 section 4: the code stands on every line, and its class is the first digit of the reply code.
            if (TryReadEnhancedCode(line, out var code, out var length) && code.Class == Code / 100 && (i == 0 || code == enhanced))
            {
                enhanced = code;
                line = line[length..].TrimStart((byte)' ');
            }

            lines[i] = Printable(line);
        }

        return new SmtpReply(Code, enhanced, lines);
    }

    /// <summary>The first line as it was said, printable: with a hyphen behind the code when more follow.</summary>
    public string FirstLine()
    {
        var end = Text.IndexOf((byte)'\n');
        var more = end >= 0 && end + 1 < Text.Length ? '-' : ' ';
        return end <= 0 && more == ' ' ? $"{Code}" : $"{Code}{more}{Printable(Text[..Math.Max(end, 0)])}";
    }

    /// <summary>Text of a peer without anything that could break a log line or a header field.</summary>
    private static string Printable(ReadOnlySpan<byte> text)
    {
        var decoded = Encoding.UTF8.GetString(text);
        return !decoded.AsSpan().ContainsAnyInRange('\0', '\u001F') && !decoded.AsSpan().ContainsAnyInRange('\u007F', '\u009F')
            ? decoded
            : string.Create(decoded.Length, decoded, static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = source[i] == '\t' ? ' ' : char.IsControl(source[i]) ? '?' : source[i];
                }
            });
    }

    private static bool TryReadEnhancedCode(ReadOnlySpan<byte> line, out EnhancedStatusCode code, out int length)
    {
        code = default;
        length = 0;
        if (line.Length < 5 || line[0] is not ((byte)'2' or (byte)'4' or (byte)'5') || line[1] != '.')
        {
            return false;
        }

        var position = 2;
        if (!TryReadNumber(line, ref position, out var subject) || position >= line.Length || line[position++] != '.'
            || !TryReadNumber(line, ref position, out var detail) || (position < line.Length && line[position] != ' '))
        {
            return false;
        }

        code = new EnhancedStatusCode((byte)(line[0] - '0'), subject, detail);
        length = position;
        return true;
    }

    /// <summary>One to three digits.</summary>
    private static bool TryReadNumber(ReadOnlySpan<byte> line, ref int position, out ushort number)
    {
        number = 0;
        var start = position;
        while (position < line.Length && position - start < 3 && char.IsAsciiDigit((char)line[position]))
        {
            number = (ushort)((number * 10) + line[position++] - '0');
        }

        return position > start;
    }

    private bool TryTakeLine(ReadOnlySpan<byte> line, out bool last)
    {
        last = false;
        if (!TryReadCode(line, out var code))
        {
            Invalid(line.IsEmpty ? "an empty line" : Printable(line[..Math.Min(line.Length, 128)]));
            return false;
        }

        if (_lines > 0 && code != Code)
        {
            Invalid($"codes {Code} and {code} in one reply");
            return false;
        }

        last = line.Length == CodeLength || line[CodeLength] != (byte)'-';
        var text = line.Length > CodeLength ? line[(CodeLength + 1)..] : [];
        if (_lines == MaxLines || _textLength + text.Length + 1 > MaxTextLength)
        {
            Invalid("a reply that does not end");
            return false;
        }

        Code = code;
        _lines++;
        Append(text);
        return true;
    }

    private static bool TryReadCode(ReadOnlySpan<byte> line, out int code)
    {
        code = 0;
        if (line.Length < CodeLength || (line.Length > CodeLength && line[CodeLength] is not ((byte)' ' or (byte)'-')))
        {
            return false;
        }

        if (line[0] is < (byte)'2' or > (byte)'5' || !char.IsAsciiDigit((char)line[1]) || !char.IsAsciiDigit((char)line[2]))
        {
            return false;
        }

        code = ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + line[2] - '0';
        return true;
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        var needed = _textLength + text.Length + 1;
        if (needed > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(needed, _text.Length * 2));
        }

        text.CopyTo(_text.AsSpan(_textLength));
        _text[needed - 1] = (byte)'\n';
        _textLength = needed;
    }

    private OperationStatus Invalid(string problem)
    {
        Problem = problem;
        return OperationStatus.InvalidData;
    }
}

using System.Buffers;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners.Session;

/// <summary>Turns a received line into a command, under the syntax that holds at this point of the session.</summary>
internal sealed class CommandSyntax(SmtpGrammar grammar, bool bareLfEndsLine)
{
    private static readonly SmtpReply BareLf = new(500, new EnhancedStatusCode(5, 5, 2), "command lines must end with CRLF");

    /// <summary>Octets of a command that are shown in logs.</summary>
    private const int MaxShown = 512;

    private readonly byte[] _last = new byte[MaxShown];
    private int _lastLength;

    /// <summary>How far addresses may depart from RFC 5321.</summary>
    public SmtpGrammar Grammar { get; set; } = grammar;

    /// <summary>What the last EHLO offered.</summary>
    public SmtpExtensions Offered { get; set; }

    /// <summary>The last command as it came, one char for each octet. Of AUTH and its answers, which hold passwords, the verb alone.</summary>
    public string LastLine => Encoding.Latin1.GetString(_last, 0, _lastLength);

    /// <summary>There is no line to show: the last one was not read whole.</summary>
    public void Forget() => _lastLength = 0;

    /// <summary>MAIL of the open transaction had SMTPUTF8.</summary>
    public bool SmtpUtf8 { get; set; }

    /// <summary>Lines of MAIL and RCPT come as <see cref="SmtpCommand.WithPath"/>.</summary>
    public bool LeavesPaths { get; init; }

    /// <summary>Reads a command whose path has been rewritten; an address without brackets gets them.</summary>
    public SmtpCommand Parse(SmtpCommand.WithPath command, ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> line = command.Line.Span;
        return path.SequenceEqual(command.Path.Of(line))
            ? ParseText(line)
            : ParseText(path.StartsWith("<"u8)
                ? [.. line[..command.Path.Start], .. path, .. line[command.Path.End..]]
                : [.. line[..command.Path.Start], (byte)'<', .. path, (byte)'>', .. line[command.Path.End..]]);
    }

    /// <summary>AUTH has asked something: the next line is no command.</summary>
    public bool AwaitsResponse { get; set; }

    /// <param name="line">The line up to its LF, which is not part of it; a CR before the LF is.</param>
    public SmtpCommand Parse(ReadOnlySequence<byte> line)
    {
        if (line.IsSingleSegment)
        {
            return Parse(line.FirstSpan);
        }

        int length = (int)line.Length;
        byte[] copy = ArrayPool<byte>.Shared.Rent(length);
        line.CopyTo(copy);
        SmtpCommand command = Parse(copy.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(copy);
        return command;
    }

    private SmtpCommand Parse(ReadOnlySpan<byte> line)
    {
        bool hasCr = line.EndsWith("\r"u8);
        ReadOnlySpan<byte> text = hasCr ? line[..^1] : line;
        SmtpCommand command = AwaitsResponse ? SmtpCommandParser.ParseAuthResponse(text) : ParseOrLeave(text);
        Keep(command.Verb == SmtpVerb.Auth ? "AUTH"u8 : text);
        return hasCr || bareLfEndsLine
            ? command
            : new SmtpCommand.Invalid(command.Verb, BareLf, "command line ended by a bare LF", LosesFraming: command.Verb == SmtpVerb.Bdat);
    }

    private void Keep(ReadOnlySpan<byte> line)
    {
        _lastLength = Math.Min(line.Length, MaxShown);
        line[.._lastLength].CopyTo(_last);
    }

    private SmtpCommand ParseOrLeave(ReadOnlySpan<byte> line) => LeavesPaths && EnvelopePath.TryFind(line, out SmtpVerb verb, out Extent path)
        ? new SmtpCommand.WithPath(verb, line.ToArray(), path)
        : ParseText(line);

    private SmtpCommand ParseText(ReadOnlySpan<byte> line) => SmtpCommandParser.Parse(line, Grammar, Offered, SmtpUtf8);
}

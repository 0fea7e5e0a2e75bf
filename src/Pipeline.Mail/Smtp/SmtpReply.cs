using System.Collections.Immutable;

namespace Pipeline.Mail.Smtp;

/// <summary>An SMTP reply (RFC 5321 section 4.2): a code, an optional enhanced status code (RFC 2034) and one or more lines of text.</summary>
/// <remarks>
/// The class of the enhanced code always equals the first digit of the code. The text holds no CR or LF and, since it is public,
/// nothing internal.
/// </remarks>
public sealed record SmtpReply
{
    public SmtpReply(int code, EnhancedStatusCode? enhanced, params ReadOnlySpan<string> lines)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(code, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, 599);
        if (enhanced is { } e && e.Class != code / 100)
        {
            throw new ArgumentException($"enhanced status {e} does not belong to reply code {code}", nameof(enhanced));
        }

        Code = code;
        Enhanced = enhanced;
        Lines = [.. lines];
    }

    public SmtpReply(int code, params ReadOnlySpan<string> lines) : this(code, null, lines)
    {
    }

    public int Code { get; }

    public EnhancedStatusCode? Enhanced { get; }

    /// <summary>Text lines without code, enhanced code and line ends; at least one is sent even if this is empty.</summary>
    public ImmutableArray<string> Lines { get; }

    public bool IsPositive => Code < 400;

    public bool IsTransient => Code is >= 400 and < 500;

    public bool IsPermanent => Code >= 500;

    /// <summary>The lines joined with a blank, without codes.</summary>
    public string Text => string.Join(' ', Lines);

    /// <summary>One line for a log: code, enhanced code and text.</summary>
    public override string ToString() => Enhanced is { } e ? $"{Code} {e} {Text}" : $"{Code} {Text}";

    public bool Equals(SmtpReply? other) =>
        other is not null && Code == other.Code && Enhanced == other.Enhanced && Lines.AsSpan().SequenceEqual(other.Lines.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Code, Enhanced, Text);
}

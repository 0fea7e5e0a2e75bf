using System.Globalization;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Retry;

/// <summary>The second field of a retry rule: the errors that the rule is for.</summary>
internal sealed record ErrorPattern(string Text)
{
    private FailureKind? Kind { get; init; }

    private HostOrigin? Origin { get; init; }

    /// <summary>Three characters of a reply code, <c>x</c> for any digit; null for any.</summary>
    private string? Code { get; init; }

    private TimeSpan? NotReadFor { get; init; }

    /// <summary>A time-out of whatever sort.</summary>
    private bool AnyTimeout { get; init; }

    public bool IsAny => Text == "*";

    /// <summary>A failure that matches: of a code with <c>x</c> in it, the digit is 0.</summary>
    public RetryFailure Example => new(
        Kind ?? (AnyTimeout ? FailureKind.Timeout : FailureKind.Other),
        Origin ?? HostOrigin.Unknown,
        Code is null ? 0 : int.Parse(Code.Replace('x', '0'), CultureInfo.InvariantCulture),
        NotReadFor);

    public static ErrorPattern? Parse(string text)
    {
        var pattern = new ErrorPattern(text);
        if (text.Length >= 8 && text[4] == '_' && KindOfReply(text[..4]) is { } reply)
        {
            return text.Length == 8 && text[5] == '4' && IsDigitOrX(text[6]) && IsDigitOrX(text[7]) ? pattern with { Kind = reply, Code = text[5..].ToLowerInvariant() } : null;
        }

        if (text.StartsWith("quota_", StringComparison.Ordinal))
        {
            return TimeText.TryParse(text.AsSpan(6), out var time) ? pattern with { Kind = FailureKind.Quota, NotReadFor = time } : null;
        }

        return text switch
        {
            "*" => pattern,
            "auth_failed" => pattern with { Kind = FailureKind.AuthFailed },
            "lost_connection" => pattern with { Kind = FailureKind.LostConnection },
            "lookup" => pattern with { Kind = FailureKind.Lookup },
            "tls_required" => pattern with { Kind = FailureKind.TlsRequired },
            "quota" => pattern with { Kind = FailureKind.Quota },
            "refused" => pattern with { Kind = FailureKind.ConnectionRefused },
            "refused_A" => pattern with { Kind = FailureKind.ConnectionRefused, Origin = HostOrigin.Address },
            "refused_MX" => pattern with { Kind = FailureKind.ConnectionRefused, Origin = HostOrigin.Mx },
            "timeout" => pattern with { AnyTimeout = true },
            "timeout_A" => pattern with { AnyTimeout = true, Origin = HostOrigin.Address },
            "timeout_MX" => pattern with { AnyTimeout = true, Origin = HostOrigin.Mx },
            "timeout_connect" => pattern with { Kind = FailureKind.ConnectTimeout },
            "timeout_connect_A" => pattern with { Kind = FailureKind.ConnectTimeout, Origin = HostOrigin.Address },
            "timeout_connect_MX" => pattern with { Kind = FailureKind.ConnectTimeout, Origin = HostOrigin.Mx },
            _ => null,
        };
    }

    public bool Matches(RetryFailure failure)
    {
        if (AnyTimeout ? failure.Kind is not (FailureKind.Timeout or FailureKind.ConnectTimeout) : Kind is { } kind && failure.Kind != kind)
        {
            return false;
        }

        return (Origin is null || failure.Origin == Origin)
            && (Code is null || MatchesCode(Code, failure.ReplyCode))
            && (NotReadFor is null || failure.SinceLastRead >= NotReadFor);
    }

    private static bool MatchesCode(string code, int reply)
    {
        var digits = reply.ToString(CultureInfo.InvariantCulture);
        return digits.Length == 3 && digits[0] == code[0] && (code[1] == 'x' || digits[1] == code[1]) && (code[2] == 'x' || digits[2] == code[2]);
    }

    private static FailureKind? KindOfReply(string word) => word switch
    {
        "data" => FailureKind.Data4xx,
        "mail" => FailureKind.Mail4xx,
        "rcpt" => FailureKind.Rcpt4xx,
        _ => null,
    };

    private static bool IsDigitOrX(char c) => char.IsAsciiDigit(c) || c is 'x' or 'X';
}

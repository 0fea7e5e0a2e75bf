using System.Globalization;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>Turns a decision into what the client is told and what is logged.</summary>
internal static class AclOutcomeBuilder
{
    private const string DefaultRefusal = "Administrative prohibition";
    private const string DefaultLocalRefusal = "local configuration problem";
    private const string DefaultDeferral = "Temporary local problem - please try later";

    public static AclOutcome Build(AclEvaluation evaluation, AclDecision decision)
    {
        var traits = AclPointTraits.Of(evaluation.Point);
        var code = CodeOf(traits, decision.Verdict);
        var userMessage = evaluation.UserMessage;
        if (decision.Verdict == AclVerdict.Error || (decision.Verdict == AclVerdict.Defer && !ShowsDetails(evaluation)))
        {
            userMessage = null;
        }

        EnhancedStatusCode? enhanced = null;
        if (userMessage is not null && code != 0)
        {
            (code, enhanced, userMessage) = TakeCode(evaluation, code, userMessage);
        }

        return new AclOutcome
        {
            Point = evaluation.Point,
            Verdict = decision.Verdict,
            UserMessage = userMessage,
            LogMessage = FirstLine(evaluation.LogMessage),
            Reply = code == 0 ? null : Reply(evaluation, traits, decision.Verdict, code, enhanced, userMessage),
            Deciding = decision.Deciding,
            CloseConnection = decision.Verdict == AclVerdict.Drop
                || (evaluation.Point == AclPoint.Connect && decision.Verdict is AclVerdict.Deny or AclVerdict.Defer or AclVerdict.Error),
            RejectLogTarget = evaluation.RejectLogTarget,
        };
    }

    private static int CodeOf(AclPointTraits traits, AclVerdict verdict) => verdict switch
    {
        AclVerdict.Accept or AclVerdict.Discard => traits.AcceptCode,
        AclVerdict.Deny or AclVerdict.Drop => traits.DenyCode,
        _ => traits.DenyCode == 0 ? 0 : HasNoLater(traits.Point) ? traits.DenyCode : traits.Point == AclPoint.DataPrdr ? 450 : 451,
    };

    /// <summary>Who hands over a message without SMTP cannot be told to try again: every refusal is final.</summary>
    private static bool HasNoLater(AclPoint point) => AclPoints.Local.Contains(point);

    private static SmtpReply? Reply(
        AclEvaluation evaluation, AclPointTraits traits, AclVerdict verdict, int code, EnhancedStatusCode? enhanced, string? userMessage)
    {
        if (verdict is AclVerdict.Accept or AclVerdict.Discard)
        {
            return (userMessage ?? traits.AcceptText) is { } text ? Compose(evaluation, code, enhanced, [text]) : null;
        }

        var refused = verdict is AclVerdict.Deny or AclVerdict.Drop;
        var last = userMessage ?? (HasNoLater(traits.Point) ? DefaultLocalRefusal : refused ? DefaultRefusal : DefaultDeferral);
        return evaluation.SenderVerify is { } details && (refused || ShowsDetails(evaluation)) && IsToBeTold(evaluation, details)
            ? Compose(evaluation, code, enhanced, [.. details.Texts, last])
            : Compose(evaluation, code, enhanced, [last]);
    }

    private static bool ShowsDetails(AclEvaluation evaluation) =>
        evaluation.ShowsTemporaryDetails || evaluation.Scope.Environment.Policy.MainOptions.SmtpReturnErrorDetails;

    /// <summary>What is wrong with a sender is said once; why it is not known now, each time, to those who are to have all details.</summary>
    private static bool IsToBeTold(AclEvaluation evaluation, SenderVerifyDetails details) => details.IsDeferred
        ? evaluation.Scope.Environment.Policy.MainOptions.SmtpReturnErrorDetails
        : evaluation.Message.AclState.ToldSenders.Add(details.Address);

    private static SmtpReply Compose(AclEvaluation evaluation, int code, EnhancedStatusCode? enhanced, string[] parts)
    {
        if (evaluation.Connection.Controls.Contains("no_multiline_responses"))
        {
            return new SmtpReply(code, enhanced, ReplyText.Split(parts[^1])[0]);
        }

        return new SmtpReply(code, enhanced, [.. ReplyText.Split(parts)]);
    }

    // "NNN text" or "NNN n.n.n text": the code is obeyed when its class is that of the reply, and taken off in any case.
    private static (int Code, EnhancedStatusCode? Enhanced, string Text) TakeCode(AclEvaluation evaluation, int expected, string message)
    {
        var text = message.AsSpan();
        if (text.Length < 4 || text[0] is < '2' or > '5' || !char.IsAsciiDigit(text[1]) || !char.IsAsciiDigit(text[2]) || text[3] != ' ')
        {
            return (expected, null, message);
        }

        var code = int.Parse(text[..3], NumberStyles.None, CultureInfo.InvariantCulture);
        var rest = text[4..].TrimStart(' ');
        var enhanced = TakeEnhancedCode(ref rest);
        if (code / 100 != expected / 100)
        {
            evaluation.Log(
                PolicyLogTarget.Main | PolicyLogTarget.Panic,
                $"configured error code starts with incorrect digit (expected {expected / 100}) in \"{message}\"");
            return (expected, null, rest.ToString());
        }

        return (code, enhanced is { } known && known.Class == code / 100 ? known : null, rest.ToString());
    }

    private static EnhancedStatusCode? TakeEnhancedCode(ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOf(' ');
        var word = end < 0 ? text : text[..end];
        Span<Range> parts = stackalloc Range[4];
        if (word.Split(parts, '.') != 3
            || !TryNumber(word[parts[0]], 1, out var major) || !TryNumber(word[parts[1]], 3, out var subject) || !TryNumber(word[parts[2]], 3, out var detail)
            || major is < 2 or > 5)
        {
            return null;
        }

        text = end < 0 ? [] : text[(end + 1)..].TrimStart(' ');
        return new EnhancedStatusCode((byte)major, subject, detail);
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, int maxLength, out ushort value)
    {
        value = 0;
        return digits.Length <= maxLength && ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static string? FirstLine(string? text)
    {
        var end = text?.IndexOf('\n', StringComparison.Ordinal) ?? -1;
        return end < 0 ? text : text![..end];
    }
}

using System.Globalization;
using System.Text;
using Pipeline.Mail.Dkim;

namespace Pipeline.Actors.Receipt;

/// <summary>Exim's line about a DKIM signature that a message came with (log selector <c>dkim_verbose</c>).</summary>
internal static class DkimLine
{
    public static string Of(DkimResult result)
    {
        var line = new StringBuilder("DKIM: d=").Append(result.Domain).Append(" s=").Append(result.Selector);
        if (result.Signature is { } signature)
        {
            line.Append(" c=").Append(Form(signature.HeaderForm)).Append('/').Append(Form(signature.BodyForm));
        }

        line.Append(" a=").Append(result.Algorithm).Append(CultureInfo.InvariantCulture, $" b={result.Signature?.SignatureValue.Length * 8 ?? 0}");
        Append(" i=", result.Identity);
        Append(" t=", result.Signature?.Created?.ToString(CultureInfo.InvariantCulture));
        Append(" x=", result.Signature?.Expires?.ToString(CultureInfo.InvariantCulture));
        Append(" l=", result.Signature?.BodyLength?.ToString(CultureInfo.InvariantCulture));
        return line.Append(" [").Append(Outcome(result)).Append(']').ToString();

        void Append(string tag, string? value) => line.Append(value is null ? null : tag).Append(value);
    }

    private static string Outcome(DkimResult result) => result.Failure switch
    {
        _ when result.Verdict == DkimVerdict.Pass => "verification succeeded",
        DkimFailure.BodyHashMismatch => "verification failed - body hash mismatch (body probably modified in transit)",
        DkimFailure.SignatureMismatch => "verification failed - signature did not verify (headers probably modified in transit)",
        _ when result.Verdict == DkimVerdict.Fail => "verification failed - unspecified reason",
        DkimFailure.KeyUnavailable or DkimFailure.KeyMissing => "invalid - public key record (currently?) unavailable",
        DkimFailure.KeyOverlong => "invalid - overlong public key record",
        DkimFailure.KeyInvalid or DkimFailure.KeyTooShort => "invalid - syntax error in public key record",
        DkimFailure.SignatureInvalid => "invalid - signature tag missing or invalid",
        DkimFailure.UnsupportedVersion => "invalid - unsupported DKIM version",
        _ => "invalid - unspecified problem",
    };

    private static string Form(CanonicalForm form) => form == CanonicalForm.Simple ? "simple" : "relaxed";
}

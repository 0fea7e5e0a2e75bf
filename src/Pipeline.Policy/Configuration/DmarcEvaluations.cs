using Pipeline.Mail.Dmarc;

namespace Pipeline.Policy.Configuration;

/// <summary>The words of <c>dmarc_evaluation</c>.</summary>
internal static class DmarcEvaluations
{
    public const string Words = "rfc9989 or rfc7489";

    /// <summary>Null for a word that is none of them.</summary>
    public static DmarcEvaluation? Find(string? word) => word switch
    {
        "rfc9989" => DmarcEvaluation.Rfc9989,
        "rfc7489" => DmarcEvaluation.Rfc7489,
        _ => null,
    };
}

using System.Text;
using Pipeline.Mail.Dmarc;

namespace Pipeline.Node.CommandLine.Verify;

/// <summary>By which document the command judges DMARC; the public suffix list is read when it is first needed.</summary>
/// <param name="usual">The document for cases that name none.</param>
internal sealed class DmarcChoice(string usual, FileInfo suffixFile)
{
    public const string Usual = "rfc9989";

    public const string Words = "rfc9989 or rfc7489";

    private PublicSuffixList? _suffixes;

    /// <param name="word">Null for the usual one.</param>
    /// <param name="problem">Why there are no options: the word is none, or the list cannot be read.</param>
    public DmarcOptions? OptionsFor(string? word, out string problem)
    {
        problem = "";
        switch (word ?? usual)
        {
            case "rfc9989":
                return new DmarcOptions();
            case "rfc7489" when _suffixes is not null || TryRead(out problem):
                return new DmarcOptions { Evaluation = DmarcEvaluation.Rfc7489, PublicSuffixes = _suffixes };
            case "rfc7489":
                return null;
            default:
                problem = $"not {Words}";
                return null;
        }
    }

    private bool TryRead(out string problem)
    {
        try
        {
            if (suffixFile.Length > PublicSuffixList.MaxFileBytes)
            {
                problem = $"{suffixFile.FullName} is larger than {PublicSuffixList.MaxFileBytes} octets";
                return false;
            }

            var isRead = PublicSuffixList.TryParse(File.ReadAllText(suffixFile.FullName, Encoding.UTF8), out _suffixes, out var wrong);
            problem = isRead ? "" : $"{suffixFile.FullName}: {wrong}";
            return isRead;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = $"{suffixFile.FullName}: {error.Message}";
            return false;
        }
    }
}

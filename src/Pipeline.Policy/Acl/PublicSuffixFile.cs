using System.Text;
using Pipeline.Mail.Dmarc;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Acl;

/// <summary>The public suffix list of <c>dmarc_tld_file</c>: read once for all messages, and again when the file has changed.</summary>
public static class PublicSuffixFile
{
    /// <summary>Where Debian's package publicsuffix puts it.</summary>
    public const string Usual = "/usr/share/publicsuffix/public_suffix_list.dat";

    private static readonly LookupFiles<Content> Files = new(Read);

    /// <returns>The list; or null and why there is none, where no reason means that none is wanted.</returns>
    public static async ValueTask<(PublicSuffixList? List, string? Problem)> ReadAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var option = scope.Environment.Policy.MainOptions.DmarcTldFile;
        var path = await option.ExpandAsync(scope, cancellationToken);
        if (!path.IsSuccess)
        {
            return (null, path.Outcome == ExpansionOutcome.ForcedFailure ? null : $"failed to expand dmarc_tld_file: {path.Message}");
        }

        if (path.Value.Length == 0)
        {
            return (null, null);
        }

        var complaint = $"Tainted '{path.Value}' (file or directory name for dmarc_tld_file) not permitted";
        if (scope.Environment.Tainting.Refuses(scope, path.Text.Taint, option.Source, complaint))
        {
            return (null, complaint);
        }

        var (content, error) = await Files.ReadAsync(path.Value, cancellationToken);
        return content?.List is { } list ? (list, null) : (null, $"dmarc_tld_file {path.Value}: {content?.Problem ?? error}");
    }

    private static Content Read(byte[] file) =>
        file.Length > PublicSuffixList.MaxFileBytes ? new Content(null, "it is too large for a public suffix list")
        : PublicSuffixList.TryParse(Encoding.UTF8.GetString(file), out var list, out var problem) ? new Content(list, null)
        : new Content(null, problem);

    private sealed record Content(PublicSuffixList? List, string? Problem);
}

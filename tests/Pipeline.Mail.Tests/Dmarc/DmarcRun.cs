using System.Buffers;
using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Tests.Dmarc;

/// <summary>Judges messages that are nothing but an author and the results of the other checks.</summary>
internal static class DmarcRun
{
    /// <summary>Enough of the public suffix list for the names that tests use.</summary>
    public static PublicSuffixList Suffixes { get; } = Read("""
        // for tests
        com
        net
        uk
        co.uk
        ck
        *.ck
        !www.ck
        jp
        *.kobe.jp
        !city.kobe.jp
        рф
        """);

    public static DmarcAuthor Author(params string[] fields) => Author(Encoding.UTF8.GetBytes(string.Concat(fields.Select(field => field + "\r\n"))));

    public static DmarcAuthor Author(byte[] header)
    {
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(header, HeaderLimits.Default, out var block, out _, out _));
        return DmarcAuthor.Of(block);
    }

    public static DkimResult Signature(string domain, DkimVerdict verdict = DkimVerdict.Pass) => new(verdict, domain, "s", null, "rsa-sha256", 2048, "");

    public static SpfResult Sender(string domain, SpfVerdict verdict = SpfVerdict.Pass) => new(verdict, domain, "mailfrom", null, null, "") { CheckedDomain = domain };

    public static ZoneResolver Zone(params (string Name, string Record)[] records) =>
        new(records.ToDictionary(entry => entry.Name, entry => new ZoneName([TextRecord.Of(entry.Record)])));

    public static Task<DmarcResult> JudgeAsync(
        IDnsResolver dns, string from, SpfResult? spf = null, IReadOnlyList<DkimResult>? dkim = null, DmarcEvaluation evaluation = DmarcEvaluation.Rfc9989, int sample = 0) =>
        JudgeAsync(dns, Author($"From: {from}"), spf, dkim, evaluation, sample);

    public static Task<DmarcResult> JudgeAsync(
        IDnsResolver dns, DmarcAuthor author, SpfResult? spf, IReadOnlyList<DkimResult>? dkim, DmarcEvaluation evaluation, int sample = 0, PublicSuffixList? suffixes = null)
    {
        var options = new DmarcOptions { Evaluation = evaluation, PublicSuffixes = suffixes ?? Suffixes, Sample = () => sample };
        return new DmarcVerifier(author, options, dns).CompleteAsync(spf, dkim ?? [], CancellationToken.None);
    }

    private static PublicSuffixList Read(string text)
    {
        Assert.True(PublicSuffixList.TryParse(text, out var list, out var problem), problem);
        return list;
    }
}

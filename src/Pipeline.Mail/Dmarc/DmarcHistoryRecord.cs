using System.Globalization;
using System.Net;
using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Dmarc;

/// <summary>One message in the file that <c>opendmarc-import</c> reads: what aggregate reports are made from.</summary>
/// <remarks>A line is a key and a value; the key <c>job</c> begins a record. All values but numbers come from peers: none can end its line.</remarks>
public sealed record DmarcHistoryRecord
{
    /// <summary>Characters of a value; the rest is cut.</summary>
    public const int MaxValueLength = 1024;

    private const int ArcUnknown = 11;

    /// <summary>The id of the message.</summary>
    public required string Job { get; init; }

    /// <summary>Who judged: the name of this host.</summary>
    public required string Reporter { get; init; }

    public required DateTimeOffset Received { get; init; }

    public required IPAddress Client { get; init; }

    /// <summary>Of the reverse-path; empty for the null one.</summary>
    public required string SenderDomain { get; init; }

    /// <summary>A result with a record.</summary>
    public required DmarcResult Result { get; init; }

    /// <summary>Null when SPF was not asked.</summary>
    public SpfVerdict? Spf { get; init; }

    public IReadOnlyList<DkimResult> Signatures { get; init; } = [];

    /// <summary>The record as it stands in the file, its last line end included.</summary>
    public byte[] ToBytes()
    {
        var published = Result.Record ?? throw new InvalidOperationException("there is no record to write about");
        var text = new StringBuilder();
        Line("job", Job);
        Line("reporter", Reporter);
        Line("received", Received.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        Line("ipaddr", Client.ToString());
        Line("from", Result.AuthorDomain);
        Line("mfrom", SenderDomain);
        if (Spf is { } spf)
        {
            Number("spf", CodeOf(spf));
        }

        foreach (var signature in Signatures)
        {
            // An empty word would shift those behind it.
            Line("dkim", Word(signature.Domain), Word(signature.Selector), CodeOf(signature.Verdict).ToString(CultureInfo.InvariantCulture));
        }

        Line("pdomain", Result.PolicyDomain);
        Number("policy", PolicyCode);
        foreach (var uri in published.AggregateReports)
        {
            Line("rua", uri.Text);
        }

        if (published.AggregateReports.IsEmpty)
        {
            Line("rua", "-");
        }

        Number("pct", published.Percent);
        Number("adkim", CodeOf(published.DkimAlignment));
        Number("aspf", CodeOf(published.SpfAlignment));
        Number("p", CodeOf(published.Policy));
        Number("sp", published.SubdomainPolicy is { } below ? CodeOf(below) : 0);
        Number("align_dkim", Result.IsDkimAligned ? 4 : 5);
        Number("align_spf", Result.IsSpfAligned ? 4 : 5);
        Number("action", ActionCode);

        // Without these two opendmarc-import 1.4 takes no record: ARC is not known, and no policy went by it.
        Number("arc", ArcUnknown);
        Line("arc_policy", "1", "json:[]");
        return Encoding.ASCII.GetBytes(text.ToString());

        void Number(string key, int value) => Line(key, value.ToString(CultureInfo.InvariantCulture));

        void Line(string key, params ReadOnlySpan<string> values)
        {
            text.Append(key);
            foreach (var value in values)
            {
                text.Append(' ').Append(Clean(value));
            }

            text.Append('\n');
        }
    }

    private int PolicyCode => Result.Verdict switch
    {
        DmarcVerdict.Pass => 15,
        DmarcVerdict.Fail when Result.Policy == DmarcPolicy.Reject => 16,
        DmarcVerdict.Fail when Result.Policy == DmarcPolicy.Quarantine => 17,
        _ => 18,
    };

    private int ActionCode => Result.Verdict switch
    {
        DmarcVerdict.TempError => 3,
        DmarcVerdict.Fail when Result.Policy == DmarcPolicy.Reject => 0,
        DmarcVerdict.Fail when Result.Policy == DmarcPolicy.Quarantine => 4,
        _ => 2,
    };

    private static int CodeOf(SpfVerdict verdict) => verdict switch
    {
        SpfVerdict.Pass => 0,
        SpfVerdict.SoftFail => 2,
        SpfVerdict.Neutral => 3,
        SpfVerdict.TempError => 4,
        SpfVerdict.PermError => 5,
        SpfVerdict.Fail => 7,
        _ => 6,
    };

    private static int CodeOf(DkimVerdict verdict) => verdict switch
    {
        DkimVerdict.Pass => 0,
        DkimVerdict.Neutral => 3,
        DkimVerdict.TempError => 4,
        DkimVerdict.PermError => 5,
        DkimVerdict.Fail => 7,
        DkimVerdict.Policy => 8,
        _ => 6,
    };

    private static int CodeOf(DmarcAlignmentMode mode) => mode == DmarcAlignmentMode.Strict ? 's' : 'r';

    private static int CodeOf(DmarcPolicy policy) => policy switch
    {
        DmarcPolicy.Reject => 'r',
        DmarcPolicy.Quarantine => 'q',
        _ => 'n',
    };

    private static string Word(string value) => value.Length == 0 ? "-" : value;

    private static string Clean(string value) =>
        string.Create(Math.Min(value.Length, MaxValueLength), value, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is > ' ' and <= '~' ? source[i] : '?';
            }
        });
}

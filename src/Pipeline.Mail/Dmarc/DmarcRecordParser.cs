using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Pipeline.Mail.Dmarc;

/// <summary>Reads a policy record (RFC 7489 section 6.4, RFC 9989 section 4.8).</summary>
/// <remarks>
/// An element that is no tag, and a tag that is not known, are passed over; a known tag with a wrong value has its default. Only three things make a
/// record unusable: a policy that is wrong or missing in a record that asks for no reports, a tag that is given twice, which readers take differently
/// (RFC 6376 section 3.2), and far too many tags.
/// </remarks>
public static class DmarcRecordParser
{
    /// <summary>More tags make the record unusable; there are about a dozen.</summary>
    public const int MaxTags = 100;

    private static readonly SearchValues<byte> NameOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"u8);

    private static ReadOnlySpan<byte> WhiteSpace => " \t"u8;

    /// <summary>Whether a TXT record is a DMARC record: <c>v=DMARC1</c> stands first, in these letters, blanks around the equals sign allowed.</summary>
    public static bool IsDmarcRecord(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || (text[0] | 0x20) != (byte)'v')
        {
            return false;
        }

        text = text[1..].TrimStart(WhiteSpace);
        if (text.IsEmpty || text[0] != (byte)'=')
        {
            return false;
        }

        var end = text.IndexOf((byte)';');
        return (end < 0 ? text : text[..end])[1..].Trim(WhiteSpace).SequenceEqual("DMARC1"u8);
    }

    /// <param name="text">A text for which <see cref="IsDmarcRecord"/> holds.</param>
    public static DmarcRecord Parse(ReadOnlySpan<byte> text, DmarcEvaluation evaluation)
    {
        var reader = new Reader(evaluation);
        foreach (var range in text.Split((byte)';'))
        {
            reader.Element(text[range].Trim(WhiteSpace));
        }

        return reader.Finish();
    }

    private ref struct Reader(DmarcEvaluation evaluation)
    {
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly bool _isOfTreeWalk = evaluation == DmarcEvaluation.Rfc9989;
        private DmarcRecord _record = new();
        private DmarcPolicy? _policy;
        private string? _wrongPolicy;
        private string? _problem;

        public void Element(ReadOnlySpan<byte> element)
        {
            var equals = element.IndexOf((byte)'=');
            if (equals < 1 || _problem is not null)
            {
                return;
            }

            var name = element[..equals].TrimEnd(WhiteSpace);
            if (name.ContainsAnyExcept(NameOctets))
            {
                return;
            }

            var tag = Encoding.ASCII.GetString(name).ToLowerInvariant();
            if (!_names.Add(tag))
            {
                _problem = $"the tag {tag}= is given twice";
                return;
            }

            if (_names.Count > MaxTags)
            {
                _problem = $"it has more than {MaxTags} tags";
                return;
            }

            Tag(tag, element[(equals + 1)..].TrimStart(WhiteSpace));
        }

        public readonly DmarcRecord Finish()
        {
            if (_problem is not null)
            {
                return new DmarcRecord { Problem = _problem };
            }

            if (_policy is { } policy && _wrongPolicy is null)
            {
                return _record with { Policy = policy };
            }

            // RFC 7489 section 6.6.3 step 6, RFC 9989 section 4.10.1: whoever asks for reports wants to be seen, and nothing done.
            return _record.AggregateReports.IsEmpty
                ? _record with { Problem = $"{(_wrongPolicy is null ? "p= is missing" : $"{_wrongPolicy}= is no policy")}, and rua= names nobody to report to" }
                : _record with { Policy = DmarcPolicy.None, SubdomainPolicy = null, NonexistentPolicy = null };
        }

        private void Tag(string tag, ReadOnlySpan<byte> value)
        {
            switch (tag)
            {
                case "p":
                    _policy = PolicyOf(tag, value);
                    break;
                case "sp":
                    _record = _record with { SubdomainPolicy = PolicyOf(tag, value) };
                    break;
                case "np" when _isOfTreeWalk:
                    _record = _record with { NonexistentPolicy = PolicyOf(tag, value) };
                    break;
                case "adkim":
                    _record = _record with { DkimAlignment = ModeOf(value) };
                    break;
                case "aspf":
                    _record = _record with { SpfAlignment = ModeOf(value) };
                    break;
                case "rua":
                    _record = _record with { AggregateReports = DmarcReportUri.ReadList(value) };
                    break;
                case "ruf":
                    _record = _record with { FailureReports = DmarcReportUri.ReadList(value) };
                    break;
                case "fo":
                    _record = _record with { FailureOptions = FailureOptionsOf(value) };
                    break;
                case "psd" when _isOfTreeWalk:
                    _record = _record with { PublicSuffix = Is(value, "y"u8) ? DmarcPublicSuffix.Yes : Is(value, "n"u8) ? DmarcPublicSuffix.No : default };
                    break;
                case "t" when _isOfTreeWalk:
                    _record = _record with { IsTesting = Is(value, "y"u8) };
                    break;
                case "pct" when !_isOfTreeWalk && value.Length <= 3 && TryReadNumber(value, out var percent) && percent <= 100:
                    _record = _record with { Percent = (int)percent };
                    break;
                case "ri" when !_isOfTreeWalk && TryReadNumber(value, out var interval):
                    _record = _record with { ReportInterval = interval };
                    break;
            }
        }

        private DmarcPolicy? PolicyOf(string tag, ReadOnlySpan<byte> value)
        {
            DmarcPolicy? policy = Is(value, "none"u8) ? DmarcPolicy.None : Is(value, "quarantine"u8) ? DmarcPolicy.Quarantine : Is(value, "reject"u8) ? DmarcPolicy.Reject : null;
            _wrongPolicy = policy is null ? _wrongPolicy ?? tag : _wrongPolicy;
            return policy;
        }

        private static DmarcAlignmentMode ModeOf(ReadOnlySpan<byte> value) => Is(value, "s"u8) ? DmarcAlignmentMode.Strict : DmarcAlignmentMode.Relaxed;

        private static DmarcFailureOptions FailureOptionsOf(ReadOnlySpan<byte> value)
        {
            var options = DmarcFailureOptions.None;
            foreach (var range in value.Split((byte)':'))
            {
                var option = value[range].Trim(WhiteSpace);
                var known = Is(option, "0"u8) ? DmarcFailureOptions.AllFail
                    : Is(option, "1"u8) ? DmarcFailureOptions.AnyFails
                    : Is(option, "d"u8) ? DmarcFailureOptions.Dkim
                    : Is(option, "s"u8) ? DmarcFailureOptions.Spf
                    : DmarcFailureOptions.None;
                if (known == DmarcFailureOptions.None)
                {
                    return DmarcFailureOptions.AllFail;
                }

                options |= known;
            }

            return options;
        }

        private static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(value, word);

        private static bool TryReadNumber(ReadOnlySpan<byte> value, out uint number) =>
            uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}

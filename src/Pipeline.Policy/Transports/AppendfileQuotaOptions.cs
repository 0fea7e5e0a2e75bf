using System.Buffers;
using System.Globalization;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Reply;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary>The options of the appendfile transport that limit a mailbox.</summary>
internal sealed class AppendfileQuotaOptions
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private const string Folders = @"^(?:cur|new|\..*)$";

    private const string DefaultWarning = """
        To: $local_part@$domain
        Subject: Your mailbox

        This message is automatically created by mail delivery software.

        The size of your mailbox has exceeded a warning threshold that is
        set by the system administrator.

        """;

    private readonly string _transport;
    private readonly ExpandableString? _quota;
    private readonly ExpandableString? _fileCount;
    private readonly ExpandableString? _directory;
    private readonly ExpandableString? _mailboxSize;
    private readonly ExpandableString? _mailboxFileCount;
    private readonly ExpandableString? _threshold;
    private readonly ExpandableString _warning;
    private readonly ExpandableString _useSizeFile;
    private readonly NamePattern? _sizeInName;
    private readonly NamePattern? _folders;
    private readonly bool _isInclusive;

    public AppendfileQuotaOptions(DriverOptions options)
    {
        _transport = options.Name;
        _quota = options.GetExpandable("quota");
        _fileCount = options.GetExpandable("quota_filecount");
        _directory = options.GetExpandable("quota_directory");
        _mailboxSize = options.GetExpandable("mailbox_size");
        _mailboxFileCount = options.GetExpandable("mailbox_filecount");
        _threshold = options.GetExpandable("quota_warn_threshold");
        _warning = options.GetExpandable("quota_warn_message", DefaultWarning);
        _useSizeFile = options.GetExpandableBool("maildir_use_size_file", false);
        _sizeInName = NamePattern.Of(options, "quota_size_regex");
        _folders = NamePattern.Of(options.GetString("maildir_quota_directory_regex", Folders), error => options.Report(error, "maildir_quota_directory_regex"));
        _isInclusive = options.GetBool("quota_is_inclusive", true);
        foreach (var option in _quota is null ? (string[])["quota_filecount", "quota_directory"] : [])
        {
            if (options.IsSet(option))
            {
                options.Report($"error for {_transport} transport: quota must be set if {option} is set", option);
            }
        }
    }

    public async ValueTask<MailboxQuota> ExpandAsync(OptionExpansion expansion, bool isMaildir)
    {
        var (limit, isAdvice, _) = await SizeAsync(expansion, "quota", _quota);
        var (count, countIsAdvice, _) = await SizeAsync(expansion, "quota_filecount", _fileCount);
        var (threshold, _, isPercentage) = await SizeAsync(expansion, "quota_warn_threshold", _threshold);
        threshold = isPercentage ? limit * threshold / 100 : threshold;
        return new MailboxQuota
        {
            Limit = (long)limit,
            IsAdvice = isAdvice,
            FileCount = (long)count,
            FileCountIsAdvice = countIsAdvice,
            IsInclusive = _isInclusive,
            Directory = await DirectoryAsync(expansion),
            SizeInName = _sizeInName,
            KnownSize = _mailboxSize is null ? null : (long)(await SizeAsync(expansion, "mailbox_size", _mailboxSize)).Value,
            KnownFileCount = _mailboxFileCount is null ? null : (long)(await SizeAsync(expansion, "mailbox_filecount", _mailboxFileCount)).Value,
            WarnThreshold = (long)threshold,
            Warning = (long)threshold > 0 ? await WarningAsync(expansion) : null,
            UseSizeFile = isMaildir && await expansion.BoolAsync("maildir_use_size_file", _useSizeFile, false),
            CountedFolders = _folders,
        };
    }

    private async ValueTask<string?> DirectoryAsync(OptionExpansion expansion)
    {
        var directory = await expansion.PathAsync("quota_directory", _directory);
        if (directory is { Length: > 0 } && !TransportPath.IsSafe(directory))
        {
            expansion.Fail($"quota_directory \"{directory}\" of {_transport} transport is not absolute or not usable", needsAttention: true);
        }

        return directory is { Length: > 0 } ? directory : null;
    }

    /// <summary>A number with a decimal point perhaps, a suffix K, M or G, and <c>/no_check</c>; or a number of per cent.</summary>
    private async ValueTask<(double Value, bool NoCheck, bool IsPercentage)> SizeAsync(OptionExpansion expansion, string option, ExpandableString? text)
    {
        if (await expansion.TextAsync(option, text) is not { } value || string.IsNullOrWhiteSpace(value))
        {
            return default;
        }

        if (TryReadSize(value.AsSpan().Trim(), mayBePercentage: option == "quota_warn_threshold") is { } size)
        {
            return size;
        }

        expansion.Fail($"Malformed value \"{value}\" (expansion of \"{text!.Source}\") in {_transport} transport", needsAttention: true);
        return default;
    }

    private static (double Value, bool NoCheck, bool IsPercentage)? TryReadSize(ReadOnlySpan<char> text, bool mayBePercentage)
    {
        var digits = text.IndexOfAnyExcept(Digits) is var end and >= 0 ? text[..end] : text;
        var rest = text[digits.Length..];
        var (factor, suffix) = rest switch
        {
            ['K' or 'k', ..] => (1L << 10, 1),
            ['M' or 'm', ..] => (1L << 20, 1),
            ['G' or 'g', ..] => (1L << 30, 1),
            _ => (1L, 0),
        };
        rest = rest[suffix..].Trim();
        var isPercentage = suffix == 0 && rest is "%" && mayBePercentage;
        var noCheck = rest is "/no_check";
        return (rest.IsEmpty || isPercentage || noCheck)
            && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * factor < long.MaxValue / 2
            ? (number * factor, noCheck, isPercentage)
            : null;
    }

    /// <summary>The text begins with header lines, To: among them; the others go into the message as they are.</summary>
    private async ValueTask<AutomaticReply?> WarningAsync(OptionExpansion expansion)
    {
        if (await expansion.TextAsync("quota_warn_message", _warning) is not { } text)
        {
            return null;
        }

        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var (header, body) = end < 0 ? (text, "") : (text[..end], text[(end + 2)..]);
        var fields = HeaderLines(header);
        var to = Take(fields, "To");
        var cc = Take(fields, "Cc");
        var domain = expansion.Scope.Environment.Policy.MainOptions.QualifyDomain?.Constant ?? expansion.Scope.Environment.PrimaryHostname;
        var (recipients, defect) = HeaderAddresses.Read(
            OctetString.ToBytes(cc.Length == 0 ? to : $"{to}, {cc}"), expansion.Scope.Environment.Policy.MainOptions);
        if (defect is not null || recipients.Count == 0)
        {
            expansion.Fail($"quota_warn_message of {_transport} transport does not begin with a To: line that names recipients", needsAttention: true);
            return null;
        }

        return new AutomaticReply
        {
            Recipients = [.. recipients.Select(address => address.Domain.Length > 0 ? address : new EnvelopeAddress(address.LocalPart, domain))],
            From = Take(fields, "From") is { Length: > 0 } from ? from : $"Mail Delivery System <mailer-daemon@{domain}>",
            To = to,
            Cc = cc,
            ReplyTo = Take(fields, "Reply-To"),
            Subject = Take(fields, "Subject"),
            Headers = string.Join('\n', fields),
            Text = body,
        };
    }

    private static List<string> HeaderLines(string header)
    {
        var fields = new List<string>();
        foreach (var line in header.Split('\n'))
        {
            if (line is [' ' or '\t', ..] && fields.Count > 0)
            {
                fields[^1] += "\n" + line;
            }
            else if (line.Length > 0)
            {
                fields.Add(line);
            }
        }

        return fields;
    }

    private static string Take(List<string> fields, string name)
    {
        var index = fields.FindIndex(field => field.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        if (index < 0)
        {
            return "";
        }

        var value = fields[index][(name.Length + 1)..].Trim();
        fields.RemoveAt(index);
        return value;
    }
}

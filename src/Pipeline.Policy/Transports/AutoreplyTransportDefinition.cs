using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Reply;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Transports;

/// <summary><c>driver = autoreply</c>: a new message is made, and sent with the null return path.</summary>
public sealed class AutoreplyTransportDefinition : TransportDefinition
{
    private const int MaxFile = 1024 * 1024;

    private static readonly string[] TextOptions =
        ["bcc", "cc", "file", "from", "headers", "log", "never_mail", "once", "once_repeat", "reply_to", "subject", "text", "to"];

    private readonly Dictionary<string, ExpandableString?> _texts;
    private readonly bool _fileExpand;
    private readonly bool _fileOptional;
    private readonly bool _returnMessage;
    private readonly ExpandedAutoreplyTransport _fixed;

    internal AutoreplyTransportDefinition(DriverOptions options)
        : base(options)
    {
        _texts = TextOptions.ToDictionary(option => option, options.GetExpandable, StringComparer.Ordinal);
        _fileExpand = options.GetBool("file_expand");
        _fileOptional = options.GetBool("file_optional");
        _returnMessage = options.GetBool("return_message");
        _fixed = new ExpandedAutoreplyTransport(Name)
        {
            Mode = options.GetOctal("mode", 0b110_000_000),
            OnceFileSize = options.GetInt32("once_file_size", 0),
            BatchMax = 1,
        };
    }

    public override bool IsLocal => true;

    public override async ValueTask<TransportExpansion> ExpandAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var expansion = new OptionExpansion(Name, scope, cancellationToken);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (option, text) in _texts)
        {
            texts[option] = await (option is "file" or "log" or "once" ? expansion.PathAsync(option, text) : expansion.TextAsync(option, text)) ?? "";
        }

        var repeat = TimeSpan.Zero;
        if (texts["once_repeat"].Trim() is { Length: > 0 } interval && !TimeText.TryParse(interval, out repeat))
        {
            expansion.Fail($"Invalid time value \"{interval}\" for \"once_repeat\" in {Name} transport", needsAttention: true);
        }

        var body = texts["text"] + await FileAsync(expansion, texts["file"]);
        var to = await RecipientsAsync(expansion, texts, "to");
        var cc = await RecipientsAsync(expansion, texts, "cc");
        var bcc = await RecipientsAsync(expansion, texts, "bcc");
        var expanded = await Generic.ApplyAsync(
            _fixed with
            {
                Reply = Compose(scope, texts, body, to, cc, bcc),
                Once = Path(expansion, texts, "once"),
                OnceAddresses = [.. to.Addresses.Select(address => address.ToString().ToLowerInvariant())],
                OnceRepeat = repeat,
                Log = Path(expansion, texts, "log"),
            },
            expansion);
        return expansion.Failure ?? new TransportExpansion.Ready(expanded);
    }

    private AutomaticReply? Compose(
        EvaluationScope scope, Dictionary<string, string> texts, string body, ReplyRecipients to, ReplyRecipients cc, ReplyRecipients bcc)
    {
        ImmutableArray<EnvelopeAddress> recipients = [.. to.Addresses.Concat(cc.Addresses).Concat(bcc.Addresses).Distinct()];
        return recipients.IsEmpty ? null : new AutomaticReply
        {
            Recipients = recipients,
            From = texts["from"].Trim().Length > 0 ? texts["from"] : $"Mail Delivery System <Mailer-Daemon@{QualifyDomain(scope)}>",
            To = to.Text,
            Cc = cc.Text,
            ReplyTo = texts["reply_to"],
            Subject = texts["subject"],
            Headers = texts["headers"],
            Text = body,
            ReturnsMessage = _returnMessage,
        };
    }

    /// <summary>The addresses of an option, without those that <c>never_mail</c> names.</summary>
    private async ValueTask<ReplyRecipients> RecipientsAsync(OptionExpansion expansion, Dictionary<string, string> texts, string option)
    {
        var text = texts[option].Trim();
        if (text.Length == 0)
        {
            return new ReplyRecipients("", []);
        }

        var (read, defect) = HeaderAddresses.Read(OctetString.ToBytes(text), expansion.Scope.Environment.Policy.MainOptions);
        if (defect is not null)
        {
            expansion.Fail($"\"{text}\" ({option} in {Name} transport) is not a list of addresses: {defect.Reason}", needsAttention: true);
            return new ReplyRecipients("", []);
        }

        var never = texts["never_mail"].Trim() is { Length: > 0 } list ? MailList.Compile(ListKind.Address, StringExpansion.Literal(list)) : null;
        var kept = ImmutableArray.CreateBuilder<EnvelopeAddress>(read.Count);
        foreach (var address in read)
        {
            var whole = address.Domain.Length > 0 ? address : address with { Domain = QualifyDomain(expansion.Scope) };
            if (never is null || !(await never.MatchAsync(expansion.Scope, whole.ToString(), expansion.CancellationToken)).IsMatch)
            {
                kept.Add(whole);
            }
        }

        return new ReplyRecipients(kept.Count == read.Count ? text : string.Join(", ", kept), kept.ToImmutable());
    }

    /// <summary>The text of the option <c>file</c>, line by line expanded where that is wanted.</summary>
    private async ValueTask<string> FileAsync(OptionExpansion expansion, string path)
    {
        if (path.Length == 0)
        {
            return "";
        }

        if (!TransportPath.IsSafe(path))
        {
            expansion.Fail($"not an absolute path: \"{path}\" (file in {Name} transport)", needsAttention: true);
            return "";
        }

        string content;
        try
        {
            await using var file = File.OpenRead(OctetString.ToText(path));
            var octets = new byte[MaxFile];
            content = OctetString.FromBytes(octets.AsSpan(0, await file.ReadAtLeastAsync(octets, MaxFile, throwOnEndOfStream: false, expansion.CancellationToken)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_fileOptional)
            {
                expansion.Fail($"Failed to open file {path} when sending message from {Name} transport: {exception.Message}", needsAttention: true);
            }

            return "";
        }

        if (!_fileExpand)
        {
            return content;
        }

        var expanded = new StringBuilder(content.Length);
        foreach (var line in content.Split('\n'))
        {
            expanded.Append(expanded.Length > 0 ? "\n" : "").Append(await expansion.TextAsync("file", StringExpansion.Compile(line)));
        }

        return expanded.ToString();
    }

    private string? Path(OptionExpansion expansion, Dictionary<string, string> texts, string option)
    {
        var path = texts[option];
        if (path.Length > 0 && !TransportPath.IsSafe(path))
        {
            expansion.Fail($"path \"{path}\" ({option} in {Name} transport) is not absolute or not usable", needsAttention: true);
        }

        return path.Length > 0 ? path : null;
    }

    private static string QualifyDomain(EvaluationScope scope) =>
        scope.Environment.Policy.MainOptions.QualifyDomain?.Constant ?? scope.Environment.PrimaryHostname;

    /// <param name="Text">As it stands in the header.</param>
    private sealed record ReplyRecipients(string Text, ImmutableArray<EnvelopeAddress> Addresses);
}

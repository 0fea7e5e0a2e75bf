using System.Globalization;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Verification;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Scanning;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Scanning;

/// <summary>
/// The scans of one message, one for each question. Those for spam begin at the end of data when the policy names user and servers in so many words; all others when an ACL asks.
/// </summary>
/// <remarks>Those that no ACL has asked about when the message is accepted are given up: an ACL that spares a message from scanning does not make it wait.</remarks>
internal sealed class MessageScans(ReceiptServices services, ActivePolicy active, EvaluationScope scope, IActorRef message, CancellationToken ended)
{
    /// <summary>Further scans are not begun: policies name one or two users, and more would be a way to make a scanner work for nothing.</summary>
    private const int MaxScans = 8;

    /// <summary>So that the scan's own word comes before the deadline of its check.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ScanRequest, Scan> _scans = [];
    private ScannedContent? _content;

    /// <summary>The message is complete: begin what the ACLs ask for in so many words.</summary>
    public void Arrived(StagedHeader header, IBodyWriter body)
    {
        _content = new ScannedContent(header, body);
        if (SpamdAddress.Constant(active.Policy) is not { } servers || scope.Message.Size > services.Limits.EarlyScanBytes || WaitsForHeader)
        {
            return;
        }

        foreach (var user in active.Policy.Demand.ScanUsers)
        {
            Find(new ScanRequest(ScanKind.Spam, servers) { User = user });
        }
    }

    public async ValueTask<ScanOutcome> AskAsync(ScanRequest request, CancellationToken cancellationToken)
    {
        if (Find(request) is not { } scan)
        {
            return new ScanOutcome.Failed(_content is null ? "the message has not arrived" : $"a message is scanned {MaxScans} times at most");
        }

        scan.Asked = true;
        return scan.Outcome ??= (ScanOutcome)(await message.Ask<CheckResult>(
            new MessageProtocol.AwaitCheck(scan.Check), scan.Deadline + Grace + services.Limits.OpenDeadline, cancellationToken)).Value;
    }

    /// <summary>The message is accepted: nobody will ask any more.</summary>
    public void GiveUpUnasked()
    {
        foreach (var scan in _scans.Values.Where(scan => !scan.Asked))
        {
            message.Tell(new MessageProtocol.GiveUpCheck(scan.Check));
        }
    }

    /// <summary>DCC puts its field into the header for the scanners behind it.</summary>
    private bool WaitsForHeader => active.Policy.MainOptions.DccDirectAddHeader && active.Policy.Checks.HasFlag(AclChecks.Dcc);

    /// <returns>Null when none can be begun.</returns>
    private Scan? Find(ScanRequest request)
    {
        var question = request with { Timeout = null };
        if (_scans.TryGetValue(question, out var known))
        {
            return known;
        }

        if (_content is not { } content || _scans.Count == MaxScans)
        {
            return null;
        }

        var name = NameOf(request.Kind);
        var before = _scans.Keys.Count(asked => asked.Kind == request.Kind);
        var scan = new Scan(
            before == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{before + 1}"), request.Timeout ?? services.Limits.ScanDeadline);
        var envelope = EnvelopeOf(scope, request.Kind);
        var job = new ScanJob
        {
            Message = scope.Message.Id,
            Kind = request.Kind,
            User = request.User,
            Servers = request.Servers,
            Envelope = envelope with { ClientAddress = request.ClientAddress ?? envelope.ClientAddress },
            Content = content.Now,
            Deadline = scan.Deadline,
        };
        _scans.Add(question, scan);
        message.Tell(new MessageProtocol.BeginCheck(new CheckPlan(
            scan.Check, cancellationToken => RunAsync(job, cancellationToken), reason => Result(job, new ScanOutcome.Failed(reason)), job.Deadline + Grace)));
        return scan;
    }

    private static string NameOf(ScanKind kind) => kind switch
    {
        ScanKind.Malware => ActorNames.Malware,
        ScanKind.Dcc => ActorNames.Dcc,
        ScanKind.Bmi => ActorNames.Bmi,
        _ => ActorNames.Spam,
    };

    private static ScanEnvelope EnvelopeOf(EvaluationScope scope, ScanKind kind)
    {
        var (connection, message) = (scope.Connection, scope.Message);
        var recipients = ScanEnvelope.Named(
            message.Recipients.Select(static recipient => OctetString.FromText(recipient.ToString())),
            kind == ScanKind.Bmi ? ScanEnvelope.JudgedRecipientRoom : ScanEnvelope.RecipientRoom);
        return new ScanEnvelope(
            OctetString.FromText(message.Sender.ToString()),
            recipients,
            message.Recipients.Count,
            connection.HeloName.Length == 0 ? null : connection.HeloName,
            connection.ClientName,
            connection.ClientAddress?.ToString(),
            connection.AuthenticatedId.Length == 0 ? null : connection.AuthenticatedId)
        {
            OptIns = kind == ScanKind.Bmi ? OptInsOf(message, recipients) : null,
        };
    }

    private static ImmutableDictionary<string, string>? OptInsOf(MessageScope message, ImmutableArray<string> recipients)
    {
        var optIns = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var recipient in recipients)
        {
            if (message.OptIns.GetValueOrDefault(recipient, message.OptIn!) is { } features)
            {
                optIns[recipient] = features;
            }
        }

        return optIns.Count == 0 ? null : optIns.ToImmutable();
    }

    private async Task<CheckResult> RunAsync(ScanJob job, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended);
        return Result(job, await services.Scanner.ScanAsync(job, either.Token));
    }

    private static CheckResult Result(ScanJob job, ScanOutcome outcome) => outcome switch
    {
        ScanOutcome.Scanned { Verdict: var verdict, By: var by } => new CheckResult(
            verdict.IsSpam ? "spam" : "ham",
            string.Create(CultureInfo.InvariantCulture, $"{verdict.Score} of {verdict.Threshold} for {OctetString.ToText(job.User)}, by {by}"),
            outcome),
        ScanOutcome.Examined { Malware: { } malware, By: var by } => new CheckResult("infected", $"{OctetString.ToText(malware)}, by {by}", outcome),
        ScanOutcome.Examined { By: var by } => new CheckResult("clean", $"by {by}", outcome),
        ScanOutcome.Counted { Verdict: var verdict, By: var by } => new CheckResult(
            verdict.Overall switch { 'A' or 'S' => "accept", 'R' => "reject", 'G' => "greylist", _ => "temperror" }, $"{OctetString.ToText(verdict.Reply)}, by {by}", outcome),
        ScanOutcome.Judged judged => JudgedRecipients.Summarize(judged),
        _ => new CheckResult("temperror", outcome.Problem ?? "", outcome),
    };

    private sealed class Scan(string check, TimeSpan deadline)
    {
        public string Check => check;

        public TimeSpan Deadline => deadline;

        public bool Asked { get; set; }

        public ScanOutcome? Outcome { get; set; }
    }
}

using System.Globalization;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Verification;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Scanning;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Scanning;

/// <summary>
/// The scans of one message: for spam one for each user and list of servers, begun at the end of data when the policy names them and else when an ACL asks; for viruses one for each
/// scanner, begun when an ACL asks.
/// </summary>
/// <remarks>Those that no ACL has asked about when the message is accepted are given up: an ACL that spares a message from scanning does not make it wait.</remarks>
internal sealed class MessageScans(ReceiptServices services, ActivePolicy active, EvaluationScope scope, IActorRef message, CancellationToken ended)
{
    /// <summary>Further scans are not begun: policies name one or two users, and more would be a way to make a scanner work for nothing.</summary>
    private const int MaxScans = 8;

    /// <summary>So that the scan's own word comes before the deadline of its check.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(ScanKind Kind, string User, string Servers), Scan> _scans = [];
    private Lazy<KeptMessage>? _content;

    /// <summary>The message is complete: begin what the ACLs ask for in so many words.</summary>
    /// <param name="header">As it is when the first scan begins, it is for every scan.</param>
    public void Arrived(StagedHeader header, IBodyWriter body)
    {
        _content = new Lazy<KeptMessage>(() => Keep(header.Compose(), body));
        if (SpamdAddress.Constant(active.Policy) is not { } servers || scope.Message.Size > services.Limits.EarlyScanBytes)
        {
            return;
        }

        foreach (var user in active.Policy.Demand.ScanUsers)
        {
            Find(ScanKind.Spam, user, servers, services.Limits.ScanDeadline);
        }
    }

    public ValueTask<ScanOutcome> AskAsync(string user, string servers, CancellationToken cancellationToken) =>
        AskAsync(ScanKind.Spam, user, servers, services.Limits.ScanDeadline, cancellationToken);

    public ValueTask<ScanOutcome> ExamineAsync(string scanner, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(ScanKind.Malware, "", scanner, timeout, cancellationToken);

    private async ValueTask<ScanOutcome> AskAsync(ScanKind kind, string user, string servers, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (Find(kind, user, servers, deadline) is not { } scan)
        {
            return new ScanOutcome.Failed(_content is null ? "the message has not arrived" : $"a message is scanned {MaxScans} times at most");
        }

        scan.Asked = true;
        return scan.Outcome ??= (ScanOutcome)(await message.Ask<CheckResult>(
            new MessageProtocol.AwaitCheck(scan.Check), deadline + Grace + services.Limits.OpenDeadline, cancellationToken)).Value;
    }

    /// <summary>The message is accepted: nobody will ask any more.</summary>
    public void GiveUpUnasked()
    {
        foreach (var scan in _scans.Values.Where(scan => !scan.Asked))
        {
            message.Tell(new MessageProtocol.GiveUpCheck(scan.Check));
        }
    }

    /// <returns>Null when none can be begun.</returns>
    private Scan? Find(ScanKind kind, string user, string servers, TimeSpan deadline)
    {
        if (_scans.TryGetValue((kind, user, servers), out var known))
        {
            return known;
        }

        if (_content is not { } content || _scans.Count == MaxScans)
        {
            return null;
        }

        var name = kind == ScanKind.Malware ? ActorNames.Malware : ActorNames.Spam;
        var before = _scans.Keys.Count(scanned => scanned.Kind == kind);
        var scan = new Scan(before == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{before + 1}"));
        var job = new ScanJob
        {
            Message = scope.Message.Id,
            Kind = kind,
            User = user,
            Servers = servers,
            Envelope = EnvelopeOf(scope),
            Content = content.Value,
            Deadline = deadline,
        };
        _scans.Add((kind, user, servers), scan);
        message.Tell(new MessageProtocol.BeginCheck(new CheckPlan(
            scan.Check, cancellationToken => RunAsync(job, cancellationToken), reason => Result(job, new ScanOutcome.Failed(reason)), job.Deadline + Grace)));
        return scan;
    }

    /// <summary>A copy where the body is in a buffer: that goes back to its pool when the transaction ends, and a scan may not have noticed by then.</summary>
    private static KeptMessage Keep(byte[] header, IBodyWriter body) =>
        new(body.TryGetBody(out var octets) ? new InMemoryMessageContent(header, octets.ToArray()) : new AcceptedContent(header, body));

    private static ScanEnvelope EnvelopeOf(EvaluationScope scope)
    {
        var (connection, message) = (scope.Connection, scope.Message);
        return new ScanEnvelope(
            OctetString.FromText(message.Sender.ToString()),
            ScanEnvelope.Named(message.Recipients.Select(static recipient => OctetString.FromText(recipient.ToString()))),
            message.Recipients.Count,
            connection.HeloName.Length == 0 ? null : connection.HeloName,
            connection.ClientName,
            connection.ClientAddress?.ToString(),
            connection.AuthenticatedId.Length == 0 ? null : connection.AuthenticatedId);
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
        ScanOutcome.Busy busy => new CheckResult("temperror", busy.Reason, outcome),
        _ => new CheckResult("temperror", ((ScanOutcome.Failed)outcome).Reason, outcome),
    };

    private sealed class Scan(string check)
    {
        public string Check => check;

        public bool Asked { get; set; }

        public ScanOutcome? Outcome { get; set; }
    }
}

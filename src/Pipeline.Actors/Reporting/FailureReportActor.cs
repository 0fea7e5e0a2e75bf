using Pipeline.Actors.Messages;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Dmarc.Reports;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Reporting;

/// <summary>Sends DMARC failure reports beside the reception of mail: finds out who may have them, and makes each a message of the queue.</summary>
/// <remarks>
/// Messages in: <see cref="Send"/>. A report is worth less than mail: what is too much is left out, an hour at a time for each domain, and one that cannot be
/// stored is not tried again. Both are logged.
/// </remarks>
internal sealed class FailureReportActor : ReceiveActor
{
    /// <summary>Reports about one domain in an hour (RFC 9991 section 5 wants a bound).</summary>
    public const int MaxPerDomain = 10;

    /// <summary>Addresses that get one report.</summary>
    private const int MaxAddresses = 2;

    private const int MaxAtATime = 16;
    private const int MaxDomains = 10_000;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FailureReportServices _services;
    private readonly GeneratedMessages _generated;
    private readonly Dictionary<string, int> _sent = new(StringComparer.OrdinalIgnoreCase);
    private DateTimeOffset _hourBegan;
    private int _running;

    public FailureReportActor(FailureReportServices services)
    {
        _services = services;
        _generated = new GeneratedMessages(services.Store, services.Owner);
        Receive<Send>(OnSend);
        Receive<Sent>(_ => _running--);
    }

    public static Props CreateProps(FailureReportServices services) => Props.Create(() => new FailureReportActor(services));

    private void OnSend(Send message)
    {
        var domain = message.Report.Result.AuthorDomain;
        if (WhyNot(domain) is { } why)
        {
            if (why.Length > 0)
            {
                _services.Log.Write(PolicyLogTarget.Main, $"DMARC failure report about {domain} is not sent: {why}");
            }

            return;
        }

        _running++;
        PortCall.Start(() => SendAsync(message)).PipeTo(Self, Self, _ => Sent.Instance, error => Failed(domain, error));
    }

    /// <returns>Null when it is to be sent; empty when that has been said already.</returns>
    private string? WhyNot(string domain)
    {
        var now = _services.Time.GetUtcNow();
        if (now - _hourBegan >= Hour || now < _hourBegan)
        {
            _sent.Clear();
            _hourBegan = now;
        }

        if (_running == MaxAtATime)
        {
            return $"{MaxAtATime} are under way";
        }

        var sent = _sent.GetValueOrDefault(domain);
        if (sent >= MaxPerDomain || (sent == 0 && _sent.Count == MaxDomains))
        {
            _sent[domain] = sent + 1;
            return sent == MaxPerDomain ? $"there were {MaxPerDomain} in this hour" : "";
        }

        _sent[domain] = sent + 1;
        return null;
    }

    private Sent Failed(string domain, Exception error)
    {
        _services.Log.Write(PolicyLogTarget.Main, $"DMARC failure report about {domain} is not sent: {error.Message}");
        return Sent.Instance;
    }

    private async Task<Sent> SendAsync(Send message)
    {
        using var patience = new CancellationTokenSource(Patience, _services.Time);
        var destinations = new ReportDestinations(_services.Dns, message.Options);
        foreach (var to in await destinations.OfFailureReportsAsync(message.Report.Result, MaxAddresses, patience.Token))
        {
            await StoreAsync(message, to, patience.Token);
        }

        return Sent.Instance;
    }

    private async Task StoreAsync(Send message, EnvelopeAddress to, CancellationToken cancellationToken)
    {
        var (id, now) = (_services.Ids.Next(), _services.Time.GetUtcNow());
        var opened = await _services.Messages.Ask<MessageProtocol.TransactionOpened>(new MessageProtocol.OpenTransaction(id), Patience, cancellationToken);
        foreach (var what in GeneratedMessages.Beginning(message.Sender, [to], message.Policy))
        {
            opened.Message.Tell(new MessageProtocol.Happened(now, what));
        }

        var report = await _generated.CreateAsync(id, now, message.Sender, [to], FailureReportComposer.Compose(message.Report, id, to, now), message.Policy, cancellationToken);
        if (await opened.Message.Ask<object>(new MessageProtocol.Commit(report), Patience, cancellationToken) is MessageProtocol.NotCommitted refused)
        {
            await report.Body.DisposeAsync();
            throw new IOException(refused.Reason);
        }
    }

    /// <param name="Sender">Of the envelope of the report.</param>
    /// <param name="Policy">The number of the policy under which the report will be routed.</param>
    public sealed record Send(FailureReport Report, DmarcOptions Options, EnvelopeAddress Sender, int Policy);

    private sealed record Sent
    {
        public static Sent Instance { get; } = new();
    }
}

/// <summary>What failure reports need of the world.</summary>
/// <param name="Messages">The supervisor of messages.</param>
public sealed record FailureReportServices(
    IMessageStore Store, Ownership Owner, MessageIdSource Ids, IDnsResolver Dns, IActorRef Messages, IPolicyLog Log, TimeProvider Time)
{
    /// <returns>The actor that is told of messages that failed.</returns>
    public IActorRef Start(ActorSystem system) => system.ActorOf(FailureReportActor.CreateProps(this), ActorNames.FailureReports);
}

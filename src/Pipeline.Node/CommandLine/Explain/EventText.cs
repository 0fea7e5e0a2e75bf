using System.Globalization;
using Pipeline.Mail.Addressing;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Explain;

/// <summary>Says in words what an event of the journal means: a short name, and a line that a postmaster can read out.</summary>
internal static class EventText
{
    public static (string Name, string Text) Of(JournalEvent what) => what switch
    {
        TransactionStarted e => ("connection", Client(e)),
        AclDecided e => ("acl " + e.Acl, Acl(e)),
        RecipientAccepted e => ("recipient", $"<{e.Address}> accepted as recipient {e.Recipient}{Dsn(e)}"),
        RecipientRefused e => ("recipient", $"<{e.Address}> refused: {e.Reply}"),
        RecipientWithdrawn e => ("withdrawn", $"after the data: {e.Reply}"),
        AddressRewritten e => ("rewritten", $"{e.Place} <{e.From.Trim('<', '>')}> to <{e.To.Trim('<', '>')}> by rule {e.Rule}{At(e.Source)}"),
        RecipientRewritten e => ("rewritten", $"<{e.From}> to <{e.To}> by rule {e.Rule}{At(e.Source)}"),
        CheckCompleted e => (e.Check, $"{e.Result}: {e.Detail} ({Number(e.Milliseconds)} ms)"),
        MessageRefused e => ("refused", $"at {e.Stage}: {e.Reply}{(e.Reason.Length == 0 ? "" : $" ({e.Reason})")}"),
        TransactionAborted e => ("aborted", e.Reason),
        MessageAccepted e => ("accepted", $"committed, {e.Size} octets for {e.RecipientCount} recipient{(e.RecipientCount == 1 ? "" : "s")}; {e.Pretence ?? "250"} sent{(e.RequireTls == true ? "; under REQUIRETLS" : "")}"),
        RouterTried e => ("router " + e.Router, $"{e.Outcome}{(e.Reason.Length == 0 ? "" : $": {e.Reason}")}{At(e.Source)}"),
        RecipientRedirected { Children.IsEmpty: true } e => ("discarded", $"by router {e.Router}"),
        RecipientRedirected e => ("redirected", $"by router {e.Router} to {string.Join(", ", e.Children.Select(child => $"<{child.Address}> ({child.Index})"))}"),
        RecipientRouted e => ("routed", $"router {e.Router}, transport {e.Transport}{(e.Hosts.IsEmpty ? "" : $", hosts {string.Join(", ", e.Hosts)}")}"),
        RecipientDuplicated e => ("duplicate", $"of recipient {e.Of}: transport {e.Transport} delivers to both at once"),
        AttemptStarted e => ("attempt", $"number {e.Attempt} through transport {e.Transport}{(e.Destination is null ? "" : $" to {e.Destination}")}"),
        ProgramOutput e => ("output", $"{e.Transport}: {e.Line}"),
        AttemptInDoubt e => ("in doubt", $"attempt {e.Attempt}: {e.Reason}; the peer may have the message"),
        RecipientDeferred e => ("deferred", $"{e.Reason}{Peer(e.Host, null)}; next try {Time(e.NextTry)}"),
        RecipientDelivered e => ("delivered", $"through transport {e.Transport}{Peer(e.Host, e.Address)}{Said(e.Reply)}{(e.Detail.Length == 0 ? "" : $" ({e.Detail})")}{(e.Shadow is null ? "" : $", shadow transport {e.Shadow}")}"),
        RecipientFailed e => ("failed", $"{e.Reason}{Peer(e.Host, e.Address)}{(e.Kept == true ? "; it stays in the queue, since nobody can be told" : "")}"),
        FailureIgnored => ("ignored", "nobody is told: the message has no sender"),
        NotificationSent { Kind: NotificationSent.Reply } e => ("reply", $"automatic reply {e.MessageId} queued to <{e.To}>"),
        NotificationSent e => ("notification", $"{e.Kind} notification {e.MessageId} queued to <{e.To}>"),
        MessageCompleted => ("completed", "every recipient has ended; the body is released"),
        MessageFrozen e => ("frozen", $"{(e.By is null ? $"because {e.Reason}" : $"by {e.By}")}; {(e.LookAgain.Year >= 9000 ? "until somebody thaws it" : $"looked at again {Time(e.LookAgain)}")}"),
        MessagePostponed e => ("postponed", $"{e.Reason ?? "queued only"}; {Until(e.LookAgain)}"),
        RecipientPostponed e => ("postponed", $"{e.Reason}{(e.Transport is null ? "" : $" (router {e.Router}, transport {e.Transport})")}; {Until(e.LookAgain)}"),
        QueueRunReached => ("queue run", "what waited for it is tried"),
        MessageThawed e => ("thawed", $"by {e.By}; every recipient that waits is tried"),
        MessageCancelled e => ("cancelled", e.By == MessageCancelled.ByTimeout ? $"by {e.By}: it was frozen for too long" : $"by {e.By}: every recipient that waits fails"),
        RecipientAdded e => ("recipient", $"<{e.Address}> added as recipient {e.Recipient} by {e.By}"),
        RecipientMarkedDelivered e => ("operator", $"marked delivered by {e.By}; nothing more is tried"),
        SenderChanged e => ("sender", $"changed to <{e.To}> by {e.By}"),
        OperatorActed e => ("operator", $"{e.Action} by {e.By}"),
        _ => (what.GetType().Name, what.ToString()),
    };

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Until(DateTimeOffset at) => at == RecipientState.AtQueueRun ? "waits for a queue run" : $"looked at again {Time(at)}";

    private static string Client(TransactionStarted e)
    {
        var client = e.Client;
        var from = client.Address is null ? "local submission" : $"from {client.Name ?? "(no name)"} [{client.Address}]:{client.Port}";
        var tls = client.TlsCipher is null ? "" : $", {client.TlsCipher}";
        var user = string.IsNullOrEmpty(client.AuthenticatedId) ? "" : $", authenticated as {client.AuthenticatedId}";
        return $"{from} helo {client.Helo}, {client.Protocol}{tls}{user}; sender <{e.Sender}>, policy {e.Policy}";
    }

    private static string Acl(AclDecided e)
    {
        var about = e.Recipient is not null ? $" <{e.Recipient}>" : e.Signer is not null ? $" signer {e.Signer}" : "";
        var verb = e.Verb is null ? e.Verdict == "accept" ? "no ACL is set" : "no statement accepted (implicit deny)" : e.Verb;
        var message = e.LogMessage ?? e.Message;
        return $"{e.Verdict}{about}: {verb}{At(e.Source)}{(message is null ? "" : $": {message}")}";
    }

    private static string Dsn(RecipientAccepted e) =>
        (e.Notify == DsnNotify.None ? "" : $", NOTIFY={e.Notify}") + (e.OriginalRecipient is null ? "" : $", ORCPT={e.OriginalRecipient}");

    private static string At(PolicySource? source) => source is null ? "" : $" ({source.File}:{source.Line})";

    private static string Peer(string? host, string? address) =>
        host is null ? "" : address is null ? $" at {host}" : $" at {host} [{address}]";

    private static string Said(string? reply) => reply is null ? "" : $": {reply}";

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}

using Pipeline.Mail.Smtp;
using Pipeline.Policy.Callers;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>What is different when the client is a program of this machine.</summary>
internal sealed partial class ReceiptSession
{
    private Caller? _caller;

    /// <summary>What the program says of where its mail comes from; null when it says nothing, or is not believed.</summary>
    private LocalClaims? _believed;

    /// <returns>The refusal of somebody who is nobody here.</returns>
    private async ValueTask<ReceiptDecision?> IdentifyAsync(LocalProgram program, CancellationToken cancellationToken)
    {
        var (caller, problem) = await CallerIdentity.FindAsync(ConnectionOnlyScope(), program.Caller, cancellationToken);
        if (caller is null)
        {
            _services.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, problem);
            return new ReceiptDecision(new SmtpReply(554, problem), Close: true);
        }

        (_caller, _believed) = (caller, caller.IsTrusted ? program.Claims : null);
        _connection = LocalOrigin.Connection(caller, program.Claims, "");
        SetProtocol();
        return null;
    }

    /// <summary>Who is not trusted sends under the own address, unless <c>untrusted_set_sender</c> lets them choose.</summary>
    private async ValueTask<MailParameters> WithOwnSenderAsync(MailParameters mail, CancellationToken cancellationToken)
    {
        var scope = ConnectionOnlyScope();
        return _caller is { } caller && !await CallerRights.MaySetSenderAsync(scope, caller, mail.Sender, cancellationToken)
            ? mail with { Sender = LocalOrigin.AddressOf(caller, scope) }
            : mail;
    }

    private async ValueTask ShowProgramAsync(ReceiptTransaction transaction, CancellationToken cancellationToken)
    {
        if (_caller is { } caller)
        {
            transaction.Author = new LocalAuthor(caller, caller.IsTrusted ? "" : caller.RealName);
            transaction.Scope.Message.AuthenticatedSender = OctetString.FromText(_believed?.AuthenticatedSender ?? "");
        }

        if (IsLocal ? Options.IgnoreFromlineLocal : await CapabilityOffer.MatchesAsync(Options.IgnoreFromlineHosts, ConnectionOnlyScope(), cancellationToken))
        {
            transaction.TakesFromLine(setsSender: IsLocal);
        }
    }
}

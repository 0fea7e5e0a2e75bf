using System.Net;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Who the client's host says its user is (<c>rfc1413_hosts</c>).</summary>
internal sealed partial class ReceiptSession
{
    /// <summary>Asks, where the policy has it so; a client that came through a proxy cannot be asked.</summary>
    private async ValueTask AskIdentAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (_services.Ident is not { } ident || Options.Rfc1413QueryTimeout <= TimeSpan.Zero || _connection.Proxy is not null
            || _connection is not { ClientAddress: { } client, LocalAddress: { } local }
            || !await CapabilityOffer.MatchesAsync(Options.Rfc1413Hosts, scope, cancellationToken))
        {
            return;
        }

        using var deadline = new CancellationTokenSource(Options.Rfc1413QueryTimeout, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            _connection.Ident = await ident.AskAsync(new IPEndPoint(client, _connection.ClientPort), new IPEndPoint(local, _connection.LocalPort), either.Token) ?? "";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Log("ident_timeout", $"ident connection to {client} timed out");
        }
    }
}

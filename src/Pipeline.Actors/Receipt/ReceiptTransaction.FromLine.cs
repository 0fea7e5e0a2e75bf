using Pipeline.Messages.Journal;
using Pipeline.Policy.Callers;

namespace Pipeline.Actors.Receipt;

/// <summary>A message may begin with the line that mailboxes have before its header: it is left out, and may name the sender.</summary>
internal sealed partial class ReceiptTransaction
{
    private FirstLineBuffer? _fromLine;
    private bool _fromLineSetsSender;

    /// <summary>A line of that kind is expected.</summary>
    /// <param name="setsSender">It names the sender, where the user may.</param>
    public void TakesFromLine(bool setsSender) => (_fromLine, _fromLineSetsSender) = (new FirstLineBuffer(), setsSender);

    private async ValueTask WriteBehindFromLineAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (_fromLine!.Append(octets.Span, out var consumed))
        {
            await EndFromLineAsync(cancellationToken);
            await _reception!.WriteAsync(octets[consumed..], cancellationToken);
        }
    }

    /// <summary>What was kept back is the whole first line, or cannot be one of that kind.</summary>
    private async ValueTask EndFromLineAsync(CancellationToken cancellationToken)
    {
        if (_fromLine is not { } first)
        {
            return;
        }

        _fromLine = null;
        if (first.Line is not { } line || await FromLine.ReadAsync(_scope, line, cancellationToken) is not { IsOne: true } found)
        {
            await _reception!.WriteAsync(first.Octets, cancellationToken);
            return;
        }

        if (_fromLineSetsSender && Author is { } author && found.Sender is { } sender
            && await CallerRights.MaySetSenderAsync(_scope, author.Caller, sender, cancellationToken))
        {
            Record(new AddressRewritten(
                AddressRewritten.Sender, _scope.Message.Sender.ToString(), sender.ToString(), AddressRewritten.NoRule, null));
            _scope.Message.Sender = sender;
        }
    }
}

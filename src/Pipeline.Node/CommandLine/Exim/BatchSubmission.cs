using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bS</c>: SMTP commands on standard input that nobody answers. The first thing that goes wrong ends the batch.</summary>
/// <remarks>Each message is one of those that come without SMTP: the non-SMTP ACLs decide about it, and no other.</remarks>
internal sealed class BatchSubmission
{
    private const int MaxLine = 64 * 1024;

    /// <summary>Nothing came in: as Exim's.</summary>
    private const int NothingAccepted = 2;

    private static readonly SmtpReply NotInBatch = new(503, "command not permitted in a batch");
    private static readonly SmtpReply LineTooLong = new(500, "line too long");
    private static readonly SmtpReply Lost = new(421, "Lost incoming connection");

    private readonly PipeReader _input;
    private readonly EximCommand _command;
    private readonly SmtpGrammar _grammar;
    private SmtpSessionState _state = SmtpSessionState.Greeted;
    private EnvelopeAddress _sender = EnvelopeAddress.Null;
    private readonly ImmutableArray<EnvelopeAddress>.Builder _recipients = ImmutableArray.CreateBuilder<EnvelopeAddress>();
    private int _lines;
    private int _transactionLine;
    private int _accepted;

    private BatchSubmission(PipeReader input, EximCommand command, SmtpGrammar grammar) => (_input, _command, _grammar) = (input, command, grammar);

    public static async Task<int> RunAsync(
        EximCommand command, NodeReach reach, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var node = new MessageHandOver(reach, streams.Errors, time);
        var batch = new BatchSubmission(PipeReader.Create(streams.Input), command, GrammarOf(reach));
        if (await batch.RunAsync(node, cancellationToken) is not { } failure)
        {
            return ExitCodes.Success;
        }

        await using var output = new StreamWriter(streams.Output, leaveOpen: true) { NewLine = "\n" };
        await output.WriteLineAsync($"{failure.Reply.Code} {failure.Reply.Text}");
        await output.WriteLineAsync($"Transaction started in line {batch._transactionLine}");
        await output.WriteLineAsync($"Error detected in line {batch._lines}");
        if (failure.Command is { } line)
        {
            await output.WriteLineAsync(line);
        }

        await streams.Errors.WriteLineAsync($"exim: {failure.Reply.Code} {failure.Reply.Text} (line {batch._lines}); {batch._accepted} previous messages were successfully processed, the rest of the batch was abandoned");
        return batch._accepted > 0 ? ExitCodes.Failure : NothingAccepted;
    }

    private static SmtpGrammar GrammarOf(NodeReach reach)
    {
        var forms = reach.AddressForms | EnvelopeAddressForms.Unqualified;
        return SmtpGrammar.Default with { SenderForms = forms, RecipientForms = forms };
    }

    /// <returns>What went wrong; null when nothing did.</returns>
    private async Task<Failure?> RunAsync(MessageHandOver node, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (line, tooLong) = await ReadLineAsync(cancellationToken);
            if (tooLong)
            {
                return new Failure(LineTooLong, null);
            }

            if (line is null)
            {
                return null;
            }

            var text = Encoding.Latin1.GetString(line);
            var command = SmtpCommandParser.Parse(
                line, _grammar, SmtpExtensions.Size | SmtpExtensions.EightBitMime | SmtpExtensions.SmtpUtf8 | SmtpExtensions.Dsn | SmtpExtensions.Auth, smtpUtf8: true);
            if (command is SmtpCommand.Bare { Verb: SmtpVerb.Quit })
            {
                return null;
            }

            var refusal = (command as SmtpCommand.Invalid)?.Reply ?? SmtpTransitionTable.Refusal(_state, command.Verb) ?? Take(command);
            if (refusal is not null)
            {
                return new Failure(refusal, text);
            }

            if (command.Verb == SmtpVerb.Data && await SubmitAsync(node, cancellationToken) is { } refused)
            {
                return new Failure(refused, null);
            }
        }
    }

    private SmtpReply? Take(SmtpCommand command)
    {
        switch (command)
        {
            case SmtpCommand.Mail mail:
                Reset();
                _transactionLine = _lines - 1;
                _sender = mail.Sender;
                _state = SmtpSessionState.Sender;
                return null;
            case SmtpCommand.Recipient recipient:
                _recipients.Add(recipient.Address);
                _state = SmtpSessionState.Recipient;
                return null;
            case SmtpCommand.Hello or SmtpCommand.Bare { Verb: SmtpVerb.Rset }:
                Reset();
                return null;
            case SmtpCommand.WithText or SmtpCommand.Bare { Verb: SmtpVerb.Data }:
                return null;
            default:
                return NotInBatch;
        }
    }

    private async Task<SmtpReply?> SubmitAsync(MessageHandOver node, CancellationToken cancellationToken)
    {
        await using var content = new MessageInput(_input, MessageEnding.Stuffed);
        var message = new LocalMessage
        {
            Sender = _sender,
            Recipients = _recipients.ToImmutable(),
            IsBatch = true,
            Claims = _command.Claims,
            Delivery = _command.Delivery,
        };
        try
        {
            var answer = await node.SubmitAsync(message, content, cancellationToken);
            _lines += content.Lines;
            Reset();
            _accepted += answer.IsPositive ? 1 : 0;
            return answer.IsPositive ? null : new SmtpReply(answer.Code, answer.Text);
        }
        catch (IOException) when (content.IsCut)
        {
            _lines += content.Lines;
            return Lost;
        }
    }

    private void Reset()
    {
        _state = SmtpSessionState.Greeted;
        _recipients.Clear();
        _sender = EnvelopeAddress.Null;
    }

    /// <returns>A line without its end; null at the end of the input.</returns>
    private async Task<(byte[]? Line, bool TooLong)> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _input.ReadAsync(cancellationToken);
            var end = read.Buffer.PositionOf((byte)'\n');
            if (end is null && !read.IsCompleted && read.Buffer.Length <= MaxLine)
            {
                _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var line = end is { } lf ? read.Buffer.Slice(0, lf) : read.Buffer;
            var octets = line.Length <= MaxLine ? line.ToArray() : [];
            var tooLong = line.Length > MaxLine;
            var isEnd = end is null && line.IsEmpty;
            _input.AdvanceTo(end is { } found ? read.Buffer.GetPosition(1, found) : read.Buffer.End);
            _lines += isEnd ? 0 : 1;
            return isEnd ? (null, false) : (octets.AsSpan().TrimEnd((byte)'\r').ToArray(), tooLong);
        }
    }

    /// <param name="Command">The line at fault; null when it was a message.</param>
    private sealed record Failure(SmtpReply Reply, string? Command);
}

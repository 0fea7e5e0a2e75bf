using System.IO.Pipelines;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Addressing;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bm</c>, <c>-t</c>: a message on standard input, for the addresses of the command line or of its header.</summary>
internal static class MessageSubmission
{
    public static async Task<int> RunAsync(
        EximCommand command, NodeReach reach, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        var (message, error) = Read(command, reach);
        if (message is null)
        {
            await streams.Errors.WriteLineAsync($"exim: {error}");
            return ExitCodes.Failure;
        }

        await using var node = new MessageHandOver(reach, streams.Errors, time);
        await using var content = new MessageInput(PipeReader.Create(streams.Input), command.IgnoresDot ? MessageEnding.EndOfInput : MessageEnding.Dot);
        var answer = await node.SubmitAsync(message, content, cancellationToken);
        if (answer.IsPositive)
        {
            return ExitCodes.Success;
        }

        await streams.Errors.WriteLineAsync(answer.RefusedBy is null ? $"exim: {answer.Text}" : $"exim: message rejected by non-SMTP ACL: {answer.Text}");
        return ExitCodes.Failure;
    }

    private static (LocalMessage? Message, string? Error) Read(EximCommand command, NodeReach reach)
    {
        var recipients = ImmutableArray.CreateBuilder<EnvelopeAddress>();
        foreach (var argument in command.Operands)
        {
            var list = AddressListParser.Parse(Encoding.UTF8.GetBytes(argument));
            if (!list.IsWellFormed)
            {
                return (null, $"bad recipient address \"{argument}\": {list.Errors[0].Reason}");
            }

            recipients.AddRange(list.Addresses.Select(static address => address.ToEnvelopeAddress()));
        }

        var sender = command.Sender is "" ? EnvelopeAddress.Null : null;
        if (command.Sender is { Length: > 0 } text && (sender = CommandLineScope.Address(text, "", reach.AddressForms, out var problem)) is null)
        {
            return (null, $"bad -f address \"{text}\": {problem}");
        }

        return (new LocalMessage
        {
            Sender = sender,
            Recipients = recipients.ToImmutable(),
            RecipientsInHeader = command.RecipientsInHeader,
            RealName = command.RealName,
            Claims = command.Claims,
            Delivery = command.Delivery,
        }, null);
    }
}

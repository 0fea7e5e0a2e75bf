using System.IO.Pipelines;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bm</c>, <c>-t</c>: a message on standard input, for the addresses of the command line or of its header.</summary>
internal static class MessageSubmission
{
    /// <param name="scope">Has the sender, and the names that addresses without a domain get.</param>
    public static async Task<int> RunAsync(
        EximCommand command, EximConfiguration configuration, EvaluationScope scope, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        var (message, error) = Read(command, scope);
        if (message is null)
        {
            await streams.Errors.WriteLineAsync($"exim: {error}");
            return ExitCodes.Failure;
        }

        await using var node = new MessageHandOver(configuration, streams.Errors, time);
        await using var content = new MessageInput(PipeReader.Create(streams.Input), command.IgnoresDot ? MessageEnding.EndOfInput : MessageEnding.Dot);
        var answer = await node.SubmitAsync(message, content, cancellationToken);
        if (answer.IsPositive)
        {
            return ExitCodes.Success;
        }

        await streams.Errors.WriteLineAsync(answer.RefusedBy is null ? $"exim: {answer.Text}" : $"exim: message rejected by non-SMTP ACL: {answer.Text}");
        return ExitCodes.Failure;
    }

    private static (LocalMessage? Message, string? Error) Read(EximCommand command, EvaluationScope scope)
    {
        var recipients = ImmutableArray.CreateBuilder<EnvelopeAddress>();
        foreach (var argument in command.Operands)
        {
            var list = AddressListParser.Parse(Encoding.UTF8.GetBytes(argument));
            if (!list.IsWellFormed)
            {
                return (null, $"bad recipient address \"{argument}\": {list.Errors[0].Reason}");
            }

            recipients.AddRange(list.Addresses.Select(address => address.ToEnvelopeAddress())
                .Select(address => address.Domain.Length == 0 ? address with { Domain = scope.Environment.QualifyRecipient } : address));
        }

        return (new LocalMessage
        {
            Sender = scope.Message.Sender,
            Recipients = [.. recipients.Distinct(AddressComparer.Instance)],
            RecipientsInHeader = command.RecipientsInHeader,
            Caller = Environment.UserName,
            RealName = command.RealName,
            Protocol = command.Protocol,
            Delivery = command.Delivery,
        }, null);
    }
}

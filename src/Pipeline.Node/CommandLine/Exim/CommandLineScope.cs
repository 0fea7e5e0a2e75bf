using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dns;
using Pipeline.Node.Hosting;
using Pipeline.Policy;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>Makes the scope of a test from the command line: no message, and a client only as <c>-oM…</c> and <c>-f</c> describe it.</summary>
internal static class CommandLineScope
{
    /// <returns>Null when the sender is not an address; that has been written to <paramref name="errors"/>.</returns>
    public static EvaluationScope? Create(EximCommand command, MailPolicy policy, IDnsResolver dns, TextWriter errors, TimeProvider time)
    {
        var trace = command.Debug is { } debug ? new DebugOutput(debug, errors, time) : null;
        var environment = PolicyEnvironments.Create(policy, TracedResolver.Of(dns, trace), time, new ErrorOutputLog(errors), trace);
        var sender = EnvelopeAddress.Null;

        // Without a sender it is whoever calls, as it would be of mail from here.
        var caller = Environment.UserName;
        if ((command.Sender ?? caller) is { Length: > 0 } text)
        {
            if (Address(text, environment.QualifyDomain, policy.MainOptions.PathForms, out var problem) is { } parsed)
            {
                sender = parsed;
            }
            else if (command.Sender is not null)
            {
                errors.WriteLine($"exim: bad -f address \"{text}\": {problem}");
                return null;
            }
        }

        return new EvaluationScope
        {
            Environment = environment,
            Connection = new ConnectionScope
            {
                ClientAddress = command.Client?.Address,
                ClientPort = command.Client?.Port ?? 0,
                LocalAddress = command.Interface?.Address,
                LocalPort = command.Interface?.Port ?? 0,
                ClientName = Octets(command.ClientName),
                Protocol = Octets(command.Protocol) ?? "",
                Ident = Octets(command.Ident ?? (command.Client is null ? caller : null)) ?? "",
                AuthenticatorName = Octets(command.Authenticator) ?? "",
                Originator = environment.ProcessUser,
                AuthenticatedId = Octets(command.AuthenticatedId ?? (command.Client is null ? caller : null)) ?? "",
            },
            Message = new MessageScope { Sender = sender, Size = 0, AuthenticatedSender = Octets(command.AuthenticatedSender) ?? "" },
        };

        static string? Octets(string? value) => value is null ? null : OctetString.FromText(value);
    }

    /// <summary>Reads an address; one without a domain gets <paramref name="domain"/>.</summary>
    /// <param name="written">How it may be written beyond the standard.</param>
    public static EnvelopeAddress? Address(string text, string domain, EnvelopeAddressForms written, out string? error)
    {
        // Whoever may use the command line may name a host by its address.
        var forms = written | EnvelopeAddressForms.AddressLiteral | EnvelopeAddressForms.Unqualified | EnvelopeAddressForms.SmtpUtf8;
        return !EnvelopeAddressParser.TryParseWhole(text, forms, out var address, out error) ? null
            : address.Domain.Length == 0 ? address with { Domain = domain }
            : address;
    }

    /// <summary>Exim writes what goes to its panic log to the error output too; the other logs of a test are nobody's.</summary>
    private sealed class ErrorOutputLog(TextWriter errors) : IPolicyLog
    {
        public void Write(PolicyLogTarget target, string line)
        {
            if (target.HasFlag(PolicyLogTarget.Panic))
            {
                errors.WriteLine(OctetString.ToText(line));
            }
        }
    }
}

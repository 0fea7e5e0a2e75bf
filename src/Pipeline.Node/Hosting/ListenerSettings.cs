using Pipeline.Mail.Smtp;
using Pipeline.Node.Configuration;
using Pipeline.Node.Listeners;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Hosting;

/// <summary>The listeners' options: bounds of node.json, and the main options of the policy where the file sets them.</summary>
internal static class ListenerSettings
{
    /// <exception cref="NodeStartException">An option cannot be used; all are listed.</exception>
    public static ListenerOptions Make(string? overridden, NodeSettings settings, MainOptions policy)
    {
        try
        {
            var options = Session(settings, policy) with { Endpoints = ListenPlan.Make(overridden, settings, policy) };
            var problems = options.Validate();
            return problems.IsEmpty ? options : throw new NodeStartException(problems);
        }
        catch (FormatException error)
        {
            throw new NodeStartException([error.Message]);
        }
    }

    /// <summary>How SMTP is spoken, wherever it is; without endpoints.</summary>
    public static ListenerOptions Session(NodeSettings settings, MainOptions policy) => new()
    {
        Endpoints = [],
        BareLineEnds = settings.Smtp.BareLineEnds == "normalise" ? BareLineEndPolicy.Normalise : BareLineEndPolicy.Refuse,
        Limits = Limits(settings.Smtp, policy),
    };

    private static SmtpLimits Limits(SmtpLimitSettings node, MainOptions policy)
    {
        var limits = new SmtpLimits
        {
            MaxConnections = node.MaxConnections,
            MaxConnectionsPerAddress = node.MaxConnectionsPerAddress,
            MaxRecipients = node.MaxRecipients,
        };

        // The language's own defaults are those of a program that forks for each connection: only what a file sets counts.
        return limits with
        {
            MaxConnections = IsSet("smtp_accept_max") && policy.SmtpAcceptMax > 0 ? policy.SmtpAcceptMax : limits.MaxConnections,
            MaxConnectionsPerAddress = Constant("smtp_accept_max_per_host", policy.SmtpAcceptMaxPerHost) ?? limits.MaxConnectionsPerAddress,
            MaxMessagesPerConnection = Constant("smtp_accept_max_per_connection", policy.SmtpAcceptMaxPerConnection) ?? limits.MaxMessagesPerConnection,
            CommandTimeout = ReceiveTimeout() ?? limits.CommandTimeout,
            DataIdleTimeout = ReceiveTimeout() ?? limits.DataIdleTimeout,
        };

        bool IsSet(string name) => policy.Settings.ContainsKey(name);

        int? Constant(string name, ExpandableString? value) =>
            IsSet(name) && value?.Constant is { } text && IntegerText.TryParse(text, out var number, out _) && number is > 0 and <= int.MaxValue ? (int)number : null;

        TimeSpan? ReceiveTimeout() =>
            IsSet("smtp_receive_timeout") && policy.SmtpReceiveTimeout.Constant is { } text && TimeText.TryParse(text, out var time) && time > TimeSpan.Zero ? time : null;
    }
}

using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Actors.Receipt;

/// <summary>What EHLO offers this client, by the host lists of the main options.</summary>
internal static class CapabilityOffer
{
    private const long DefaultMessageSize = 50 * 1024 * 1024;

    public static async ValueTask<SmtpCapabilities> MakeAsync(
        MainOptions options, EvaluationScope scope, string hostName, CancellationToken cancellationToken)
    {
        return new SmtpCapabilities(
            hostName,
            await MaxMessageSizeAsync(options, scope, cancellationToken),
            Pipelining: !scope.Connection.Controls.Contains("no_pipelining") && await Offers(options.PipeliningAdvertiseHosts),
            Chunking: await Offers(options.ChunkingAdvertiseHosts),
            EightBitMime: options.Accept8BitMime,
            SmtpUtf8: await Offers(options.SmtpUtf8AdvertiseHosts),
            StartTls: options.TlsCertificate is not null && scope.Connection.Tls is null && scope.Connection.ClientAddress is not null
                && await Offers(options.TlsAdvertiseHosts),
            Dsn: await Offers(options.DsnAdvertiseHosts))
        {
            PipeConnect = scope.Connection.ClientAddress is not null && await Offers(options.PipeConnectAdvertiseHosts),
            Prdr = options.PrdrEnable,
            Limits = await Offers(options.LimitsAdvertiseHosts),
            RequireTls = scope.Connection.Tls is not null && await Offers(options.TlsAdvertiseRequireTls),
        };

        ValueTask<bool> Offers(MailList? hosts) => MatchesAsync(hosts, scope, cancellationToken);
    }

    /// <summary>Whether the client is in a list of those an extension is offered to.</summary>
    /// <remarks>A list that cannot be decided now has nobody in it: an extension can do without, a session cannot wait.</remarks>
    public static async ValueTask<bool> MatchesAsync(MailList? hosts, EvaluationScope scope, CancellationToken cancellationToken) => hosts is not null
        && (await hosts.MatchAsync(scope, scope.Connection.ClientAddress?.ToString() ?? "", cancellationToken)).IsMatch;

    /// <summary>message_size_limit for this client; what cannot be read as a number is the default of the language.</summary>
    public static async ValueTask<long> MaxMessageSizeAsync(MainOptions options, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var text = await options.MessageSizeLimit.ExpandAsync(scope, cancellationToken);
        if (text.IsSuccess && IntegerText.TryParse(text.Value, out var size, out _))
        {
            return size;
        }

        scope.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"message_size_limit: {(text.IsSuccess ? "not a number" : text.Message)}");
        return DefaultMessageSize;
    }
}

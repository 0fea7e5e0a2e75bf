using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Actors.Receipt;

/// <summary>What EHLO offers this client, by the host lists of the main options.</summary>
internal static class CapabilityOffer
{
    public static async ValueTask<SmtpCapabilities> MakeAsync(
        MainOptions options, EvaluationScope scope, string hostName, CancellationToken cancellationToken)
    {
        return new SmtpCapabilities(
            hostName,
            options.MessageSizeLimit,
            Pipelining: await Offers(options.PipeliningAdvertiseHosts),
            Chunking: await Offers(options.ChunkingAdvertiseHosts),
            EightBitMime: options.Accept8BitMime,
            SmtpUtf8: await Offers(options.SmtpUtf8AdvertiseHosts),
            StartTls: options.TlsCertificate is not null && scope.Connection.Tls is null && scope.Connection.ClientAddress is not null
                && await Offers(options.TlsAdvertiseHosts),
            Dsn: await Offers(options.DsnAdvertiseHosts));

        // A list that cannot be decided now is not offered: an extension can do without, a session cannot wait.
        async ValueTask<bool> Offers(MailList hosts) =>
            (await hosts.MatchAsync(scope, scope.Connection.ClientAddress?.ToString() ?? "", cancellationToken)).IsMatch;
    }
}

using System.Globalization;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>One client's conversation with the policy it began under.</summary>
/// <remarks>
/// Not an actor: it runs in the flow of the connection, one call at a time. From MAIL to the end of the message it works through a
/// <see cref="ReceiptTransaction"/>, whose message actor keeps the journal.
/// </remarks>
internal sealed class ReceiptSession : IReceiptSession
{
    private readonly ReceiptServices _services;
    private readonly ActivePolicy _active;
    private readonly ClientConnection _client;
    private readonly ConnectionScope _connection;
    private bool _extended;
    private ReceiptTransaction? _transaction;

    public ReceiptSession(ReceiptServices services, ActivePolicy active, ClientConnection client)
    {
        _services = services;
        _active = active;
        _client = client;
        _connection = new ConnectionScope
        {
            ClientAddress = client.Client?.Address,
            ClientPort = client.Client?.Port ?? 0,
            LocalAddress = client.Local?.Address,
            LocalPort = client.Local?.Port ?? 0,
        };
        SetProtocol();
    }

    public SmtpCapabilities Capabilities
    {
        get
        {
            var options = Options;
            return new SmtpCapabilities(
                HostName,
                MaxMessageSize,
                Pipelining: options.AdvertisesPipelining,
                Chunking: options.AdvertisesChunking,
                EightBitMime: options.Accept8BitMime,
                SmtpUtf8: options.AdvertisesSmtpUtf8,
                StartTls: options.HasTlsCertificate && _connection.Tls is null && _client.Client is not null,
                Dsn: options.AdvertisesDsn);
        }
    }

    public SmtpReply? DataRefusal => _transaction?.DataRefusal;

    private MainOptions Options => _active.Policy.MainOptions;

    private string HostName => _active.Environment.PrimaryHostname;

    private long MaxMessageSize => Options.MessageSizeLimit;
}

using System.Text;

namespace Pipeline.Connectors.Smtp;

/// <summary>A connection that is past its greeting and takes messages, one after the other.</summary>
internal sealed class SmtpSession(SmtpConnectionKey key, SmtpPeer peer, SmtpClientConnection connection, SmtpCapabilities capabilities) : IAsyncDisposable
{
    private static readonly ReadOnlyMemory<byte> Quit = "QUIT\r\n"u8.ToArray();
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    public SmtpConnectionKey Key => key;

    public SmtpPeer Peer => peer;

    public SmtpClientConnection Connection => connection;

    public SmtpCapabilities Capabilities => capabilities;

    /// <summary>Reused by every message, so that the hot path allocates nothing for what it sends.</summary>
    public PooledBuffer Output { get; } = new(16 * 1024);

    /// <summary>Protocol, cipher and key length, or null in clear.</summary>
    public string? Cipher { get; init; }

    /// <summary>The certificate was verified, host name included where the transport wants it.</summary>
    public bool CertificateVerified { get; init; }

    /// <summary>It was verified against TLSA records.</summary>
    public bool VerifiedByDane { get; init; }

    /// <summary>The distinguished name of the peer's certificate, as octets; null without TLS.</summary>
    public string? PeerName { get; init; }

    /// <summary>The authenticator that was used, and who it made us if that is known; or null.</summary>
    public string? Authenticator { get; init; }

    /// <summary>EHLO was said before the banner.</summary>
    public bool SaidEarly { get; init; }

    /// <summary>Messages that this session has had, accepted or not.</summary>
    public int Messages { get; set; }

    /// <summary>Whether one more message may go over it, by the transport and by the peer.</summary>
    /// <param name="transportMax">0 or less for no limit.</param>
    public bool TakesMore(int transportMax) => (transportMax <= 0 || Messages < transportMax) && (capabilities.MailMax == 0 || Messages < capabilities.MailMax);

    /// <summary>A transaction was left unfinished: RSET before the next.</summary>
    public bool NeedsReset { get; set; }

    /// <summary>False once something happened after which nothing more can be said on it.</summary>
    public bool IsUsable { get; set; } = true;

    /// <summary>For the log, in the form of Exim's delivery lines: proxy, cipher, authenticator and the peer's confirmation.</summary>
    /// <param name="prdr">The recipient had a reply of its own.</param>
    public string Describe(string confirmation, bool prdr = false)
    {
        var text = new StringBuilder();
        if (peer.Proxy is { } proxy)
        {
            text.Append("PRX=").Append(proxy).Append(' ');
        }

        if (Cipher is not null)
        {
            text.Append("X=").Append(Cipher).Append(" CV=").Append(VerifiedByDane ? "dane" : CertificateVerified ? "yes" : "no").Append(' ');
        }

        if (PeerName is not null)
        {
            text.Append("DN=").Append(Quoted(PeerName)).Append(' ');
        }

        if (Authenticator is not null)
        {
            text.Append("A=").Append(Authenticator).Append(' ');
        }

        if (SaidEarly)
        {
            text.Append("L* ");
        }

        if (prdr)
        {
            text.Append("PRDR ");
        }

        return text.Append("C=").Append(Quoted(confirmation)).ToString();
    }

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Says QUIT where that can still be said, waits a little for the answer, and closes.</summary>
    public async ValueTask CloseAsync()
    {
        if (IsUsable)
        {
            IsUsable = false;
            if (await connection.WriteAsync(Quit, FarewellTimeout) == SmtpIoStatus.Ok)
            {
                // Closing with an unread reply in the socket would reset the connection, and the peer might never see the QUIT.
                await connection.ReadReplyAsync(FarewellTimeout);
                await connection.CloseTlsAsync(FarewellTimeout);
            }
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        IsUsable = false;
        Output.Dispose();
        await connection.DisposeAsync();
    }
}

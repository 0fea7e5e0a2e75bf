using Pipeline.Connectors.Ports;
using Pipeline.Policy.Transports;

namespace Pipeline.Actors.Delivery;

/// <summary>Turns the expanded options of a transport into the settings its agent takes.</summary>
internal static class TransportMapping
{
    /// <param name="headersAdd">What routers add, before what the transport adds.</param>
    public static TransportSettings ToSettings(
        ExpandedTransport expanded, ImmutableArray<string> headersAdd, ImmutableArray<string> headersRemove)
    {
        TransportSettings settings = expanded switch
        {
            ExpandedSmtpTransport smtp => Smtp(smtp),
            ExpandedAppendfileTransport appendfile => Appendfile(appendfile),
            ExpandedAutoreplyTransport autoreply => Autoreply(autoreply),
            ExpandedLmtpTransport lmtp => Lmtp(lmtp),
            ExpandedPipeTransport pipe => Pipe(pipe),
            ExpandedQueuefileTransport queuefile => new QueuefileTransportSettings(queuefile.Name, queuefile.Directory),
            _ => throw new InvalidOperationException($"no settings for transport {expanded.Name}"),
        };
        return settings with
        {
            HeadersAdd = [.. headersAdd, .. expanded.HeadersAdd],
            HeadersRemove = [.. headersRemove, .. expanded.HeadersRemove],
            HeaderBlock = expanded.RewrittenHeader?.Block,
            ReturnPathAdd = expanded.ReturnPathAdd,
            EnvelopeToAdd = expanded.EnvelopeToAdd,
            DeliveryDateAdd = expanded.DeliveryDateAdd,
            MessageSizeLimit = expanded.MessageSizeLimit,
            BodyOnly = expanded.BodyOnly,
            HeadersOnly = expanded.HeadersOnly,
            Filter = expanded.Filter,
            FilterTimeout = expanded.FilterTimeout,
            BatchMax = Math.Max(1, expanded.BatchMax),
        };
    }

    private static SmtpTransportSettings Smtp(ExpandedSmtpTransport smtp) => new(smtp.Name)
    {
        HeloData = smtp.HeloData,
        Protocol = smtp.Protocol switch
        {
            SmtpProtocol.Lmtp => SmtpDialect.Lmtp,
            SmtpProtocol.Smtps => SmtpDialect.Smtps,
            _ => SmtpDialect.Smtp,
        },
        Port = smtp.Port,
        Interfaces = smtp.Interfaces,
        SocksProxy = smtp.SocksProxy,
        ConnectTimeout = smtp.ConnectTimeout,
        CommandTimeout = smtp.CommandTimeout,
        DataTimeout = smtp.DataTimeout,
        FinalTimeout = smtp.FinalTimeout,
        MaxRecipients = smtp.MaxRecipients,
        ConnectionMaxMessages = smtp.ConnectionMaxMessages,
        HostsMaxTry = smtp.HostsMaxTry,
        HostsMaxTryHardLimit = smtp.HostsMaxTryHardLimit,
        RetryIncludeIpAddress = smtp.RetryIncludeIpAddress,
        MultiDomain = smtp.MultiDomain,
        AllowLocalhost = smtp.AllowLocalhost,
        SizeAddition = smtp.SizeAddition,
        LmtpIgnoreQuota = smtp.LmtpIgnoreQuota,
        MessageLineLengthLimit = smtp.MessageLineLengthLimit,
        AvoidEsmtp = Hosts(smtp.AvoidEsmtp),
        AvoidPipelining = Hosts(smtp.AvoidPipelining),
        PipeConnect = Hosts(smtp.PipeConnect),
        OfferLasts = smtp.OfferLasts,
        TryChunking = Hosts(smtp.TryChunking),
        TryPrdr = Hosts(smtp.TryPrdr),
        Tls = new SmtpTlsSettings
        {
            Require = Hosts(smtp.Tls.Require),
            Avoid = Hosts(smtp.Tls.Avoid),
            AvoidInCallouts = Hosts(smtp.Tls.AvoidInCallouts),
            TryDane = Hosts(smtp.Tls.TryDane),
            RequireDane = Hosts(smtp.Tls.RequireDane),
            DaneCiphers = smtp.Tls.DaneCiphers,
            Verify = Hosts(smtp.Tls.Verify),
            TryVerify = Hosts(smtp.Tls.TryVerify),
            VerifyHostnames = Hosts(smtp.Tls.VerifyHostnames),
            VerifyCertificates = smtp.Tls.VerifyCertificates,
            CertificateFile = smtp.Tls.Certificate,
            PrivateKeyFile = smtp.Tls.PrivateKey,
            RevocationListFile = smtp.Tls.RevocationList,
            ServerNameIndication = smtp.Tls.ServerNameIndication,
            Ciphers = smtp.Tls.Ciphers,
            DhMinBits = smtp.Tls.DhMinBits,
            Alpn = smtp.Tls.Alpn,
            RequireAlpn = Hosts(smtp.Tls.RequireAlpn),
            Resume = Hosts(smtp.Tls.Resume),
            LibraryOptions = smtp.Tls.LibraryOptions,
            TemporaryFailureTryClear = smtp.Tls.TemporaryFailureTryClear,
        },
        Authentication = new SmtpClientAuthentication
        {
            Require = Hosts(smtp.RequireAuth),
            Try = Hosts(smtp.TryAuth),
            Authenticators = smtp.Authenticators,
            AuthenticatedSender = smtp.AuthenticatedSender,
            ForceAuthenticatedSender = smtp.AuthenticatedSenderForce,
        },
        Dkim = [.. smtp.Dkim.Select(dkim => new DkimSigningSettings
        {
            Domain = dkim.Domain,
            Selector = dkim.Selector,
            PrivateKey = new Secret(dkim.PrivateKey),
            Canonicalization = dkim.Canonicalization,
            Hash = dkim.Hash,
            Identity = dkim.Identity,
            SignHeaders = dkim.SignHeaders,
            Timestamps = dkim.Timestamps,
            Strict = dkim.Strict,
        })],
        Arc = smtp.Arc is { } arc
            ? new ArcSigningSettings(arc.AuthServId, arc.Selector, new Secret(arc.PrivateKey)) { Timestamps = arc.Timestamps, Lifetime = arc.Lifetime, Expires = arc.Expires }
            : null,
    };

    private static AppendfileTransportSettings Appendfile(ExpandedAppendfileTransport file) => new(file.Name)
    {
        Path = Policy.Expansion.OctetString.ToText(file.Path),
        Format = file.Form switch
        {
            MailboxForm.Maildir => MailboxFormat.Maildir,
            MailboxForm.Directory => MailboxFormat.Directory,
            MailboxForm.Mailstore => MailboxFormat.Mailstore,
            _ => MailboxFormat.Mbox,
        },
        FileName = Policy.Expansion.OctetString.ToText(file.FileName),
        EnvelopePrefix = file.EnvelopePrefix,
        EnvelopeSuffix = file.EnvelopeSuffix,
        MessagePrefix = file.Frame.Prefix,
        MessageSuffix = file.Frame.Suffix,
        CheckString = file.Frame.CheckString,
        EscapeString = file.Frame.EscapeString,
        UseCrlf = file.Frame.UseCrlf,
        UseBsmtp = file.Frame.Bsmtp,
        Mode = (UnixFileMode)file.Mode,
        DirectoryMode = (UnixFileMode)file.DirectoryMode,
        CreateDirectory = file.CreateDirectory,
        CreateFile = !file.FileMustExist,
        MayCreate = file.MayCreate,
        ModeFailNarrower = file.ModeFailNarrower,
        CheckOwner = file.CheckOwner,
        CheckGroup = file.CheckGroup,
        AllowSymlink = file.AllowSymlink,
        LockFileMode = (UnixFileMode)file.LockFileMode,
        UseFlockLock = file.UseFlockLock,
        UseLockFile = file.UseLockFile,
        UseFcntlLock = file.UseFcntlLock,
        LockRetries = file.LockRetries,
        LockInterval = file.LockInterval,
        LockFileTimeout = file.LockFileTimeout,
        Quota = file.Quota,
        MaildirTag = file.MaildirTag,
        MakesMaildirFolder = file.MakesMaildirFolder,
    };

    private static AutoreplyTransportSettings Autoreply(ExpandedAutoreplyTransport autoreply) => new(autoreply.Name)
    {
        Reply = autoreply.Reply,
        Once = autoreply.Once is { } once ? Policy.Expansion.OctetString.ToText(once) : null,
        OnceAddresses = autoreply.OnceAddresses,
        OnceRepeat = autoreply.OnceRepeat,
        OnceFileSize = autoreply.OnceFileSize,
        Log = autoreply.Log is { } log ? Policy.Expansion.OctetString.ToText(log) : null,
        Mode = (UnixFileMode)autoreply.Mode,
    };

    private static LmtpTransportSettings Lmtp(ExpandedLmtpTransport lmtp) => new(lmtp.Name)
    {
        Command = lmtp.Command,
        Socket = lmtp.Socket is { } path ? Policy.Expansion.OctetString.ToText(path) : null,
        HeloData = lmtp.HeloData,
        Timeout = lmtp.Timeout,
        IgnoreQuota = lmtp.IgnoreQuota,
    };

    private static PipeTransportSettings Pipe(ExpandedPipeTransport pipe) => new(pipe.Name)
    {
        Command = pipe.Command,
        Frame = pipe.Frame,
        Environment = pipe.Environment,
        Directory = pipe.Directory,
        Umask = pipe.Umask,
        Timeout = pipe.Timeout,
        TimeoutDefer = pipe.TimeoutDefer,
        MaxOutput = pipe.MaxOutput,
        TemporaryErrors = pipe.TemporaryErrors,
        EveryErrorIsTemporary = pipe.EveryErrorIsTemporary,
        IgnoreStatus = pipe.IgnoreStatus,
        DeferWhenNotStarted = pipe.FreezeExecFail,
        DeferOnSignal = pipe.FreezeSignal,
        ReturnOutput = pipe.ReturnOutput,
        ReturnFailOutput = pipe.ReturnFailOutput,
        LogOutput = pipe.LogOutput,
        LogFailOutput = pipe.LogFailOutput,
        LogDeferOutput = pipe.LogDeferOutput,
    };

    private static HostSet Hosts(HostListCheck list) => HostSet.Matching(list.ContainsAsync);
}

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>What a command line in Exim's manner asks for.</summary>
internal enum EximMode
{
    None = 0,

    /// <summary><c>-?</c>, <c>-h</c>, <c>--help</c> under one of Exim's names.</summary>
    Usage,

    /// <summary><c>-bV</c>.</summary>
    Version,

    /// <summary><c>-be</c>, <c>-bem</c>.</summary>
    Expand,

    /// <summary><c>-bt</c>.</summary>
    AddressTest,

    /// <summary><c>-bv</c>.</summary>
    RecipientVerify,

    /// <summary><c>-bvs</c>.</summary>
    SenderVerify,

    /// <summary><c>-brt</c>.</summary>
    RetryTest,

    /// <summary><c>-bP</c>.</summary>
    Options,

    /// <summary><c>-brw</c>.</summary>
    RewriteTest,

    /// <summary><c>-bd</c>, or <c>-q</c> with an interval.</summary>
    Daemon,

    /// <summary><c>-bdf</c>.</summary>
    ForegroundDaemon,

    /// <summary><c>-bs</c>.</summary>
    Session,

    /// <summary><c>-bh</c>, <c>-bhc</c>.</summary>
    SessionTest,

    /// <summary><c>-bmalware</c>.</summary>
    MalwareTest,

    /// <summary><c>-bm</c>, <c>-t</c>, or addresses alone: a message on standard input.</summary>
    Message,

    /// <summary><c>-bS</c>.</summary>
    Batch,

    /// <summary><c>-bp</c> and its kin.</summary>
    QueueList,

    /// <summary><c>-M</c> and its kin that change something.</summary>
    QueueOrder,

    /// <summary><c>-Mvh</c> and its kin.</summary>
    QueueView,

    /// <summary><c>-bI:</c>.</summary>
    Information,

    /// <summary><c>-bi</c>.</summary>
    AliasFile,

    /// <summary><c>-bpc</c>.</summary>
    QueueCount,

    /// <summary><c>-q</c> without an interval.</summary>
    QueueRun,
}

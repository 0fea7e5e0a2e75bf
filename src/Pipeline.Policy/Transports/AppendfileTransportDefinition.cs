using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary><c>driver = appendfile</c>: mbox files, and directories with a file for each message.</summary>
public sealed class AppendfileTransportDefinition : TransportDefinition
{
    private readonly ExpandableString? _file;
    private readonly ExpandableString? _directory;
    private readonly ExpandableString? _directoryFile;
    private readonly ExpandableString? _mailstorePrefix;
    private readonly ExpandableString? _mailstoreSuffix;
    private readonly ExpandableString? _batchId;
    private readonly ExpandableString? _maildirTag;
    private readonly MailboxForm? _form;
    private readonly string? _unavailable;
    private readonly FrameOptions _frame;
    private readonly FrameOptions _bareFrame;
    private readonly FileFormats? _formats;
    private readonly AppendfileQuotaOptions _quota;
    private readonly NamePattern? _maildirFolder;
    private readonly string _createFile;
    private readonly ExpandedAppendfileTransport _fixed;

    internal AppendfileTransportDefinition(DriverOptions options)
        : base(options)
    {
        _file = options.GetExpandable("file");
        _directory = options.GetExpandable("directory");
        _directoryFile = options.GetExpandable("directory_file");
        _mailstorePrefix = options.GetExpandable("mailstore_prefix");
        _mailstoreSuffix = options.GetExpandable("mailstore_suffix");
        _form = ReadForm(options);
        _frame = new FrameOptions(options, "From ", ">From ");
        _bareFrame = new FrameOptions(options, "", "");
        _batchId = options.GetExpandable("batch_id");
        _maildirTag = options.GetExpandable("maildir_tag");
        _formats = FileFormats.Of(options);
        _quota = new AppendfileQuotaOptions(options);
        _maildirFolder = NamePattern.Of(options, "maildirfolder_create_regex");
        _createFile = options.GetString("create_file", "anywhere");
        _unavailable = options.GetBool("mbx_format") ? "mbx_format" : null;
        var flock = options.GetBool("use_flock_lock");
        _fixed = new ExpandedAppendfileTransport(Name, "")
        {
            Frame = FrameOptions.None,
            Mode = options.GetOctal("mode", 0b110_000_000),
            ModeFailNarrower = options.GetBool("mode_fail_narrower", true),
            DirectoryMode = options.GetOctal("directory_mode", 0b111_000_000),
            CreateDirectory = options.GetBool("create_directory", true),
            FileMustExist = options.GetBool("file_must_exist"),
            CheckOwner = options.GetBool("check_owner", true),
            CheckGroup = options.GetBool("check_group"),
            AllowSymlink = options.GetBool("allow_symlink"),
            UseLockFile = options.GetBool("use_lockfile", true),
            LockFileMode = options.GetOctal("lockfile_mode", 0b110_000_000),
            UseFcntlLock = options.GetBool("use_fcntl_lock", !flock),
            UseFlockLock = flock,
            LockRetries = options.GetInt32("lock_retries", 10),
            LockInterval = options.GetTime("lock_interval", TimeSpan.FromSeconds(3)),
            LockFileTimeout = options.GetTime("lockfile_timeout", TimeSpan.FromMinutes(30)),
            BatchMax = options.GetInt32("batch_max", 1),
        };
        Check(options);
    }

    public override bool IsLocal => true;

    public override async ValueTask<TransportExpansion> ExpandAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var expansion = new OptionExpansion(Name, scope, cancellationToken);
        if (_unavailable is not null)
        {
            return new TransportExpansion.Deferred($"the option {_unavailable} of {Name} transport is not available in this version ({Location})");
        }

        // Redirection to a file or directory supplies the path.
        var path = await expansion.PathAsync("file", _file) ?? await expansion.PathAsync("directory", _directory)
            ?? scope.Address?.Text("address_file");
        if (expansion.Failure is { } failure)
        {
            return failure;
        }

        if (path is null)
        {
            return new TransportExpansion.Deferred($"Mandatory file or directory option missing from {Name} transport");
        }

        if (!TransportPath.IsSafe(path))
        {
            return new TransportExpansion.Deferred($"path \"{path}\" of {Name} transport is not absolute or not usable");
        }

        var form = _form ?? (_directory is not null || path.EndsWith('/') ? MailboxForm.Directory : MailboxForm.Mbox);
        if (form == MailboxForm.Mbox && _formats is not null && await OtherTransportAsync(path, cancellationToken) is { } other)
        {
            return other;
        }

        var expanded = await Generic.ApplyAsync(await ExpandAsync(expansion, form, path), expansion);
        return expansion.Failure ?? new TransportExpansion.Ready(expanded with { MayCreate = MayCreate(expanded, scope) });
    }

    private MailboxForm? ReadForm(DriverOptions options)
    {
        var (maildir, mailstore) = (options.GetBool("maildir_format"), options.GetBool("mailstore_format"));
        if (maildir && mailstore)
        {
            options.Report($"error for {Name} transport: only one of maildir and mailstore may be specified", "mailstore_format");
        }

        return maildir ? MailboxForm.Maildir : mailstore ? MailboxForm.Mailstore : null;
    }

    private void Check(DriverOptions options)
    {
        if (_file is not null && _directory is not null)
        {
            options.Report($"error for {Name} transport: only one of \"file\" or \"directory\" can be specified", "driver");
        }

        if (_form is { } form && _file is not null)
        {
            options.Report($"error for {Name} transport: \"{(form == MailboxForm.Maildir ? "maildir_format" : "mailstore_format")}\" is valid only with \"directory\"", "driver");
        }

        if (_file is not null && _fixed is { UseLockFile: false, UseFcntlLock: false, UseFlockLock: false })
        {
            options.Report($"error for {Name} transport: no locking configured", "driver");
        }

        if (_createFile is not ("anywhere" or "belowhome" or "inhome") && !TransportPath.IsSafe(_createFile))
        {
            options.Report($"invalid value given for \"create_file\" for the {Name} transport: '{_createFile}'", "create_file");
        }
    }

    /// <summary>What stands where the mailbox is decides whether this transport may append to it.</summary>
    private async ValueTask<TransportExpansion?> OtherTransportAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var (transport, unrecognized) = await _formats!.FindAsync(OctetString.ToText(path), cancellationToken);
            return unrecognized ? new TransportExpansion.Deferred("mailbox file format unrecognized")
                : transport is null || transport == Name ? null
                : new TransportExpansion.Elsewhere(transport, $"other transport (for {_formats.StartOf(transport)} format) not found");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new TransportExpansion.Deferred($"failed to open {path} for format checking: {exception.Message}", NeedsAttention: false);
        }
    }

    private async ValueTask<ExpandedAppendfileTransport> ExpandAsync(OptionExpansion expansion, MailboxForm form, string path)
    {
        var isMbox = form == MailboxForm.Mbox;
        var expanded = _fixed with
        {
            Path = path,
            Form = form,
            Frame = await (isMbox ? _frame : _bareFrame).ExpandAsync(expansion, bare: !isMbox),
            BatchId = await expansion.TextAsync("batch_id", _batchId),
            Quota = await _quota.ExpandAsync(expansion, form == MailboxForm.Maildir),
            MaildirTag = form == MailboxForm.Maildir && _maildirTag is not null ? MaildirTag.Of(_maildirTag, expansion.Scope, Name) : null,
            MakesMaildirFolder = form == MailboxForm.Maildir && _maildirFolder?.Matches(path.TrimEnd('/')) == true,
        };
        return form switch
        {
            MailboxForm.Directory => expanded with { FileName = await DirectoryFileAsync(expansion) },
            MailboxForm.Mailstore => await MailstoreAsync(expansion, expanded),
            _ => expanded,
        };
    }

    /// <summary>The name of the file. Without a setting it is the same at every attempt, so that a repeat writes no second one.</summary>
    private async ValueTask<string> DirectoryFileAsync(OptionExpansion expansion)
    {
        var scope = expansion.Scope;
        var number = Number(scope).ToString(CultureInfo.InvariantCulture);
        if (scope.Address is { } address)
        {
            address.Values["inode"] = number;
        }

        var template = _directoryFile ?? StringExpansion.Compile($"q${{base62:{scope.Message.ReceivedAt.ToUnixTimeSeconds()}}}-{number}");
        var name = await expansion.PathAsync("directory_file", template) ?? "";
        if (expansion.Failure is null && (name.Length == 0 || !TransportPath.IsSafe("/" + name)))
        {
            expansion.Fail($"directory_file \"{name}\" of {Name} transport is not usable", needsAttention: true);
        }

        return name;
    }

    private async ValueTask<ExpandedAppendfileTransport> MailstoreAsync(OptionExpansion expansion, ExpandedAppendfileTransport expanded)
    {
        var name = $"{expansion.Scope.Message.Id}-{Number(expansion.Scope):x16}";
        if (expansion.Scope.Address is { } address)
        {
            address.Values["mailstore_basename"] = $"{expanded.Path.TrimEnd('/')}/{name}";
        }

        return expanded with
        {
            FileName = name,
            EnvelopePrefix = await expansion.TextAsync("mailstore_prefix", _mailstorePrefix) ?? "",
            EnvelopeSuffix = await expansion.TextAsync("mailstore_suffix", _mailstoreSuffix) ?? "",
        };
    }

    /// <summary>Stands where Exim has the number of a file: the same for every attempt at one delivery, another for every other delivery.</summary>
    private long Number(EvaluationScope scope)
    {
        var address = scope.Address;
        var delivery = string.Join(
            '\n', scope.Message.Id, Name, address?.OriginalLocalPart, address?.OriginalDomain, address?.ParentLocalPart, address?.ParentDomain, address?.LocalPart, address?.Domain);
        return BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(delivery))) & long.MaxValue;
    }

    /// <summary>Whether a file or directory may be made where the path leads (option <c>create_file</c>). Without a home directory nowhere is below it.</summary>
    private bool MayCreate(ExpandedAppendfileTransport expanded, EvaluationScope scope)
    {
        var home = (_createFile.StartsWith('/') ? _createFile : expanded.HomeDirectory ?? scope.Address?.Text("home"))?.TrimEnd('/');
        return _createFile switch
        {
            "anywhere" => true,
            "belowhome" or ['/', ..] => home is { Length: > 0 } && expanded.Path.StartsWith(home + "/", StringComparison.Ordinal),
            _ => home is { Length: > 0 } && expanded.Path.TrimEnd('/') is var path && path[..path.LastIndexOf('/')] == home,
        };
    }
}

using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary><c>driver = appendfile</c>: mbox files and Maildir directories.</summary>
public sealed class AppendfileTransportDefinition : TransportDefinition
{
    private readonly ExpandableString? _file;
    private readonly ExpandableString? _directory;
    private readonly bool _maildir;
    private readonly string? _unavailable;
    private readonly FrameOptions _frame;
    private readonly ExpandableString? _batchId;
    private readonly ExpandableString? _quota;
    private readonly ExpandableString? _maildirTag;
    private readonly ExpandedAppendfileTransport _fixed;

    internal AppendfileTransportDefinition(DriverOptions options)
        : base(options)
    {
        _file = options.GetExpandable("file");
        _directory = options.GetExpandable("directory");
        _maildir = options.GetBool("maildir_format");
        _frame = new FrameOptions(options, _maildir ? "" : "From ", _maildir ? "" : ">From ");
        _batchId = options.GetExpandable("batch_id");
        _quota = options.GetExpandable("quota");
        _maildirTag = options.GetExpandable("maildir_tag");
        _unavailable = ((string[])["mailstore_format", "mbx_format"]).FirstOrDefault(name => options.GetBool(name));
        _fixed = new ExpandedAppendfileTransport(Name, "")
        {
            Form = _maildir ? MailboxForm.Maildir : MailboxForm.Mbox,
            Frame = FrameOptions.None,
            Mode = options.GetOctal("mode", 0b110_000_000),
            DirectoryMode = options.GetOctal("directory_mode", 0b111_000_000),
            CreateDirectory = options.GetBool("create_directory", true),
            FileMustExist = options.GetBool("file_must_exist"),
            UseLockFile = options.GetBool("use_lockfile", true),
            UseFcntlLock = options.GetBool("use_fcntl_lock", true),
            LockRetries = options.GetInt32("lock_retries", 10),
            LockInterval = options.GetTime("lock_interval", TimeSpan.FromSeconds(3)),
            LockFileTimeout = options.GetTime("lockfile_timeout", TimeSpan.FromMinutes(30)),
            BatchMax = options.GetInt32("batch_max", 1),
        };
        if (_file is not null && _directory is not null)
        {
            options.Report($"error for {Name} transport: only one of \"file\" or \"directory\" may be specified", "driver");
        }

        if (_maildir && _file is not null)
        {
            options.Report($"error for {Name} transport: \"maildir_format\" is valid only with \"directory\"", "driver");
        }
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

        if (!_maildir && path.EndsWith('/'))
        {
            return new TransportExpansion.Deferred($"{Name} transport: one file for each message in a plain directory is not available in this version");
        }

        var expanded = await Generic.ApplyAsync(
            _fixed with
            {
                Path = path,
                Frame = await _frame.ExpandAsync(expansion, bare: _maildir),
                BatchId = await expansion.TextAsync("batch_id", _batchId),
                Quota = await expansion.IntegerAsync("quota", _quota, 0),
                MaildirTag = await expansion.TextAsync("maildir_tag", _maildirTag) ?? "",
            },
            expansion);
        return expansion.Failure ?? (TransportExpansion)new TransportExpansion.Ready(expanded);
    }
}

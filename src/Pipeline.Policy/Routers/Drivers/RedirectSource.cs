using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>What reading redirection data came to: the text, or what the router does without it.</summary>
/// <param name="Taint">Where the text comes from.</param>
internal readonly record struct RedirectText(string? Text, DriverVerdict? Instead, Taint Taint = Taint.None);

/// <summary>Where a redirect router has its data from: <c>data</c> or <c>file</c>.</summary>
internal sealed class RedirectSource
{
    /// <summary>Longest file that is read.</summary>
    private const long MaxFileBytes = 16 * 1024 * 1024;

    private readonly ExpandableString? _data;
    private readonly ExpandableString? _file;
    private readonly FileOwners _owners;
    private readonly bool _ignoreDenied;
    private readonly bool _ignoreNotDirectory;

    public RedirectSource(DriverOptions options)
    {
        _data = options.GetExpandable("data");
        _file = options.GetExpandable("file");
        _owners = new FileOwners(options);
        _ignoreDenied = options.GetBool("ignore_eacces");
        _ignoreNotDirectory = options.GetBool("ignore_enotdir");
        if (_data is null == _file is null)
        {
            options.ReportFor("one of \"file\" or \"data\" must be specified (but not both)");
        }
    }

    public async ValueTask<RedirectText> ReadAsync(RouteRun run, CancellationToken cancellationToken)
    {
        var source = (_data ?? _file)!;
        var expanded = await source.ExpandAsync(run.Scope, cancellationToken);
        if (expanded.Outcome == ExpansionOutcome.ForcedFailure)
        {
            return new(null, new DriverVerdict.Decline("expansion failed by force"));
        }

        if (!expanded.IsSuccess)
        {
            return new(null, new DriverVerdict.Defer($"expansion of \"{source.Source}\" failed in {run.Router.Name} router: {expanded.Message}"));
        }

        if (expanded.Value.Trim().Length == 0)
        {
            return new(null, new DriverVerdict.Decline("no data"));
        }

        if (_data is not null)
        {
            return new(expanded.Value, null, expanded.Text.Taint);
        }

        var complaint = $"Tainted filename '{expanded.Value.Trim()}'";
        return run.Scope.Environment.Tainting.Refuses(run.Scope, expanded.Text.Taint, source.Source, complaint)
            ? new(null, new DriverVerdict.Defer(complaint, NeedsAttention: true))
            : await ReadFileAsync(run, expanded.Value.Trim(), cancellationToken);
    }

    /// <summary>Reads the list of an <c>:include:</c> item.</summary>
    public static async ValueTask<RedirectText> ReadIncludedAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return new(await ReadAllAsync(path, cancellationToken), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new(null, new DriverVerdict.Defer($"error in redirect data: failed to open included file {path}: {(exception is FileNotFoundException or DirectoryNotFoundException ? "No such file or directory" : exception.Message)}"));
        }
    }

    private async ValueTask<RedirectText> ReadFileAsync(RouteRun run, string path, CancellationToken cancellationToken)
    {
        if (!path.StartsWith('/'))
        {
            return new(null, new DriverVerdict.Defer($"\"{path}\" is not an absolute path"));
        }

        try
        {
            if (!File.Exists(path))
            {
                // The directory's rights decide whether that is known.
                var parent = Path.GetDirectoryName(path)!;
                return File.Exists(parent) && !_ignoreNotDirectory
                    ? new(null, new DriverVerdict.Defer($"failed to open {path}: Not a directory"))
                    : new(null, new DriverVerdict.Decline($"{path} does not exist"));
            }

            if (FileStatus.TryRead(path, out var status, out _) && _owners.Refuse(run, path, status) is { } refusal)
            {
                return new(null, new DriverVerdict.Defer(refusal, NeedsAttention: true));
            }

            var text = await ReadAllAsync(path, cancellationToken);
            return text.Trim().Length == 0 ? new(null, new DriverVerdict.Decline($"{path} is empty")) : new(text, null);
        }
        catch (UnauthorizedAccessException) when (_ignoreDenied)
        {
            return new(null, new DriverVerdict.Decline($"{path} may not be read"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new(null, new DriverVerdict.Defer($"failed to open {path}: {exception.Message}"));
        }
    }

    private static async ValueTask<string> ReadAllAsync(string path, CancellationToken cancellationToken) => new FileInfo(path).Length > MaxFileBytes
        ? throw new IOException($"longer than {MaxFileBytes} octets")
        : OctetString.FromBytes(await File.ReadAllBytesAsync(path, cancellationToken));
}

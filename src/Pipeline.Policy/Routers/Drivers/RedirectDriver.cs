using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary><c>driver = redirect</c>: the address is replaced by others, or by files, pipes and special verdicts.</summary>
internal sealed class RedirectDriver(DriverOptions options) : RouterDriver
{
    private const int MaxIncludeDepth = 10;

    private readonly RedirectSource _source = new(options);
    private readonly RedirectOptions _options = new(options);
    private readonly SrsRouting? _srs = SrsRouting.Of(options);

    public override bool NeedsTransport => false;

    public override async ValueTask<DriverVerdict> RouteAsync(RouteRun run, CancellationToken cancellationToken)
    {
        var (refusal, sender) = _srs is null ? default : await _srs.RunAsync(run, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var data = await _source.ReadAsync(run, cancellationToken);
        if (data.Text is not { } text)
        {
            return data.Instead!;
        }

        if (text.TrimStart() is var head && (head.StartsWith("# Exim filter", StringComparison.OrdinalIgnoreCase) || head.StartsWith("# Sieve filter", StringComparison.OrdinalIgnoreCase)))
        {
            return new DriverVerdict.Defer($"filter files are not available in this version ({run.Router.Name} router)", NeedsAttention: true);
        }

        var collected = new Collected { Taint = data.Taint };
        if (await CollectAsync(run, text, collected, 0, cancellationToken) is { } verdict)
        {
            return verdict;
        }

        if (await SyntaxErrorNote.WriteAsync(run, _options.SyntaxErrorsTo, _options.SyntaxErrorsText, collected.Errors, !collected.IsEmpty, cancellationToken) is { } note)
        {
            run.Scope.Message.Notes.Add(note);
        }

        return collected.IsEmpty
            ? new DriverVerdict.Decline("no addresses generated")
            : new DriverVerdict.Redirect([.. collected.Children.Select(child => child with { SrsSender = sender ?? child.SrsSender })], collected.Targets.ToImmutable(), collected.Note);
    }

    /// <returns>A verdict that ends everything, or null.</returns>
    private async ValueTask<DriverVerdict?> CollectAsync(RouteRun run, string text, Collected collected, int depth, CancellationToken cancellationToken)
    {
        foreach (var item in RedirectListReader.Read(text, run.Scope.Environment.Policy.MainOptions))
        {
            var verdict = item switch
            {
                RedirectItem.Mailbox mailbox => await AddChildAsync(run, mailbox, collected, cancellationToken),
                RedirectItem.Include include => await IncludeAsync(run, include.Path, collected, depth, cancellationToken),
                RedirectItem.Pipe pipe => await AddTargetAsync(run, "|" + pipe.Command, _options.ForbidPipe, "pipe", _options.PipeTransport, "pipe_transport", collected, cancellationToken),
                RedirectItem.FilePath file => await AddFileAsync(run, file.Path, collected, cancellationToken),
                RedirectItem.Blackhole => Blackhole(collected),
                RedirectItem.Fail fail => _options.AllowFail ? new DriverVerdict.Fail(TextOf(fail.Text, "forced failure")) : NotPermitted($":fail: {fail.Text}"),
                RedirectItem.Defer defer => _options.AllowDefer ? new DriverVerdict.Defer(TextOf(defer.Text, "forced defer"), ForClient: defer.Text.Length > 0) : NotPermitted($":defer: {defer.Text}"),
                RedirectItem.Unknown => new DriverVerdict.Decline(":unknown:"),
                RedirectItem.Malformed bad => Malformed(run, bad, collected),
                _ => null,
            };
            if (verdict is not null)
            {
                return verdict;
            }
        }

        return null;
    }

    private string TextOf(string text, string unset)
    {
        text = _options.ForbidSmtpCode ? LeadingCode.Drop(text) : text;
        return text.Length > 0 ? text : unset;
    }

    private DriverVerdict.Defer? Malformed(RouteRun run, RedirectItem.Malformed bad, Collected collected)
    {
        if (!_options.SkipSyntaxErrors)
        {
            return new DriverVerdict.Defer($"error in redirect data: {bad.Error} in \"{bad.Text}\"");
        }

        run.Scope.Environment.Log.Write(PolicyLogTarget.Main, $"{run.Router.Name} router: skipped error in redirect data: {bad.Error} in \"{bad.Text}\"");
        collected.Errors.Add(bad);
        return null;
    }

    /// <summary>Ends the address, unless the list has had others before: those remain.</summary>
    private DriverVerdict? Blackhole(Collected collected) =>
        _options.ForbidBlackhole ? NotPermitted(":blackhole:") : collected.IsEmpty ? new DriverVerdict.Discard() : null;

    private async ValueTask<DriverVerdict?> AddChildAsync(RouteRun run, RedirectItem.Mailbox mailbox, Collected collected, CancellationToken cancellationToken)
    {
        var domain = mailbox.Domain;
        if (domain.Length == 0 && mailbox.KeepsDomain)
        {
            domain = run.Domain;
        }
        else if (domain.Length == 0)
        {
            if (_options.QualifyDomain is { } qualify)
            {
                var expanded = await qualify.ExpandAsync(run.Scope, cancellationToken);
                if (!expanded.IsSuccess)
                {
                    return new DriverVerdict.Defer($"expansion of \"{qualify.Source}\" failed in {run.Router.Name} router: {expanded.Message}");
                }

                domain = expanded.Value;
            }
            else
            {
                domain = _options.QualifyPreserveDomain ? run.Domain : run.Services.QualifyRecipient ?? run.Scope.Environment.PrimaryHostname;
            }
        }

        var address = new EnvelopeAddress(mailbox.LocalPart, domain);
        if (_options.Rewrite)
        {
            (address, var steps) = await EnvelopeRewriting.RewriteAsync(run.Scope, address, RewritePlaces.EnvelopeTo, cancellationToken);
            collected.Rewritten.AddRange(steps);
        }

        var parent = run.Address;
        var child = parent with
        {
            LocalPart = address.LocalPart,
            Domain = address.Domain,
            Parent = parent,
            ParentRouter = run.Router.Name,
            StartRouter = run.Router.RedirectRouter,
            OneTime = _options.OneTime,
            HiddenInBounces = _options.HideChild || parent.HiddenInBounces,
        };

        // Going back to an ancestor would only go round: the address stays what it is and goes to later routers.
        if (_options.CheckAncestor && HasAncestor(parent, child, run.Router.CasefulLocalPart))
        {
            child = child with { LocalPart = parent.LocalPart, Domain = parent.Domain };
        }

        collected.Children.Add(child);
        return null;
    }

    private static bool HasAncestor(RoutingAddress parent, RoutingAddress child, bool caseful)
    {
        for (var ancestor = parent.Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            if (ancestor.IsSameMailbox(child, caseful))
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<DriverVerdict?> IncludeAsync(RouteRun run, string path, Collected collected, int depth, CancellationToken cancellationToken)
    {
        if (_options.ForbidInclude)
        {
            return new DriverVerdict.Defer("error in redirect data: included files not permitted", NeedsAttention: true);
        }

        if (!path.StartsWith('/') || depth >= MaxIncludeDepth)
        {
            return new DriverVerdict.Defer($"included file \"{path}\": {(depth >= MaxIncludeDepth ? "nested too deep" : "not an absolute path")}");
        }

        if (_options.IncludeDirectory is { } directory)
        {
            var expanded = await directory.ExpandAsync(run.Scope, cancellationToken);
            if (!expanded.IsSuccess || !Path.GetFullPath(path).StartsWith(expanded.Value.TrimEnd('/') + "/", StringComparison.Ordinal))
            {
                return new DriverVerdict.Defer($"included file {path} is not in directory {expanded.Value}");
            }
        }

        var included = await RedirectSource.ReadIncludedAsync(path, cancellationToken);
        return included.Text is { } text ? await CollectAsync(run, text, collected, depth + 1, cancellationToken) : included.Instead;
    }

    private async ValueTask<DriverVerdict?> AddFileAsync(RouteRun run, string path, Collected collected, CancellationToken cancellationToken)
    {
        if (path == "/dev/null" && !_options.ForbidFile && run.Mode != RoutingMode.AddressTest)
        {
            collected.Targets.Add(new TargetItem(path, null));
            return null;
        }

        return path.EndsWith('/')
            ? await AddTargetAsync(run, path, _options.ForbidFile, "directory", _options.DirectoryTransport, "directory_transport", collected, cancellationToken)
            : await AddTargetAsync(run, path, _options.ForbidFile, "file", _options.FileTransport, "file_transport", collected, cancellationToken);
    }

    private static async ValueTask<DriverVerdict?> AddTargetAsync(
        RouteRun run, string target, bool forbidden, string what, ExpandableString? transport, string option, Collected collected, CancellationToken cancellationToken)
    {
        if (forbidden)
        {
            return new DriverVerdict.Defer($"\"{what}\" is not permitted in {run.Router.Name} router", NeedsAttention: true);
        }

        var complaint = $"Tainted '{target.TrimStart('|')}' ({(what == "pipe" ? "command" : "file or directory name")} for address_{what} transport) not permitted";
        if (run.Scope.Environment.Tainting.Refuses(run.Scope, collected.Taint, $"{what} named by the data of {run.Router.Name} router", complaint))
        {
            return new DriverVerdict.Defer(complaint, NeedsAttention: true);
        }

        if (transport is null)
        {
            return new DriverVerdict.Defer($"{option} unset in {run.Router.Name} router");
        }

        var expanded = await transport.ExpandAsync(run.Scope, cancellationToken);
        if (!expanded.IsSuccess)
        {
            return new DriverVerdict.Defer($"failed to expand \"{transport.Source}\" ({option} in {run.Router.Name} router): {expanded.Message}");
        }

        if (!run.Services.Transports.ContainsKey(expanded.Value))
        {
            return new DriverVerdict.Defer($"transport \"{expanded.Value}\" not found in {run.Router.Name} router");
        }

        collected.Targets.Add(new TargetItem(target, expanded.Value));
        return null;
    }

    private static DriverVerdict.Defer NotPermitted(string item) => new($"error in redirect data: \"{item}\" is not permitted", NeedsAttention: true);

    private sealed class Collected
    {
        public ImmutableArray<RoutingAddress>.Builder Children { get; } = ImmutableArray.CreateBuilder<RoutingAddress>();

        public ImmutableArray<TargetItem>.Builder Targets { get; } = ImmutableArray.CreateBuilder<TargetItem>();

        /// <summary>What was skipped.</summary>
        public List<RedirectItem.Malformed> Errors { get; } = [];

        public ImmutableArray<RewriteStep>.Builder Rewritten { get; } = ImmutableArray.CreateBuilder<RewriteStep>();

        public string Note => Rewritten.Count == 0 ? "" : RewriteNote.Of(Rewritten.ToImmutable());

        /// <summary>Where the data that names pipes and files comes from.</summary>
        public Taint Taint { get; init; }

        public bool IsEmpty => Children.Count == 0 && Targets.Count == 0;
    }
}

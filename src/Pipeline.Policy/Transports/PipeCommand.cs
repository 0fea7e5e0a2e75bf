using System.Collections.Immutable;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Processes;

namespace Pipeline.Policy.Transports;

/// <summary>The command of a transport that runs a program: what may be run, and with which arguments (Exim specification, "How the command is run").</summary>
/// <remarks>
/// A command is split into words first and each word is expanded then, so that no value can become two arguments. No shell sees any of it, except
/// with <c>use_shell</c>, which takes no value of the message: there is no way to quote it.
/// </remarks>
internal sealed class PipeCommand
{
    public const string DefaultPath = "/bin:/usr/bin";

    private const string Shell = "/bin/sh";
    private const string Addresses = "$pipe_addresses";
    private const string AddressPipe = "$address_pipe";

    private readonly string _transport;
    private readonly string? _command;
    private readonly ExpandableString _path;
    private readonly ExpandableString? _allowed;
    private readonly bool _restrictToPath;
    private readonly bool _useShell;
    private readonly bool _force;

    private PipeCommand(string transport, string? command, bool force = false)
    {
        (_transport, _command, _force) = (transport, command, force);
        _path = StringExpansion.Compile(DefaultPath);
    }

    private PipeCommand(DriverOptions options)
        : this(options.Name, options.GetString("command"))
    {
        _path = options.GetExpandable("path", DefaultPath);
        _allowed = options.GetExpandable("allow_commands");
        _restrictToPath = options.GetBool("restrict_to_path");
        _useShell = options.GetBool("use_shell");
        _force = options.GetBool("force_command");
        if (_useShell && (_allowed is not null || _restrictToPath))
        {
            options.Report($"error for {_transport} transport: both {(_allowed is not null ? "allow_commands" : "restrict_to_path")} and use_shell are set", "use_shell");
        }

        if (_useShell && _command is not null && StringExpansion.Compile(_command).Constant is null)
        {
            options.Report(
                $"error for {_transport} transport: command holds an expansion, which use_shell would hand to a shell without quotes; its environment has LOCAL_PART, DOMAIN, SENDER and others, written \\$LOCAL_PART",
                "command");
        }
    }

    /// <summary>The command of a pipe transport, with what restricts it.</summary>
    public static PipeCommand OfPipe(DriverOptions options) => new(options);

    /// <summary>A command that only the configuration can name.</summary>
    public static PipeCommand Of(string transport, string? command) => new(transport, command);

    /// <summary>The program of <c>transport_filter</c>, which no redirection can name.</summary>
    public static PipeCommand OfFilter(string transport, string command) => new(transport, command, force: true);

    /// <summary>Expands <c>path</c>: the directories a program without a slash is looked for in.</summary>
    public async ValueTask<string> PathAsync(OptionExpansion expansion) => await expansion.TextAsync("path", _path) ?? DefaultPath;

    /// <returns>The program's absolute path and its arguments, null for the addresses; empty when the expansion has failed.</returns>
    public async ValueTask<ImmutableArray<string?>> ExpandAsync(OptionExpansion expansion, string path)
    {
        // What redirection named was expanded there, and is not expanded again.
        var named = expansion.Scope.Address?.Text("address_pipe")?.TrimStart('|').Trim();
        var own = named is null || (_force && _command is not null);
        if ((own ? _command : named) is not { } command || string.IsNullOrWhiteSpace(command))
        {
            expansion.Fail($"no command specified for {_transport} transport", needsAttention: true);
            return [];
        }

        if (_useShell)
        {
            return ForShell(expansion, command, own);
        }

        if (!CommandLine.TrySplit(command, out var words, out var error))
        {
            expansion.Fail($"{error} in {_transport} transport", needsAttention: true);
            return [];
        }

        var arguments = own ? await ExpandWordsAsync(expansion, words, named) : [.. words.Select(word => word == Addresses ? null : word)];
        return await LocateAsync(expansion, arguments, path, isFixed: !own || StringExpansion.Compile(words[0]).Constant is not null);
    }

    private ImmutableArray<string?> ForShell(OptionExpansion expansion, string command, bool own)
    {
        var text = own ? StringExpansion.Compile(command).Constant ?? "" : command;
        if (!own && HoldsUnsafeText(command, expansion.Scope))
        {
            expansion.Fail($"Tainted '{command}' (command for {_transport} transport) not permitted", needsAttention: true);
            return [];
        }

        return [Shell, "-c", text];
    }

    /// <summary>Whether the envelope has found its way into a command, with characters that may mean something to a shell.</summary>
    private static bool HoldsUnsafeText(string command, EvaluationScope scope)
    {
        string?[] ofPeers = [scope.Address?.LocalPart, scope.Address?.OriginalLocalPart, scope.Message.Sender.LocalPart, scope.Message.Sender.Domain];
        return ofPeers.Any(text => text is { Length: > 0 } && text.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_' or '+' or '='))
            && command.Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    private static async ValueTask<ImmutableArray<string?>> ExpandWordsAsync(OptionExpansion expansion, IReadOnlyList<string> words, string? named)
    {
        var arguments = ImmutableArray.CreateBuilder<string?>(words.Count);
        foreach (var word in words)
        {
            if (word == Addresses)
            {
                arguments.Add(null);
            }
            else if (word == AddressPipe && named is not null && CommandLine.TrySplit(named, out var inner, out _))
            {
                arguments.AddRange(inner);
            }
            else if (await expansion.TextAsync("command", StringExpansion.Compile(word)) is { } text)
            {
                arguments.Add(text);
            }
        }

        return expansion.Failure is null ? arguments.ToImmutable() : [];
    }

    /// <summary>Finds the program and says no where it may not be run.</summary>
    private async ValueTask<ImmutableArray<string?>> LocateAsync(OptionExpansion expansion, ImmutableArray<string?> arguments, string path, bool isFixed)
    {
        if (arguments is not [{ Length: > 0 } program, ..])
        {
            expansion.Fail($"no command specified for {_transport} transport", needsAttention: true);
            return [];
        }

        ImmutableArray<string> allowed = [.. ListSyntax.Split(await expansion.TextAsync("allow_commands", _allowed) ?? "").Where(item => item.Length > 0)];
        var isAllowed = allowed.Contains(program);
        if (!isAllowed && _restrictToPath && program.Contains('/', StringComparison.Ordinal))
        {
            expansion.Refuse($"\"/\" found in \"{program}\" (command for {_transport} transport) - failed for security reasons");
            return [];
        }

        if (!isAllowed && !_restrictToPath && _allowed is not null)
        {
            expansion.Refuse($"\"{program}\" command not permitted by {_transport} transport");
            return [];
        }

        if (!isFixed && !isAllowed && !_restrictToPath)
        {
            expansion.Fail($"Attempt to exec tainted path: '{program}' ({_transport} transport)", needsAttention: true);
            return [];
        }

        if (FilePath.Refuse(program) is { } problem)
        {
            expansion.Fail($"{problem}: \"{program}\" (command for {_transport} transport)", needsAttention: true);
            return [];
        }

        if (program.StartsWith('/'))
        {
            return arguments;
        }

        foreach (var directory in ListSyntax.Split(path))
        {
            var candidate = $"{directory.TrimEnd('/')}/{program}";
            if (directory.StartsWith('/') && ChildProcess.IsExecutable(OctetString.ToText(candidate)))
            {
                return arguments.SetItem(0, candidate);
            }
        }

        expansion.Refuse($"\"{program}\" command not found for {_transport} transport");
        return [];
    }
}

using System.Buffers;
using System.Globalization;
using System.Net;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Message;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>Reads a command line in Exim's manner (Exim specification, chapter "The Exim command line"): from left to right, up to the first argument that is no option.</summary>
internal sealed class EximArguments
{
    /// <summary>Options that say how mail from local programs is treated in ways that make no difference here; the longer first.</summary>
    private static readonly string[] WithoutEffect =
        ["-oem", "-oee", "-oep", "-oeq", "-oew", "-om", "-oo", "-m", "-v", "-G", "-pd", "-ps"];

    private static readonly SearchValues<char> MacroName =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private readonly IReadOnlyList<string> _arguments;
    private int _position;
    private EximCommand _command;
    private string? _error;

    private EximArguments(IReadOnlyList<string> arguments, EximMode initial)
    {
        _arguments = arguments;
        _command = new EximCommand { Mode = initial };
    }

    /// <param name="calledAs">The name of the program, which may stand for an option.</param>
    /// <returns>The command, or why it cannot be read.</returns>
    public static (EximCommand? Command, string? Error) Read(IReadOnlyList<string> arguments, string? calledAs)
    {
        var reader = new EximArguments(arguments, ProgramName.Mode(calledAs));
        reader.ReadAll();
        reader._error ??= reader.Check();
        return reader._error is null ? (reader._command, null) : (null, reader._error);
    }

    private void ReadAll()
    {
        while (_error is null && _position < _arguments.Count)
        {
            var argument = _arguments[_position];
            if (argument.Length < 2 || argument[0] != '-')
            {
                break;
            }

            _position++;
            if (argument == "--")
            {
                break;
            }

            ReadOption(argument);
        }

        _command = _command with { Operands = [.. _arguments.Skip(_position)] };
    }

    private void ReadOption(string option)
    {
        if (WithoutEffect.Contains(option))
        {
            return;
        }

        switch (option)
        {
            case "--help" or "-h" or "-?":
                _command = _command with { Mode = EximMode.Usage };
                break;
            case "--version":
                _command = _command with { Mode = EximMode.Version };
                break;
            case "--node":
                _command = _command with { NodeFile = Value(option, 0) };
                break;
            case "--detached":
                _command = _command with { Detached = true };
                break;
            case "-bem":
                _command = _command with { Mode = EximMode.Expand, MessageFile = Value(option, 0) };
                break;
            case "-n":
                _command = _command with { WithoutNames = true };
                break;
            case "-bh":
                _command = _command with { Mode = EximMode.SessionTest, Client = EndPoint(option) };
                break;
            case "-i" or "-oi" or "-oitrue":
                _command = _command with { IgnoresDot = true };
                break;
            case "-t" or "-ti":
                _command = _command with { RecipientsInHeader = true, IgnoresDot = _command.IgnoresDot || option == "-ti" };
                break;
            case ['-', 'M', ..] when QueueOrders.Knows(option):
                _command = _command with { Mode = EximMode.QueueOrder, QueueOrder = option };
                break;
            case ['-', 'M', ..] when QueuedMessageView.Knows(option):
                _command = _command with { Mode = EximMode.QueueView, QueueOrder = option };
                break;
            case "-Mset":
                _command = _command with { QueuedMessage = Value(option, 0) };
                break;
            case ['-', 'd', ..]:
                (var debug, _error) = DebugSelection.Read(option[(option.StartsWith("-dd", StringComparison.Ordinal) ? 3 : 2)..]);
                _command = _command with { Debug = debug };
                break;
            case ['-', 'F', ..]:
                _command = _command with { RealName = Value(option, 2) };
                break;
            case ['-', 'b', 'I', ':', ..]:
                _command = _command with { Mode = EximMode.Information, Topic = option[4..] };
                break;
            case ['-', 'b', ..]:
                ReadMode(option);
                break;
            case ['-', 'R', ..] or ['-', 'S', ..]:
                ReadAddressSelection(option);
                break;
            case ['-', 'q', ..] when EximHints.For(option) is null:
                ReadQueueRun(option);
                break;
            case ['-', 'C', ..]:
                _command = _command with { ConfigurationFiles = Value(option, 2) };
                break;
            case ['-', 'D', ..]:
                ReadMacro(option);
                break;
            case ['-', 'f', ..] or ['-', 'r', ..]:
                _command = _command with { Sender = Value(option, 2) is { } sender ? WithoutBrackets(sender.Trim()) : null };
                break;
            case "-L":
                Value(option, 0); // the lines of the system's log are the node's, under the name that its policy gives
                break;
            case ['-', 'o', ..]:
                ReadO(option);
                break;
            default:
                Refuse(option);
                break;
        }
    }

    private void ReadMode(string option)
    {
        var (mode, show) = option switch
        {
            "-bV" => (EximMode.Version, QueueRecipients.Envelope),
            "-be" => (EximMode.Expand, QueueRecipients.Envelope),
            "-bt" => (EximMode.AddressTest, QueueRecipients.Envelope),
            "-bv" => (EximMode.RecipientVerify, QueueRecipients.Envelope),
            "-bvs" => (EximMode.SenderVerify, QueueRecipients.Envelope),
            "-brt" => (EximMode.RetryTest, QueueRecipients.Envelope),
            "-bP" => (EximMode.Options, QueueRecipients.Envelope),
            "-brw" => (EximMode.RewriteTest, QueueRecipients.Envelope),
            "-bd" => (EximMode.Daemon, QueueRecipients.Envelope),
            "-bdf" => (EximMode.ForegroundDaemon, QueueRecipients.Envelope),
            "-bs" => (EximMode.Session, QueueRecipients.Envelope),
            "-bm" => (EximMode.Message, QueueRecipients.Envelope),
            "-bS" => (EximMode.Batch, QueueRecipients.Envelope),
            "-bpi" or "-bpri" => (EximMode.QueueList, QueueRecipients.None),
            "-bi" => (EximMode.AliasFile, QueueRecipients.Envelope),
            "-bp" or "-bpr" => (EximMode.QueueList, QueueRecipients.Envelope),
            "-bpa" or "-bpra" => (EximMode.QueueList, QueueRecipients.WithDeliveredChildren),
            "-bpu" or "-bpru" => (EximMode.QueueList, QueueRecipients.Undelivered),
            "-bpc" => (EximMode.QueueCount, QueueRecipients.Envelope),
            _ => (EximMode.None, QueueRecipients.Envelope),
        };
        if (mode == EximMode.None)
        {
            Refuse(option);
            return;
        }

        _command = _command with { Mode = mode, Show = show };
    }

    /// <summary><c>-q[q][i][f[f]][l][time]</c>, <c>-q…G[name[/time]]</c>, <c>-q… ID [ID]</c>. The second pass of <c>qq</c> makes no difference: recipients that go to one place share a delivery anyhow.</summary>
    private void ReadQueueRun(string option)
    {
        var rest = option.AsSpan(2);
        rest = Skip(rest, 'q', out _);
        rest = Skip(rest, 'i', out var untried);
        rest = Skip(rest, 'f', out var notDue);
        rest = Skip(rest, 'f', out var frozen);
        rest = Skip(rest, 'l', out var local);
        if (local)
        {
            Refuse("-ql");
            return;
        }

        var queue = "";
        if (rest.Length > 0 && rest[0] == 'G')
        {
            var slash = rest.IndexOf('/');
            queue = rest[1..(slash < 0 ? rest.Length : slash)].ToString();
            rest = slash < 0 ? [] : rest[(slash + 1)..];
        }

        var time = rest.ToString();
        if (queue.Length == 0 && time.Length == 0 && ReadId() is { } first)
        {
            _command = _command with { Selection = _command.Selection with { First = first, Last = ReadId() } };
        }
        else if (time.Length == 0 && _position < _arguments.Count && _arguments[_position] is { Length: > 0 } next && next[0] != '-')
        {
            time = next;
            _position++;
        }

        if (_error is null && time.Length > 0 && !TimeText.TryParse(time, out _))
        {
            _error = $"exim: bad time value {(rest.IsEmpty ? time : option)}: abandoned";
            return;
        }

        _command = _command with
        {
            Queue = queue,
            Selection = _command.Selection with { Untried = untried, NotDue = notDue, Frozen = frozen },
            QueueInterval = time.Length > 0 ? time : null,
            Mode = _command.Mode != EximMode.None && _command.Mode != EximMode.QueueRun ? _command.Mode : EximMode.QueueRun,
        };
    }

    private static ReadOnlySpan<char> Skip(ReadOnlySpan<char> text, char letter, out bool isThere)
    {
        isThere = text.Length > 0 && text[0] == letter;
        return isThere ? text[1..] : text;
    }

    /// <returns>Null when the next argument is no message id; it is not taken then.</returns>
    private MessageId? ReadId()
    {
        if (_position < _arguments.Count && MessageId.TryCreate(_arguments[_position], out var id))
        {
            _position++;
            return id;
        }

        return null;
    }

    /// <summary><c>-R[r][f[f]] TEXT</c> and <c>-S[r][f[f]] TEXT</c>, or with the text glued to the letter.</summary>
    private void ReadAddressSelection(string option)
    {
        var flags = option[2..];
        var isGlued = flags is not ("" or "f" or "ff" or "r" or "rf" or "rff");
        if (!isGlued && _position == _arguments.Count)
        {
            _error = $"exim: string expected after {option}";
            return;
        }

        var text = isGlued ? flags : _arguments[_position++];
        QueueSelection.AddressText fits;
        try
        {
            fits = QueueSelection.AddressText.Of(text, isPattern: !isGlued && flags.StartsWith('r'));
        }
        catch (ArgumentException error)
        {
            _error = $"exim: {option}: regular expression error in \"{text}\": {error.Message}";
            return;
        }

        // Exim forces the first message of such a run, so that the others do not wait for its destination; here each message is forced, as each waits for itself.
        var selection = _command.Selection with { NotDue = true, Frozen = _command.Selection.Frozen || (!isGlued && flags.EndsWith("ff", StringComparison.Ordinal)) };
        _command = _command with
        {
            Selection = option[1] == 'R' ? selection with { Recipient = fits } : selection with { Sender = fits },
            Mode = _command.Mode == EximMode.None ? EximMode.QueueRun : _command.Mode,
        };
    }

    private void ReadMacro(string option)
    {
        var definition = option.AsSpan(2);
        var equals = definition.IndexOf('=');
        var name = (equals < 0 ? definition : definition[..equals]).Trim();
        if (name.IsEmpty || !char.IsAsciiLetterUpper(name[0]) || name.ContainsAnyExcept(MacroName))
        {
            _error = $"exim: {option}: the name of a macro begins with an upper case letter and goes on with letters, digits and underscores";
            return;
        }

        _command = _command with { Macros = _command.Macros.SetItem(name.ToString(), equals < 0 ? "" : definition[(equals + 1)..].Trim().ToString()) };
    }

    private void ReadO(string option)
    {
        switch (option)
        {
            case "-oMa":
                _command = _command with { Client = EndPoint(option) };
                break;
            case "-oMaa":
                _command = _command with { Authenticator = Value(option, 0) };
                break;
            case "-oMai":
                _command = _command with { AuthenticatedId = Value(option, 0) };
                break;
            case "-oMas":
                _command = _command with { AuthenticatedSender = Value(option, 0) is { } authenticated ? WithoutBrackets(authenticated.Trim()) : null };
                break;
            case "-oMi":
                _command = _command with { Interface = EndPoint(option) };
                break;
            case "-oMr":
                _command = _command with { Protocol = Value(option, 0) };
                break;
            case "-oMs":
                _command = _command with { ClientName = Value(option, 0) };
                break;
            case "-oMt":
                _command = _command with { Ident = Value(option, 0) };
                break;
            case "-odb" or "-odf" or "-odi":
                _command = _command with { Delivery = LocalDelivery.AtOnce };
                break;
            case "-odq":
                _command = _command with { Delivery = LocalDelivery.Queue };
                break;
            case "-odqs":
                _command = _command with { Delivery = LocalDelivery.QueueRemote };
                break;
            case "-oX":
                _command = _command with { Listen = Value(option, 0) };
                break;
            case "-oP":
                _command = _command with { PidFile = Value(option, 0) };
                break;
            default:
                Refuse(option);
                break;
        }
    }

    /// <summary>What is glued to an option behind its first <paramref name="length"/> characters, else the next argument; with length 0 always the next.</summary>
    private string? Value(string option, int length)
    {
        if (length > 0 && option.Length > length)
        {
            return option[length..];
        }

        if (_position < _arguments.Count)
        {
            return _arguments[_position++];
        }

        _error = Malformed(option);
        return null;
    }

    /// <summary>An address, or one with a port: <c>192.0.2.1.1234</c>, <c>[192.0.2.1]:1234</c>.</summary>
    private IPEndPoint? EndPoint(string option)
    {
        if (Value(option, 0) is not { } text)
        {
            return null;
        }

        var bracket = text.StartsWith('[') ? text.IndexOf("]:", StringComparison.Ordinal) : -1;
        var (host, port) = bracket > 0 ? (text[1..bracket], text[(bracket + 2)..])
            : text.Count(c => c == '.') == 4 || (text.Contains(':', StringComparison.Ordinal) && text.Count(c => c == '.') == 1)
                ? (text[..text.LastIndexOf('.')], text[(text.LastIndexOf('.') + 1)..])
            : (text.Trim('[', ']'), "0");
        if ((host.Contains(':', StringComparison.Ordinal) || host.Count(c => c == '.') == 3)
            && IPAddress.TryParse(host, out var address)
            && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return new IPEndPoint(address, number);
        }

        _error = $"exim: {option} {text}: not an IP address, with or without a port";
        return null;
    }

    private static string WithoutBrackets(string sender) => sender is ['<', .., '>'] ? sender[1..^1] : sender;

    private void Refuse(string option) => _error = EximHints.For(option) is { } hint ? $"exim: {option} is not available: {hint}" : Malformed(option);

    private static string Malformed(string option) => $"exim abandoned: unknown, malformed, or incomplete option {option}";

    /// <summary>What the options come to together.</summary>
    private string? Check()
    {
        if (_command is { Mode: EximMode.QueueRun, QueueInterval: not null })
        {
            _command = _command with { Mode = EximMode.Daemon, WithoutListeners = true };
        }

        var error = WhatIsWrong();
        if (error is null && _command.Mode == EximMode.None)
        {
            _command = _command with { Mode = EximMode.Message };
        }

        return error;
    }

    private string? WhatIsWrong() =>
        _command switch
        {
            { Mode: EximMode.None, Operands: [var word, ..] } when CommandLineEntry.Words.Contains(word) =>
                $"exim: the options of \"{word}\" come after it: mailpipeline {word} {string.Join(' ', _arguments.Take(_position))}",
            { QueuedMessage: not null, Mode: not EximMode.Expand } or { QueuedMessage: not null, MessageFile: not null } =>
                "exim: incompatible command-line options or arguments",
            { Mode: EximMode.None or EximMode.Message, RecipientsInHeader: false, Operands: [] } => $"exim: {EximHints.NoMode}",
            { Mode: EximMode.Daemon or EximMode.ForegroundDaemon, Selection: { Recipient: not null } or { Sender: not null } or { First: not null } } =>
                "exim: incompatible command-line options or arguments",
            { RecipientsInHeader: true, Mode: not (EximMode.None or EximMode.Message) } => "exim: -t and another mode do not go together",
            { Mode: not (EximMode.None or EximMode.Message or EximMode.Expand or EximMode.AddressTest or EximMode.RecipientVerify or EximMode.SenderVerify or EximMode.RetryTest or EximMode.Options or EximMode.QueueOrder or EximMode.QueueView or EximMode.RewriteTest or EximMode.QueueList or EximMode.Usage), Operands: [var operand, ..] } =>
                $"exim: nothing can be done with \"{operand}\" here",
            { Mode: EximMode.SessionTest } when _command.ClientName is not null || _command.Protocol is not null || _command.Ident is not null
                || _command.Authenticator is not null || _command.AuthenticatedId is not null || _command.AuthenticatedSender is not null =>
                "exim: of the -oM options, -bh takes -oMi only",
            _ => null,
        };
}

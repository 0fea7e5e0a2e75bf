using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Run;
using Pipeline.Node.Hosting;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bd</c> and <c>-bdf</c>: a node that goes on by itself, or one in the foreground.</summary>
/// <remarks>
/// For <c>-bd</c> this program starts itself again with <c>-bdf --detached</c> and waits until that node answers, so that whoever called knows
/// that mail is taken when the command has ended, and sees why not otherwise.
/// </remarks>
internal static class Daemon
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Where the log of a detached node goes, below the spool directory.</summary>
    private static readonly string LogFile = Path.Combine("log", "mailpipeline.log");

    public static async Task<int> RunForegroundAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var log = command.Detached ? Detach(configuration, streams.Errors) : null;
        if (command.PidFile is { } file)
        {
            await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"), cancellationToken);
        }

        var options = configuration.Choice.ToNodeOptions() with { Listen = command.Listen, AcceptsMail = !command.WithoutListeners, Time = time };
        if (command.QueueInterval is { } text && TimeText.TryParse(text, out var interval))
        {
            options = options with { QueueInterval = interval, QueueName = command.Queue };
        }

        var exitCode = await RunCommand.RunAsync(options, streams.Errors, cancellationToken, log);
        return exitCode == ExitCodes.Success ? ExitCodes.Success : ExitCodes.Failure;
    }

    public static async Task<int> StartAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        using (var running = await AdminClient.ConnectAsync(configuration.StoreDirectory, cancellationToken))
        {
            if (running is not null)
            {
                await streams.Errors.WriteLineAsync($"exim: another node runs on {configuration.StoreDirectory}");
                return ExitCodes.Failure;
            }
        }

        using var node = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Itself(), .. ForegroundArguments(command)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        node.StandardInput.Close();
        var errors = node.StandardError.ReadToEndAsync(cancellationToken);
        var began = time.GetTimestamp();
        while (!node.HasExited && time.GetElapsedTime(began) < StartTimeout)
        {
            using var running = await AdminClient.ConnectAsync(configuration.StoreDirectory, cancellationToken);
            if (running is not null)
            {
                return ExitCodes.Success;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }

        if (!node.HasExited)
        {
            node.Kill();
            await streams.Errors.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"exim: the node did not come up within {StartTimeout.TotalSeconds} seconds"));
        }

        await streams.Errors.WriteAsync(await errors);
        return ExitCodes.Failure;
    }

    /// <summary>The command line that starts the node of a <c>-bd</c> in the foreground.</summary>
    internal static IReadOnlyList<string> ForegroundArguments(EximCommand command)
    {
        List<string> arguments = command.WithoutListeners ? [] : ["-bdf"];
        if (command.QueueInterval is { } interval)
        {
            arguments.Add(command.Queue.Length == 0 ? $"-q{interval}" : $"-qG{command.Queue}/{interval}");
        }

        if (command.PretendsDeliveries)
        {
            arguments.Add("-N");
        }

        arguments.Add("--detached");
        Add("-C", command.ConfigurationFiles);
        Add("--node", command.NodeFile);
        Add("-oX", command.Listen);
        Add("-oP", command.PidFile);
        arguments.AddRange(command.Macros.OrderBy(macro => macro.Key, StringComparer.Ordinal).Select(macro => $"-D{macro.Key}={macro.Value}"));
        return arguments;

        void Add(string option, string? value)
        {
            if (value is not null)
            {
                arguments.AddRange([option, value]);
            }
        }
    }

    /// <summary>What comes before the arguments when the program runs under the dotnet command.</summary>
    private static string[] Itself() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "mailpipeline.dll")] : [];

    /// <summary>Leaves the terminal of the caller, and opens the log.</summary>
    private static StreamWriter? Detach(EximConfiguration configuration, TextWriter errors)
    {
        _ = SetSid(); // fails when this process leads a session already, which is as good
        var file = Path.Combine(PolicyEnvironments.SpoolDirectory(configuration.Policy), LogFile);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            return new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"exim: {file}: {error.Message}; there will be no log");
            return StreamWriter.Null;
        }
    }

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated marshalling would need unsafe code; there is nothing to marshal.")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static extern int SetSid();
}

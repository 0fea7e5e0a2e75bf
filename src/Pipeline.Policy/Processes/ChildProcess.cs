using System.IO.Pipes;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Processes;

/// <summary>A running program that leads a process group of its own, so that whatever it starts can be killed with it.</summary>
/// <remarks>Disposing kills the group unless the program has ended, and gives its number back.</remarks>
public sealed class ChildProcess : IAsyncDisposable
{
    private const string Shell = "/bin/sh";

    private static readonly Lazy<int> OwnUmask = new(ReadUmask);

    private readonly int _process;
    private readonly Task<ProcessExit?> _end;

    private ChildProcess(int process)
    {
        _process = process;

        // A wait for one process blocks: there is no descriptor for it in the runtime. One thread for each process that runs.
        _end = Task.Factory.StartNew(
            () => NativeProcess.AwaitEnd(process), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Starts a program with a pipe on its standard input, and one pipe for both its outputs.</summary>
    /// <param name="error">Why it could not be started.</param>
    public static ChildProcess? Start(ProcessStart start, out Stream input, out Stream output, out string error)
    {
        var (inputRead, inputWrite) = NativeProcess.Pipe();
        var (outputRead, outputWrite) = NativeProcess.Pipe();
        using (inputRead)
        using (outputWrite)
        {
            var child = Spawn(start, inputRead, outputWrite, joinErrors: true, out error);
            if (child is null)
            {
                inputWrite.Dispose();
                outputRead.Dispose();
                (input, output) = (Stream.Null, Stream.Null);
                return null;
            }

            input = new AnonymousPipeClientStream(PipeDirection.Out, Give(inputWrite));
            output = new AnonymousPipeClientStream(PipeDirection.In, Give(outputRead));
            return child;
        }
    }

    /// <summary>Starts a program that has one end of a connection for input and output; the other end is <paramref name="connection"/>. What it says on standard error is lost.</summary>
    public static ChildProcess? StartConnected(ProcessStart start, out Socket? connection, out string error)
    {
        var (ours, theirs) = NativeProcess.SocketPair();
        using (theirs)
        {
            var child = Spawn(start, theirs, theirs, joinErrors: false, out error);
            if (child is null)
            {
                ours.Dispose();
                connection = null;
                return null;
            }

            connection = new Socket(new SafeSocketHandle(ours.DangerousGetHandle(), ownsHandle: true));
            ours.SetHandleAsInvalid();
            return child;
        }
    }

    /// <summary>How the program ended; null when nobody knows.</summary>
    public Task<ProcessExit?> WaitAsync(CancellationToken cancellationToken) => _end.WaitAsync(cancellationToken);

    /// <summary>Kills the program and every process of its group.</summary>
    public void KillGroup() => NativeProcess.KillGroup(_process);

    public async ValueTask DisposeAsync()
    {
        if (!_end.IsCompleted)
        {
            KillGroup();
        }

        await _end;
        NativeProcess.Reap(_process);
    }

    /// <summary>Whether this node may execute the program at a path.</summary>
    public static bool IsExecutable(string path) => File.Exists(path) && NativeProcess.MayExecute(path);

    private static ChildProcess? Spawn(ProcessStart start, SafeFileHandle input, SafeFileHandle output, bool joinErrors, out string error)
    {
        error = Refuse(start);
        if (error.Length > 0)
        {
            return null;
        }

        var arguments = start.Arguments;
        if (start.Umask is { } umask && umask != OwnUmask.Value)
        {
            // Only a process can change its umask, and this one has other threads. What is run is an argument, not text of the script.
            arguments = [Shell, "-c", $"umask {Convert.ToString(umask, 8)} && exec \"$@\"", Shell, .. arguments];
        }

        var (process, code) = NativeProcess.Spawn(
            Terminated(arguments[0]),
            [.. arguments.Select(OctetString.ToBytes)],
            [.. start.Environment.Select(pair => OctetString.ToBytes($"{pair.Key}={pair.Value}"))],
            Terminated(start.Directory),
            input,
            output,
            joinErrors);
        error = code == 0 ? "" : $"{start.Arguments[0]}: {NativeProcess.Describe(code)}";
        return code == 0 ? new ChildProcess(process) : null;
    }

    private static string Refuse(ProcessStart start)
    {
        var path = start.Arguments[0];
        if (start.Arguments.Any(HasNul) || start.Environment.Any(pair => HasNul(pair.Key) || HasNul(pair.Value)) || HasNul(start.Directory))
        {
            return $"{path}: an argument holds NUL";
        }

        return !Directory.Exists(OctetString.ToText(start.Directory)) ? $"{start.Directory}: {NativeProcess.Describe(NativeProcess.NotFound)}" : "";
    }

    private static bool HasNul(string text) => text.Contains('\0', StringComparison.Ordinal);

    private static byte[] Terminated(string text) => [.. OctetString.ToBytes(text), 0];

    private static SafePipeHandle Give(SafeFileHandle handle)
    {
        var given = new SafePipeHandle(handle.DangerousGetHandle(), ownsHandle: true);
        handle.SetHandleAsInvalid();
        return given;
    }

    private static int ReadUmask()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("Umask:", StringComparison.Ordinal))
            {
                return Convert.ToInt32(line[6..].Trim(), 8);
            }
        }

        throw new IOException("/proc/self/status has no umask");
    }
}

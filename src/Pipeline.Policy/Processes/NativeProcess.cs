using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Policy.Processes;

/// <summary>The calls of Linux that begin, await and end a process. Numbers are those of Linux on every processor .NET runs on.</summary>
internal static unsafe partial class NativeProcess
{
    public const int NotFound = 2;
    public const int Kill = 9;

    // Larger than the structures of any C library.
    private const int StructureSize = 512;

    private const int WriteOnly = 1;
    private const int CloseOnExec = 0x80000;
    private const int UnixDomain = 1;
    private const int Stream = 1;
    private const short SetGroup = 0x02;
    private const short SetDefaultSignals = 0x04;
    private const short SetSignalMask = 0x08;
    private const int Executable = 1;
    private const int ByProcess = 1;
    private const int Exited = 4;
    private const int LeaveWaitable = 0x01000000;
    private const int Interrupted = 4;

    // What the runtime ignores or handles; handlers end with exec by themselves, ignoring does not.
    private static readonly int[] DefaultSignals = [1, 2, 3, 13, 15];

    public static (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        var ends = stackalloc int[2];
        return pipe2(ends, CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw new IOException($"pipe: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public static (SafeFileHandle Ours, SafeFileHandle Theirs) SocketPair()
    {
        var ends = stackalloc int[2];
        return socketpair(UnixDomain, Stream | CloseOnExec, 0, ends) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw new IOException($"socketpair: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Whether this process may execute a file.</summary>
    public static bool MayExecute(string path) => access(path, Executable) == 0;

    /// <summary>Begins a process that leads a group of its own.</summary>
    /// <param name="path">The program, octets.</param>
    /// <param name="joinErrors">Standard error is its output too; otherwise it is thrown away.</param>
    /// <returns>Its number, or the error.</returns>
    public static (int Process, int Error) Spawn(
        byte[] path,
        IReadOnlyList<byte[]> arguments,
        IReadOnlyList<byte[]> environment,
        byte[] directory,
        SafeFileHandle input,
        SafeFileHandle output,
        bool joinErrors)
    {
        using var argv = new StringVector(arguments);
        using var envp = new StringVector(environment);
        var actions = stackalloc byte[StructureSize];
        var attributes = stackalloc byte[StructureSize];
        var signals = stackalloc byte[StructureSize];
        Must(posix_spawn_file_actions_init(actions));
        Must(posix_spawnattr_init(attributes));
        try
        {
            fixed (byte* name = path)
            fixed (byte* folder = directory)
            fixed (byte* nowhere = "/dev/null\0"u8)
            {
                Must(posix_spawn_file_actions_adddup2(actions, (int)input.DangerousGetHandle(), 0));
                Must(posix_spawn_file_actions_adddup2(actions, (int)output.DangerousGetHandle(), 1));
                Must(joinErrors
                    ? posix_spawn_file_actions_adddup2(actions, (int)output.DangerousGetHandle(), 2)
                    : posix_spawn_file_actions_addopen(actions, 2, nowhere, WriteOnly, 0));
                Must(posix_spawn_file_actions_addchdir_np(actions, folder));
                Must(posix_spawnattr_setflags(attributes, SetGroup | SetDefaultSignals | SetSignalMask));
                Must(posix_spawnattr_setpgroup(attributes, 0));
                Must(sigemptyset(signals));
                Must(posix_spawnattr_setsigmask(attributes, signals));
                foreach (var signal in DefaultSignals)
                {
                    Must(sigaddset(signals, signal));
                }

                Must(posix_spawnattr_setsigdefault(attributes, signals));
                var error = posix_spawn(out var process, name, actions, attributes, argv.Pointer, envp.Pointer);
                return (process, error);
            }
        }
        finally
        {
            _ = posix_spawnattr_destroy(attributes);
            _ = posix_spawn_file_actions_destroy(actions);
            GC.KeepAlive(input);
            GC.KeepAlive(output);
        }
    }

    /// <summary>Waits, on the thread that calls, until a process has ended; its number stays taken until <see cref="Reap"/>.</summary>
    /// <returns>Null when nobody knows how it ended.</returns>
    public static ProcessExit? AwaitEnd(int process)
    {
        // siginfo_t of 64-bit Linux: si_code is the third int, si_status the seventh.
        var info = stackalloc int[32];
        while (waitid(ByProcess, process, info, Exited | LeaveWaitable) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                return null;
            }
        }

        const int NormalExit = 1;
        return info[2] == NormalExit ? new ProcessExit(info[6], Signal: 0) : new ProcessExit(0, info[6]);
    }

    public static void Reap(int process) => _ = waitpid(process, null, 0);

    public static void KillGroup(int process) => _ = kill(-process, Kill);

    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static void Must(int error)
    {
        if (error != 0)
        {
            throw new IOException($"posix_spawn: {Describe(error)}");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socketpair(int domain, int type, int protocol, int* ends);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int access(string path, int mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn(out int process, byte* path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int descriptor, byte* path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addchdir_np(byte* actions, byte* path);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setpgroup(byte* attributes, int group);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static partial int sigemptyset(byte* signals);

    [LibraryImport("libc")]
    private static partial int sigaddset(byte* signals, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitid(int kind, int process, int* info, int options);

    [LibraryImport("libc")]
    private static partial int waitpid(int process, int* status, int options);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    /// <summary>An array of C strings, with a null at its end.</summary>
    private sealed class StringVector : IDisposable
    {
        private readonly int _count;

        public StringVector(IReadOnlyList<byte[]> strings)
        {
            _count = strings.Count;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                Pointer[i] = (byte*)NativeMemory.AllocZeroed((nuint)strings[i].Length + 1);
                strings[i].CopyTo(new Span<byte>(Pointer[i], strings[i].Length));
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
            {
                NativeMemory.Free(Pointer[i]);
            }

            NativeMemory.Free(Pointer);
        }
    }
}

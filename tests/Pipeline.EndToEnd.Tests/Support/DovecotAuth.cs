using System.Diagnostics;
using System.Globalization;
using Pipeline.Tests.Support;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>The distribution's Dovecot with nothing but its authentication server, on a Unix socket in a folder.</summary>
internal sealed class DovecotAuth : IAsyncDisposable
{
    public const string Program = "/usr/sbin/dovecot";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private DovecotAuth(Process process, string socket) => (_process, Socket) = (process, socket);

    public string Socket { get; }

    /// <param name="users">Lines of a passwd-file.</param>
    public static async Task<DovecotAuth> StartAsync(Folder folder, string users)
    {
        var (socket, own) = (folder.Of("auth"), Environment.UserName);
        folder.Write("dovecot-users", users);
        var configuration = folder.Write("dovecot.conf", string.Create(CultureInfo.InvariantCulture, $$"""
            base_dir = {{folder.Path}}/run
            state_dir = {{folder.Path}}/state
            log_path = {{folder.Path}}/dovecot.log
            protocols =
            ssl = no
            auth_mechanisms = plain login cram-md5
            default_internal_user = {{own}}
            default_internal_group = {{own}}
            default_login_user = nobody
            passdb {
              driver = passwd-file
              args = scheme=PLAIN {{folder.Path}}/dovecot-users
            }
            service auth {
              user = {{own}}
              unix_listener {{socket}} {
                mode = 0600
              }
            }
            """) + "\n");
        var started = new DovecotAuth(Process.Start(new ProcessStartInfo(Program, ["-F", "-c", configuration]))!, socket);
        if (!await Polling.UntilAsync(() => Task.FromResult(started._process.HasExited || File.Exists(socket)), Patience) || started._process.HasExited)
        {
            await started.DisposeAsync();
            throw new InvalidOperationException("dovecot does not start");
        }

        return started;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // In order: its children end with it.
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
